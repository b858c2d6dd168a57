"""Across the thread boundary."""

import contextlib

import pytest

from gan_engine import (
    FileError,
    Finished,
    Preparing,
    SampleGrid,
    Started,
    list_runs,
    merge,
    parse,
    train,
)
from studio.worker import Worker, begin_training, read_view, read_weights
from tests.gan_engine.training.test_run import tiny_preset
from tests.studio.tiny import PATIENCE


@pytest.fixture
def done(qapp, draft, tmp_path):
    events = list(train(parse(draft), folder=tmp_path / "run"))
    return tmp_path / "run", events


def test_that_events_cross_in_order_from_another_thread(qtbot, draft):
    worker = Worker(begin_training(parse(draft)))
    with qtbot.waitSignal(worker.finished):
        worker.start()
    worker.wait()
    events = worker.drain()
    kinds = [type(event) for event in events]
    assert kinds.index(Started) < kinds.index(SampleGrid) < kinds.index(Finished)
    assert kinds[-1] is Finished
    assert worker.drain() == []


def test_that_the_computer_stays_awake_while_a_run_goes_and_no_longer(qtbot, draft, monkeypatch):
    heard = []

    @contextlib.contextmanager
    def awake(**options):
        assert options == {
            "on_fail": "pass"
        }  # a system that cannot be kept awake trains all the same
        heard.append("awake")
        yield
        heard.append("asleep")

    monkeypatch.setattr("studio.worker.keep.running", awake)

    def run(inbox):
        heard.append("trains")
        yield from ()

    worker = Worker(run)
    assert heard == []
    with qtbot.waitSignal(worker.finished):
        worker.start()
    worker.wait()
    assert heard == ["awake", "trains", "asleep"]


def test_that_an_exception_is_told_in_the_thread_of_the_listener(qtbot, studio):
    def broken(inbox):
        yield from ()
        raise ValueError("unforeseen")

    worker = Worker(broken)
    with qtbot.waitSignal(worker.failed) as heard:
        worker.start()
    worker.wait()
    assert isinstance(heard.args[0], ValueError)


def test_that_stopping_while_images_are_prepared_is_a_stop_and_no_crash(qtbot, draft):
    def begin(inbox):
        for event in begin_training(parse(draft))(inbox):
            if isinstance(event, Preparing):
                worker.stop()
            yield event

    worker = Worker(begin)
    worker.start()
    assert worker.wait(PATIENCE)
    assert [type(event) for event in worker.drain()] == [Preparing, Finished]
    (info,) = list_runs()
    assert (info.state, info.saved_images) == ("unstarted", 0)
    assert "finished: stopped" in (info.folder / "log.txt").read_text(encoding="utf-8")


def test_that_a_view_holds_what_a_run_left_behind(done):
    folder, events = done
    view = read_view(folder)
    assert view.info.images_seen == 48
    grids = [event for event in events if isinstance(event, SampleGrid)]
    assert {seen for seen, _ in view.grids} == {grid.images_seen for grid in grids}


def test_that_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileError, match="no run"):
        read_view(tmp_path)


def test_that_weights_bring_a_grid_with_a_seed_a_sample(done):
    folder, events = done
    path = next((folder / "checkpoints").iterdir())
    view, grid = read_weights(path)
    assert view.info.images_seen == 48
    last = [event for event in events if isinstance(event, SampleGrid)][-1]
    assert grid.seeds == last.seeds
    assert (grid.pixels == last.pixels).all()


def test_that_weights_that_need_pictures_show_what_they_make_of_the_built_in_ones(emoji, tmp_path):
    draft = merge(tiny_preset("pix2pix-256", emoji), {"training": {"images": 2}})
    list(train(parse(draft), folder=tmp_path / "run"))
    view, grid = read_weights(next((tmp_path / "run" / "checkpoints").iterdir()))
    assert view.info.images_seen == 2
    assert grid.columns % 2 == 0
    assert grid.seeds[:4] == (0, 0, 1, 1)
