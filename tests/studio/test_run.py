"""The run that is going, as the window sees it."""

import gc
import shutil
import threading
import weakref

import numpy as np
import pytest

from gan_engine import EngineError, Scalars, Started, get, merge, parse, read_run
from studio import run as studio_run
from studio.run import Run


def wait_for(qtbot, run, state):
    qtbot.waitUntil(lambda: run.state == state)


def test_that_a_run_tells_its_whole_story(qtbot, studio, draft):
    run, story = studio.run, []
    for name in (
        "started",
        "sample_arrived",
        "scalars_arrived",
        "numbers_arrived",
        "saved",
        "finished",
    ):
        getattr(run, name).connect(lambda event, name=name: story.append(name))
    run.start(parse(draft))
    wait_for(qtbot, run, "idle")
    assert story[0] == "started"
    assert story[-1] == "finished"
    assert {"sample_arrived", "scalars_arrived", "numbers_arrived", "saved"} <= set(story)
    assert run.images_seen == run.images_total == 48
    assert run.folder is not None
    assert read_run(run.folder).state == "done"
    assert run.last_saved is not None


def test_that_pause_resume_and_stop_walk_through_the_states(qtbot, studio, endless):
    run, states = studio.run, []
    run.state_changed.connect(states.append)
    run.start(parse(endless))
    wait_for(qtbot, run, "training")
    run.pause()
    wait_for(qtbot, run, "paused")
    qtbot.wait(250)
    seen = run.images_seen
    qtbot.wait(250)
    assert run.images_seen == seen
    run.go_on()
    qtbot.waitUntil(lambda: run.images_seen > seen)
    run.stop()
    wait_for(qtbot, run, "idle")
    assert states == ["preparing", "training", "pausing", "paused", "training", "stopping", "idle"]
    assert read_run(run.folder).state == "stopped"


def test_that_a_second_start_is_refused_and_harms_nothing(qtbot, studio, endless):
    run, notices = studio.run, []
    run.noticed.connect(notices.append)
    run.start(parse(endless))
    wait_for(qtbot, run, "training")
    folder = run.folder
    run.start(parse(endless))
    assert [notice.key for notice in notices] == ["busy"]
    assert run.folder == folder
    assert run.is_active


def test_that_a_live_setting_reaches_the_run_and_comes_back_as_changed(qtbot, studio, endless):
    run, changes = studio.run, []
    run.setting_changed.connect(changes.append)
    studio.document.load(endless)
    run.start(studio.document.config)
    wait_for(qtbot, run, "training")
    studio.document.set("optimizer_g.rate", 0.0005)
    qtbot.waitUntil(lambda: bool(changes))
    assert (changes[0].path, changes[0].new) == ("optimizer_g.rate", 0.0005)
    studio.document.undo()
    qtbot.waitUntil(lambda: len(changes) == 2)
    assert changes[1].new == changes[0].old


def test_that_a_run_that_is_over_keeps_its_settings(qtbot, studio, draft):
    studio.document.load(draft)
    studio.run.start(parse(draft))
    wait_for(qtbot, studio.run, "idle")
    rate = get(studio.run.draft, "optimizer_d.rate")
    studio.document.set("optimizer_d.rate", rate / 2)
    assert get(studio.run.draft, "optimizer_d.rate") == rate


def test_that_other_settings_wait_for_the_next_run(qtbot, studio, endless):
    run, heard = studio.run, []
    run.setting_changed.connect(heard.append)
    run.noticed.connect(heard.append)
    studio.document.load(endless)
    run.start(studio.document.config)
    wait_for(qtbot, run, "training")
    studio.document.set("training.batch_size", 6)
    studio.document.set("optimizer_g.rate", 9e9)
    run.sample_now()
    qtbot.waitSignal(run.sample_arrived).wait()
    assert heard == []
    assert get(run.draft, "training.batch_size") == 4


def test_that_samples_and_saves_come_when_asked_for(qtbot, studio, endless):
    run = studio.run
    quiet = merge(endless, {"samples": {"every_seconds": 3600.0}})
    run.start(parse(quiet))
    wait_for(qtbot, run, "training")
    with qtbot.waitSignal(run.saved):
        run.save_now()
    run.pause()
    wait_for(qtbot, run, "paused")
    with qtbot.waitSignal(run.sample_arrived):
        run.sample_now()
    with qtbot.waitSignal(run.scalars_arrived):
        run.step_once("d")


def test_that_a_finished_run_is_looked_at_with_its_curves_and_grids(qtbot, studio, draft):
    run = studio.run
    run.start(parse(draft))
    wait_for(qtbot, run, "idle")
    folder = run.folder
    other = Run(studio.jobs)
    with qtbot.waitSignal(other.viewed) as heard:
        other.open_folder(folder)
    view = heard.args[0]
    assert view is other.view
    assert view.info.state == "done"
    assert len(view.grids) >= 1
    assert {"loss/g", "loss/d"} <= set(view.scalars)
    assert next(kind for _, _, kind, _ in view.events) == "started"


