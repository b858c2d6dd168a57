"""The runs on disk."""

import pytest

from gan_engine import parse, train
from tests.studio.tiny import PATIENCE


@pytest.fixture
def two_runs(studio, draft):
    for _ in range(2):
        list(train(parse(draft)))
    return studio.library


def test_that_every_run_is_listed_the_newest_first(qtbot, two_runs):
    with qtbot.waitSignal(two_runs.changed, timeout=PATIENCE) as heard:
        two_runs.refresh()
    runs = heard.args[0]
    assert len(runs) == 2
    assert runs[0].started >= runs[1].started
    assert runs == two_runs.runs


def test_that_asking_twice_at_once_still_ends_with_the_newest(qtbot, studio, draft):
    library, told = studio.library, []
    library.changed.connect(told.append)
    library.refresh()
    list(train(parse(draft)))
    library.refresh()
    qtbot.waitUntil(lambda: bool(told) and len(told[-1]) == 1, timeout=PATIENCE)


def test_that_a_run_goes_to_the_trash_and_leaves_the_list(qtbot, two_runs, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with qtbot.waitSignal(two_runs.changed, timeout=PATIENCE):
        two_runs.refresh()
    folder = two_runs.runs[0].folder
    with qtbot.waitSignal(two_runs.changed, timeout=PATIENCE):
        two_runs.move_to_trash(folder)
    assert not folder.exists()
    assert [info.folder for info in two_runs.runs] != [folder]


def test_that_a_run_being_trained_stays(qtbot, studio, endless):
    studio.run.start(parse(endless))
    qtbot.waitUntil(lambda: studio.run.state == "training", timeout=PATIENCE)
    folder = studio.run.folder
    with qtbot.waitSignal(studio.library.failed, timeout=PATIENCE) as heard:
        studio.library.move_to_trash(folder)
    assert "being trained" in heard.args[0].text
    assert folder.exists()
