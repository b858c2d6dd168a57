"""Whatever goes wrong."""

import sys
import threading

import pytest

from gan_engine import EngineError
from studio.failures import Failures, log_file, sentence_of


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

    with qtbot.waitSignal(failures.failed, timeout=10_000):
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    assert "in a thread" in log_file().read_text()


def test_that_ctrl_c_is_no_failure(failures):
    told = []
    failures.failed.connect(told.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