def test_that_a_run_goes_on_where_it_was_and_shows_what_it_did_before(qtbot, studio, draft):
    run = studio.run
    run.start(parse(draft))
    wait_for(qtbot, run, "idle")
    views, starts = [], []
    run.viewed.connect(views.append)
    run.started.connect(starts.append)
    run.resume(run.folder, images=96)
    wait_for(qtbot, run, "idle")
    assert views[0].info.images_seen == 48
    assert starts[0].resumed
    assert starts[0].images_seen == 48
    assert run.images_seen == 96


def test_that_a_run_with_nothing_left_to_do_says_so(qtbot, studio, draft):
    run, failures = studio.run, []
    run.start(parse(draft))
    wait_for(qtbot, run, "idle")
    run.failed.connect(failures.append)
    run.resume(run.folder)
    wait_for(qtbot, run, "idle")
    assert isinstance(failures[0], EngineError)
    assert failures[0].hint


def test_that_a_failure_is_told_in_words_and_the_run_is_over(qtbot, studio, tmp_path):
    (tmp_path / "empty").mkdir()
    config = parse({"data": {"folder": str(tmp_path / "empty")}})
    run, notices = studio.run, []
    run.noticed.connect(notices.append)
    with qtbot.waitSignal(run.failed):
        run.start(config)
    wait_for(qtbot, run, "idle")
    assert notices[0].level == "error"
    assert notices[0].hint


def test_that_shutting_down_saves_and_joins(qtbot, studio, endless):
    run = studio.run
    run.start(parse(endless))
    wait_for(qtbot, run, "training")
    run.shut_down()
    assert not run.is_active
    assert run.state == "idle"
    info = read_run(run.folder)
    assert info.state == "stopped"
    assert info.saved_images == info.images_seen


@pytest.mark.parametrize("name", ["foreign.pt", "foreign.pkl", "broken.safetensors"])
def test_that_a_foreign_file_is_refused_with_a_reason(qtbot, studio, tmp_path, name):
    (tmp_path / name).write_bytes(b"\x80\x04not ours")
    with qtbot.waitSignal(studio.run.failed) as heard:
        studio.run.open_weights(tmp_path / name)
    error = heard.args[0]
    assert isinstance(error, EngineError)
    assert name in error.text
    assert error.hint


def test_that_a_metric_of_an_earlier_moment_does_not_take_the_run_back(qtbot, studio, endless):
    run = studio.run
    run.start(parse(endless))
    wait_for(qtbot, run, "training")
    run.pause()
    wait_for(qtbot, run, "paused")
    told = []
    run.scalars_arrived.connect(told.extend)
    run._worker.mailbox.put(Scalars(10_000, {"loss/d": 1.0}, 1.0))
    run._worker.mailbox.put(Scalars(4, {"metric/kid": 0.5}, 1.0))
    qtbot.waitUntil(lambda: any(reading.is_late for reading in told))
    assert run.images_seen == 10_000


def test_that_a_former_runs_failure_is_not_the_new_ones(qtbot, studio, draft):
    run, failures = studio.run, []

    def broken(inbox):
        raise EngineError("The run that was followed cannot be read any more.")
        yield

    run.failed.connect(failures.append)
    run._begin(broken, {}, following=True)
    run._worker.wait()  # it has failed; nobody has heard of it yet
    with qtbot.waitSignal(run.finished):
        run.start(parse(draft))
    assert failures == []


def test_that_what_was_opened_last_is_what_is_shown(
    qtbot, studio, run_folder, tmp_path, monkeypatch
):
    run, other, first = studio.run, tmp_path / "runs" / "002-emoji", threading.Event()
    shutil.copytree(run_folder, other)
    plain = studio_run.read_view

    def slow(folder):
        if folder == run_folder:
            first.wait()
        return plain(folder)

    monkeypatch.setattr(studio_run, "read_view", slow)
    run.open_folder(run_folder)
    with qtbot.waitSignal(run.viewed):
        run.open_folder(other)
    first.set()
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert run.folder == other


def test_that_what_runs_began_with_is_remembered_without_their_pictures(studio, draft, tmp_path):
    reals = np.zeros((8, 8, 3), np.uint8)
    held = weakref.ref(reals)
    began = Started(0, tmp_path, draft, "CPU", "cpu", 48, 420, 1, 1, False, reals)
    studio.run.started.emit(began)
    del reals, began
    gc.collect()
    assert held() is None  # up to 2,000 of them, of 13 MB each, would stay while the window does
    assert [told.folder for _, told in studio.run.story if isinstance(told, Started)] == [tmp_path]
