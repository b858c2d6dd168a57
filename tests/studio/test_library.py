"""The runs on disk."""

import os
import shutil

import pytest

from gan_engine import RunNotes, parse, read_notes, train
from studio.library import corner
from studio.panels.run_notes import RunNotesForm
from tests.studio.panels.conftest import info, picture


@pytest.fixture
def two_runs(studio, draft):
    for _ in range(2):
        list(train(parse(draft)))
    return studio.library


@pytest.fixture
def reads(studio, qtbot):
    """Have the library read and wait until it is."""

    def read():
        with qtbot.waitSignal(studio.library.changed):
            studio.library.refresh()
        return studio.library.runs

    return read


def test_that_every_run_is_listed_the_newest_first(two_runs, reads):
    runs = reads()
    assert len(runs) == 2
    assert runs[0].started >= runs[1].started
    assert two_runs.is_read


def test_that_asking_twice_at_once_still_ends_with_the_newest(qtbot, studio, draft):
    library, told = studio.library, []
    library.changed.connect(told.append)
    library.refresh()
    list(train(parse(draft)))
    library.refresh()
    qtbot.waitUntil(lambda: bool(told) and len(told[-1]) == 1)


def test_that_a_long_first_reading_is_told_as_it_goes(qtbot, studio, tmp_path, reads):
    from gan_engine import paths

    for number in range(60):
        folder = paths.runs() / f"{number:03d}-x"
        folder.mkdir(parents=True)
        (folder / "run.toml").write_text("format = 1\n")
    told = []
    studio.library.changed.connect(lambda runs: told.append(len(runs)))
    studio.library.refresh()
    qtbot.waitUntil(lambda: studio.library.is_read)
    assert len(told) > 1
    assert told == sorted(told)
    told.clear()
    reads()
    assert told == [60]


