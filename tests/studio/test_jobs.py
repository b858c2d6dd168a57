"""Short work off the window's thread."""

import logging
import threading

import pytest

from gan_engine import (
    EXPORTERS,
    DatasetReport,
    EngineError,
    ScanNames,
    ScanProgress,
    export,
    parse,
    train,
)
from studio.failures import LOG
from studio.looking import Newest
from tests.slowly import slowly

CHOOSY = [kind for kind in EXPORTERS if kind.key() in ("pictures", "styles")]
"""What some runs alone can make: those that learned from pairs, and those of Style."""
SUITED = [kind for kind in EXPORTERS if kind not in CHOOSY]


@pytest.fixture
def jobs(studio):
    return studio.jobs


def test_that_a_scan_ends_with_its_report_and_tells_everybody(qtbot, jobs, emoji):
    everybody, steps = [], []
    jobs.scanned.connect(everybody.append)
    job = jobs.scan(emoji)
    job.progressed.connect(steps.append)
    with qtbot.waitSignal(job.done) as heard:
        pass
    report = heard.args[0]
    assert isinstance(report, DatasetReport)
    assert len(report.files) == 48
    assert everybody == [report]
    assert all(isinstance(step, ScanProgress | ScanNames) for step in steps)


def test_that_a_missing_folder_fails_in_words(qtbot, jobs, tmp_path):
    job = jobs.scan(tmp_path / "gone")
    with qtbot.waitSignal(job.failed) as heard:
        pass
    assert heard.args[0].hint


def test_that_signals_arrive_in_the_window_thread_even_at_a_plain_function(qtbot, jobs):
    threads = []
    job = jobs.call(threading.get_ident)
    job.done.connect(lambda worker: threads.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(threads))
    worker, listener = threads[0]
    assert listener == threading.get_ident() != worker


def test_that_a_cancelled_job_says_nothing_more(qtbot, jobs):
    going, heard = threading.Event(), []

    def work(cancelled):
        while not cancelled():
            going.set()
            yield 1

    job = jobs.run(work)
    job.done.connect(heard.append)
    job.failed.connect(heard.append)
    assert going.wait(60)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert heard == []
    assert not job.active


def test_that_thumbnails_arrive_one_by_one_and_a_broken_picture_is_left_out(qtbot, jobs, emoji):
    (emoji / "broken.png").write_bytes(b"no picture")
    paths = [*sorted(emoji.iterdir())[:4], emoji / "broken.png"]
    job, found = jobs.thumbnails(paths, 32), []
    job.progressed.connect(found.append)
    with qtbot.waitSignal(job.done):
        pass
    assert [path for path, _ in found] == [path for path in paths if path.name != "broken.png"]
    assert all(max(pixels.shape) == 32 for _, pixels in found)


@pytest.mark.parametrize("kind", slowly(SUITED, export.Onnx), ids=lambda kind: kind.key())
def test_that_every_exporter_runs_as_a_job(qtbot, jobs, draft, tmp_path, kind):
    list(train(parse(draft), folder=tmp_path / "run"))
    job = jobs.export(tmp_path / "run", kind(), tmp_path / f"out{kind.suffix}")
    with qtbot.waitSignal(job.done) as heard:
        pass
    assert heard.args[0].done == heard.args[0].total
    assert heard.args[0].path.exists()


@pytest.mark.parametrize("kind", CHOOSY, ids=lambda kind: kind.key())
def test_that_an_exporter_says_what_it_needs_of_a_run(qtbot, jobs, draft, tmp_path, kind):
    list(train(parse(draft), folder=tmp_path / "run"))
    job = jobs.export(tmp_path / "run", kind(), tmp_path / "out")
    with qtbot.waitSignal(job.failed) as heard:
        pass
    assert isinstance(heard.args[0], EngineError)
    assert heard.args[0].hint


def test_that_shutting_down_joins_what_is_going(jobs):
    def work(cancelled):
        while not cancelled():
            yield 1

    job = jobs.run(work)
    jobs.shut_down()
    assert jobs.active == []
    job.wait()


@pytest.fixture
def log(monkeypatch):
    """What is written into the log."""
    lines, written = [], logging.Formatter()
    monkeypatch.setattr(LOG, "handle", lambda record: lines.append(written.format(record)))
    return lines


def broken():
    raise ZeroDivisionError("unforeseen")


def test_that_a_failure_nobody_listens_to_is_told_to_the_person_and_the_log(qtbot, studio, log):
    told = []
    studio.run.noticed.connect(told.append)
    studio.jobs.call(broken)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].level == "error"
    assert "ZeroDivisionError" in told[0].text
    assert len([line for line in log if "in broken" in line]) == 1  # its traceback, once


def test_that_a_failure_somebody_hears_is_told_by_them_alone(qtbot, jobs, log):
    unheard = []
    jobs.unheard.connect(unheard.append)
    job = jobs.call(broken)
    with qtbot.waitSignal(job.failed):
        pass
    assert not unheard
    assert "in broken" in log[0]  # what they say of it leads to the log


def test_that_work_done_for_the_newest_wish_tells_its_failures_too(qtbot, studio):
    told = []
    studio.jobs.unheard.connect(told.append)
    newest = Newest(studio.jobs, lambda wish: wish / 0, studio)
    newest.ask(1)
    qtbot.waitUntil(lambda: bool(told))
    newest.failed.connect(told.append)
    newest.ask(1)
    qtbot.waitUntil(lambda: len(told) == 2)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert len(told) == 2
