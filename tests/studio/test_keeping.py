"""Settings that nobody saved to a file survive the program's end."""

import pytest

from gan_engine import first_draft, get, put, read_draft
from studio.context import Studio
from studio.keeping import EVERY_MS, NAME, Keeping
from studio.preferences import Preferences


@pytest.fixture
def again(qapp, tmp_path):
    """Start the models anew on the same state folder, as the next start of the program does."""
    made = []

    def start():
        made.append(Studio(Preferences(tmp_path / "state")))
        return made[-1]

    yield start
    for studio in made:
        studio.shut_down()


def test_that_at_most_five_seconds_of_edits_can_be_lost():
    assert EVERY_MS <= 4_000  # the rest is for writing


def test_that_edits_are_written_while_they_go_on(qtbot, studio, tmp_path, monkeypatch):
    file = tmp_path / "state" / NAME
    studio.keeping._timer.setInterval(50)
    sizes = iter(range(16, 10_000))

    def edited_and_written():
        # Each turn edits again: a timer that every edit puts off would never come.
        studio.document.set("training.batch_size", 2 + next(sizes) % 4000)
        return file.is_file()

    qtbot.waitUntil(edited_and_written)
    assert get(read_draft(file), "training.batch_size") >= 2


def test_that_unsaved_settings_are_back_at_the_next_start_and_can_be_discarded(again):
    first = again()
    first.document.set("training.batch_size", 17)
    first.shut_down()
    second, told = again(), []
    second.keeping.told.connect(lambda *said: told.append(said))
    second.keeping.restore()
    assert second.document.draft == put(first_draft(), "training.batch_size", 17)
    assert [answer for said in told for _, answer in said[3]] == ["discard"]
    second.keeping.answer("discard")
    assert second.document.draft == first_draft()
    second.document.undo()
    assert get(second.document.draft, "training.batch_size") == 17


def test_that_to_start_afresh_is_offered_until_something_is_edited(again):
    first = again()
    first.document.set("training.batch_size", 17)
    first.shut_down()
    second, gone = again(), []
    second.keeping.withdrawn.connect(gone.append)
    second.keeping.restore()
    assert not gone
    second.document.set("training.batch_size", 18)
    second.document.set("training.batch_size", 19)
    assert gone == ["discard"]


def test_that_nothing_is_said_where_nothing_was_left(again, tmp_path):
    first = again()
    first.document.set("training.batch_size", 17)
    first.document.undo()
    first.shut_down()
    assert not (tmp_path / "state" / NAME).exists()
    second, told = again(), []
    second.keeping.told.connect(lambda *said: told.append(said))
    second.keeping.restore()
    assert not told


def test_that_what_cannot_be_read_is_set_aside(again, tmp_path):
    file = tmp_path / "state" / NAME
    file.parent.mkdir()
    file.write_text("][", encoding="utf-8")
    studio = again()
    studio.keeping.restore()
    assert studio.document.draft == first_draft()
    assert file.with_suffix(".broken.toml").read_text(encoding="utf-8") == "]["


def test_that_a_disk_that_cannot_be_written_only_costs_the_keeping(qtbot, studio, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    keeping = Keeping(studio.document, studio.jobs, tmp_path / "file" / "inside")
    keeping._timer.setInterval(1)
    studio.document.set("training.batch_size", 18)
    qtbot.waitUntil(lambda: not keeping._kept)
    keeping.close()
    assert get(studio.document.draft, "training.batch_size") == 18


def test_that_the_offer_stands_again_behind_one_that_is_more_urgent(visitor):
    notices = visitor.window.notices
    visitor.studio.keeping.told.emit("info", "Settings.", "", [("Start afresh", "discard")])
    notices.show_first("warning", "A run stopped.", "", [("Look only", "look")])
    assert notices.text == "A run stopped."
    notices.show_next()
    assert notices.text == "Settings."
    notices.act.emit("discard")
    assert not notices.text