def test_that_a_run_goes_to_the_trash_and_leaves_the_list(
    qtbot, two_runs, reads, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = reads()[0].folder
    with (
        qtbot.waitSignal(two_runs.changed),
        qtbot.waitSignal(two_runs.told) as told,
    ):
        two_runs.move_to_trash(folder)
    assert not folder.exists()
    assert [info.folder for info in two_runs.runs] != [folder]
    assert "can be put back" in told.args[0]


def test_that_a_run_being_trained_stays(qtbot, studio, endless):
    studio.run.start(parse(endless))
    qtbot.waitUntil(lambda: studio.run.state == "training")
    folder = studio.run.folder
    with qtbot.waitSignal(studio.library.failed) as heard:
        studio.library.move_to_trash(folder)
    assert "being trained" in heard.args[0].text
    assert folder.exists()


def test_that_a_run_that_is_gone_is_not_to_be_deleted_by_hand(qtbot, two_runs, reads):
    folder = reads()[0].folder
    shutil.rmtree(folder)
    with qtbot.waitSignal(two_runs.failed) as failed:
        two_runs.move_to_trash(folder)
    assert "is not there" in str(failed.args[0])
    assert "Delete" not in str(failed.args[0])


def test_that_notes_are_kept_in_the_runs_folder_and_told(qtbot, two_runs, reads):
    folder = reads()[1].folder
    notes = RunNotes("mine", "worked", ("keep", os.fsdecode(b"\xff")))
    with qtbot.waitSignal(two_runs.changed):
        two_runs.note(folder, notes)
    assert two_runs.runs[1].notes == notes  # at once: the disk may be slow
    qtbot.waitUntil(lambda: read_notes(folder) == notes)


def test_that_notes_that_follow_each_other_closely_are_all_kept(qtbot, two_runs, reads):
    folder, shown, failures = reads()[1].folder, [], []
    two_runs.changed.connect(lambda runs: shown.append(runs[1].notes))
    two_runs.failed.connect(failures.append)
    typed = [RunNotes("t" * n, "n" * n) for n in range(1, 30)]
    for notes in typed:
        two_runs.note(folder, notes)
    qtbot.waitUntil(lambda: read_notes(folder) == typed[-1])
    qtbot.waitUntil(lambda: bool(shown))
    assert not failures
    assert shown == sorted(shown, key=typed.index)  # never what somebody has changed since
    assert shown[-1] == typed[-1]


def test_that_what_was_noted_last_is_written_when_the_program_ends(two_runs, reads, studio):
    folder = reads()[1].folder
    for title in ("first", "second"):
        two_runs.note(folder, RunNotes(title))
    studio.shut_down()
    assert read_notes(folder).title == "second"
    two_runs.note(folder, RunNotes("third"))  # as a field does that loses the keyboard as it goes
    assert read_notes(folder).title == "third"


def test_that_what_is_being_typed_is_kept_when_the_window_is_closed(visitor, draft, qtbot):
    library = visitor.studio.library
    list(train(parse(draft)))
    library.refresh()
    visitor.waits_until(lambda: bool(library.runs))
    library.choose(library.runs)
    visitor.window.activateWindow()
    qtbot.waitUntil(visitor.window.isActiveWindow)
    form = visitor.window.findChild(RunNotesForm)
    visitor.chooses("rename_run")
    qtbot.keyClicks(form.title, "owls")
    visitor.window.close()
    assert read_notes(library.runs[0].folder).title == "owls"


def test_that_notes_about_a_run_that_is_gone_are_a_failure_not_a_folder(qtbot, studio, tmp_path):
    with qtbot.waitSignal(studio.library.failed):
        studio.library.note(tmp_path / "gone", RunNotes("x"))
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "abc"),
        ("001", "a"),
        ("BASELINE", "b"),
        ("#keep", "ab"),
        ("higher rate", "c"),
        ("loss.kind=hinge", "b"),
        ("batch_size=32", "a"),
        ("batch_size=3", ""),
        ("interrupted", "c"),
        ("#keep hinge", "b"),
        ("nowhere", ""),
        ("caf␚e9", "c"),
    ],
)
def test_that_runs_are_found_by_name_tag_note_state_and_setting(studio, tmp_path, words, found):
    draft = {"training": {"batch_size": 32}, "loss": {"kind": "cross_entropy"}}
    hinge = {"training": {"batch_size": 320}, "loss": {"kind": "hinge"}}
    odd = os.fsdecode(b"003-caf\xe9")
    runs = {
        "a": info(tmp_path / "001-cats", draft=draft, notes=RunNotes(tags=("keep",))),
        "b": info(tmp_path / "002-dogs", draft=hinge, notes=RunNotes("Baseline", "", ("keep",))),
        "c": info(tmp_path / odd, "interrupted", notes=RunNotes("", "Tried a higher\nrate.")),
    }
    studio.library.runs = list(runs.values())
    assert studio.library.find(words) == [runs[key] for key in found]


def test_that_what_is_chosen_is_followed_when_the_list_is_read_again(two_runs, reads):
    second = reads()[1]
    two_runs.choose([second])
    reads()
    assert [run.folder for run in two_runs.chosen] == [second.folder]
    assert two_runs.is_settled
    two_runs.choose([])
    assert not two_runs.is_settled


def test_that_a_picture_is_made_once_and_told_at_once_then(qtbot, two_runs, reads):
    path = reads()[0].thumbnail
    with qtbot.waitSignal(two_runs.pictured) as heard:
        two_runs.want_pictures([path, path.with_name("gone.png")])
    made = heard.args[0][1]
    told = []
    two_runs.pictured.connect(told.append)
    two_runs.want_pictures([path])
    assert told[0][1] is made


def test_that_a_runs_picture_is_a_square_corner_of_its_grid_without_the_gap_that_follows():
    side, gap = 32, 2
    grid = picture(6 * (side + gap) - gap, 8 * (side + gap) - gap)
    three = 3 * (side + gap) - gap
    assert corner(grid).shape == (three, three, 3)
    assert corner(picture(1, 1)).shape == (1, 1, 3)
