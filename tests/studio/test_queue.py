"""Runs that train one after the other."""

import pytest

from gan_engine import get, list_runs, merge, put
from studio import i18n
from studio.preferences import Preferences
from studio.queue import Queue, name_of
from tests.studio.tiny import tiny_draft


@pytest.fixture
def queue(studio):
    return studio.queue


def states(queue):
    return [entry.state for entry in queue.entries]


def test_that_runs_are_trained_one_after_the_other(studio, queue, draft, qtbot):
    other = merge(draft, {"loss": {"kind": "hinge"}})
    assert queue.add(draft)
    assert queue.add(other)
    assert states(queue) == ["waiting", "waiting"]
    with qtbot.waitSignal(queue.ended) as ended:
        queue.start()
    assert ended.args == [2, []]
    assert states(queue) == ["done", "done"]
    kinds = {get(info.draft, "loss.kind") for info in list_runs()}
    assert kinds == {"cross_entropy", "hinge"}
    assert studio.document.draft == other  # what trained last is what is shown
    assert not queue.is_on


def test_that_a_run_that_fails_is_named_in_the_language_in_force_and_the_next_begins(
    queue, draft, tmp_path, qtbot
):
    queue.add(draft)
    gone = put(draft, "data.folder", str(tmp_path / "gone"))
    queue.entries.insert(0, queue.entries[0].model_copy(update={"draft": gone}))
    i18n.use("zh_CN")
    with qtbot.waitSignal(queue.ended) as ended:
        queue.start()
    assert ended.args == [1, ["gone · DCGAN · 交叉熵 · 16 px"]]
    assert states(queue) == ["failed", "done"]
    assert "gone" in queue.entries[0].why


def test_that_it_waits_for_the_run_that_is_going(studio, queue, draft, endless, qtbot):
    from gan_engine import parse

    studio.run.start(parse(endless))
    qtbot.waitUntil(lambda: studio.run.state == "training")
    queue.add(draft)
    queue.start()
    assert states(queue) == ["waiting"]
    with qtbot.waitSignal(queue.ended):
        studio.run.stop()
    assert states(queue) == ["done"]


def test_that_who_stops_a_run_stops_the_queue_and_the_run_goes_on_later(
    studio, queue, endless, qtbot
):
    queue.add(endless)
    queue.add(endless)
    queue.start()
    qtbot.waitUntil(lambda: studio.run.images_seen > 0)
    folder = studio.run.folder
    studio.run.stop()
    qtbot.waitUntil(lambda: studio.run.state == "idle")
    assert not queue.is_on
    assert states(queue) == ["waiting", "waiting"]
    again = Queue(studio.run, studio.preferences.folder)
    with qtbot.waitSignal(studio.run.started) as started:
        again.start()
    assert started.args[0].resumed
    assert started.args[0].folder == folder
    again.rest()
    assert states(again) == ["going", "waiting"]


def test_that_the_queue_is_kept_over_a_restart(studio, queue, draft):
    queue.add(draft)
    queue.add(merge(draft, {"loss": {"kind": "hinge"}}))
    queue.entries[0] = queue.entries[0].model_copy(update={"state": "going"})  # as after a kill
    queue._keep()
    again = Queue(studio.run, studio.preferences.folder)
    assert states(again) == ["waiting", "waiting"]
    assert [entry.draft for entry in again.entries] == [entry.draft for entry in queue.entries]


@pytest.mark.parametrize("text", ["= =", "runs = 7", "[[runs]]\nname = 1\n"])
def test_that_a_broken_file_is_set_aside_and_said(studio, tmp_path, text):
    folder = Preferences(tmp_path / "own").folder
    folder.mkdir()
    (folder / "queue.toml").write_text(text)
    broken = Queue(studio.run, folder)
    assert broken.entries == []
    assert "queue.broken.toml" in broken.problem
    assert (folder / "queue.broken.toml").read_text() == text


def test_that_settings_that_make_no_run_are_refused(queue, draft, qtbot):
    with qtbot.waitSignal(queue.refused) as refused:
        assert not queue.add(put(draft, "data.size", 50))
    assert "50" in refused.args[0].text
    assert queue.entries == []


def test_that_runs_change_places_and_leave_but_not_the_one_that_goes(queue, draft):
    for kind in ("cross_entropy", "hinge", "least_squares"):
        queue.add(merge(draft, {"loss": {"kind": kind}}))
    first, second, third = queue.entries
    assert queue.move(0, 1) == 1
    assert queue.entries == [second, first, third]
    queue._going = 0
    assert queue.move(1, -1) == 1
    queue.remove(0)
    assert len(queue.entries) == 3
    queue._going = 2
    queue.remove(0)
    assert queue._going == 1
    assert queue.move(0, -1) == 0
    queue._going = None


def test_that_a_run_that_waits_is_called_by_what_it_learns(draft):
    assert name_of(draft) == "emoji · DCGAN · Cross entropy · 16 px"
    assert name_of(tiny_draft("builtin")).startswith("built-in images")


def test_that_nothing_begins_any_more_in_a_window_that_is_left(studio, queue, draft, qtbot):
    queue.add(draft)
    queue.start()
    studio.shut_down()
    with qtbot.waitSignal(queue._soon.timeout):
        queue._soon.start()
    assert not studio.run.is_active
    assert states(queue) == ["waiting"]
