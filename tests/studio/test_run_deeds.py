"""What is done to the runs chosen in the list."""

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gan_engine import parse
from studio.deeds import Deeds
from studio.library import may_continue, may_open
from studio.mending import acts_for_notice
from tests.studio.panels.conftest import info


@pytest.fixture
def deeds(qtbot, studio):
    window = QWidget()
    qtbot.addWidget(window)
    made = Deeds(window, studio.preferences)
    made.bind(studio)
    return made


@pytest.fixture
def asked(studio, monkeypatch):
    """What is asked of the run, and which folders are shown."""
    found = []
    for name in ("open_folder", "resume"):
        monkeypatch.setattr(studio.run, name, lambda *told, name=name: found.append((name, *told)))
    shown = lambda url: found.append(("shown", url.toLocalFile()))  # noqa: E731
    monkeypatch.setattr(QDesktopServices, "openUrl", shown)
    return found


def test_that_the_chosen_run_is_opened_shown_and_gone_on_with(deeds, studio, asked, tmp_path):
    studio.library.choose([info(tmp_path / "001-a", "stopped")])
    deeds.open_chosen()
    deeds.reveal_chosen()
    deeds.continue_chosen()
    folder = tmp_path / "001-a"
    assert asked == [("open_folder", folder), ("shown", str(folder)), ("resume", folder, None)]


def test_that_settings_of_another_run_wait_until_the_run_that_is_going_is_stopped(
    deeds, studio, endless, tmp_path, qtbot
):
    told = []
    studio.run.noticed.connect(told.append)
    studio.run.start(parse(endless))
    studio.library.choose([info(tmp_path / "001-a", "stopped")])
    deeds.clone_run()
    assert acts_for_notice(told[-1].key) == [("Stop", "stop")]
    studio.run.shut_down()


def test_that_a_finished_run_is_gone_on_with_by_so_many_images_more(deeds, studio, asked, tmp_path):
    studio.library.choose([info(tmp_path / "001-a", "done")])
    deeds.continue_chosen()
    more = studio.preferences.train_more_images
    assert asked == [("resume", tmp_path / "001-a", 48 + more)]


@pytest.mark.parametrize(
    ("state", "other", "opens", "goes_on"),
    [
        ("done", {}, True, True),
        ("interrupted", {"saved_images": 0}, True, False),
        ("unreadable", {}, False, False),
        ("training", {}, False, False),
        ("training", {"writer": "77 @ studio-pc"}, True, False),
    ],
)
def test_that_only_what_can_be_done_to_a_run_is_offered(tmp_path, state, other, opens, goes_on):
    run = info(tmp_path / "001-a", state, **other)
    assert (may_open(run, resting=True), may_continue(run, resting=True)) == (opens, goes_on)
    assert not may_open(run, resting=False)
    assert not may_continue(run, resting=False)
