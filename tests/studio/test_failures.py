"""Whatever goes wrong."""

import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import qWarning

from gan_engine import EngineError, Notice
from studio.failures import LOG, Failures, crash_file, log_file, sentence_of


@pytest.fixture
def failures(qapp):
    made = Failures()
    made.install()
    yield made
    made.remove()


@pytest.mark.parametrize(
    ("error", "text", "hint"),
    [
        (EngineError("It broke.", hint="Mend it."), "It broke.", "Mend it."),
        (MemoryError(), "not enough memory", "Close other programs"),
        (FileNotFoundError(2, "No such file", "/a/b.png"), "“b.png” cannot be used", "Check"),
        (ZeroDivisionError("secret"), "unexpected happened (ZeroDivisionError)", "log"),
    ],
)
def test_that_every_exception_becomes_a_sentence_and_a_hint(error, text, hint):
    said, advice = sentence_of(error)
    assert text in said
    assert hint in advice


def test_that_what_nobody_caught_is_told_and_written_down(failures):
    told = []
    failures.failed.connect(told.append)
    error = ValueError("unforeseen")
    sys.excepthook(ValueError, error, None)
    assert told == [error]
    assert "unforeseen" in log_file().read_text()


def test_that_a_thread_that_breaks_is_told_too(failures, qtbot):
    def broken():
        raise ValueError("in a thread")

    with qtbot.waitSignal(failures.failed):
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    assert "in a thread" in log_file().read_text()


def test_that_ctrl_c_is_no_failure(failures):
    told = []
    failures.failed.connect(told.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []


BROKEN = """
import ctypes
from PySide6.QtCore import QCoreApplication
from studio.failures import Failures

application = QCoreApplication([])
failures = Failures()
failures.install()
assert not failures.crashed
ctypes.string_at(0)
"""


def test_that_a_process_that_breaks_leaves_the_place_for_the_next_ones_log(qapp):
    done = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, text=True)
    assert done.returncode not in (0, 1), done.stderr
    assert "string_at" in crash_file().read_text(encoding="utf-8")
    after = Failures()
    after.install()
    try:
        assert after.crashed
        assert "string_at" in log_file().read_text(encoding="utf-8")
        assert not crash_file().read_text(encoding="utf-8")
    finally:
        after.remove()


def test_that_an_ordinary_end_is_no_crash(qapp):
    for _ in range(2):
        failures = Failures()
        failures.install()
        assert not failures.crashed
        failures.remove()


def test_that_what_qt_says_is_in_the_log(failures):
    qWarning("a pixmap is empty")
    assert "Qt: a pixmap is empty" in log_file().read_text(encoding="utf-8")


def test_that_the_log_is_bounded(failures):
    for number in range(60):
        LOG.info("%d %s", number, "x" * 100_000)
    sizes = [path.stat().st_size for path in log_file().parent.glob("studio.log*")]
    assert len(sizes) == 4
    assert sum(sizes) < 5_000_000


def test_that_what_a_run_says_is_in_the_log(failures, studio):
    studio.run.noticed.emit(Notice(8, "warning", "The disk is full.", "Free some."))
    assert "WARNING The disk is full. Free some." in log_file().read_text(encoding="utf-8")
