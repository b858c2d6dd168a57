"""What is said when a run or the queue is over."""

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from gan_engine import EngineError, Finished
from studio.bell import Bell


class Window(QMainWindow):
    """A window that says whether somebody looks at it."""

    in_front, page = False, "design"

    def isActiveWindow(self):
        return self.in_front


@pytest.fixture
def window(qtbot):
    made = Window()
    yield made
    made.deleteLater()


@pytest.fixture
def bell(studio, window):
    made = Bell(studio.run, studio.queue, window)
    made.heard = []
    made.told.connect(lambda *said: made.heard.append(said[:3]))
    return made


def test_that_a_finished_run_is_told_to_who_looks_elsewhere(studio, bell, window, tmp_path):
    studio.run.finished.emit(Finished(12_345, "done", tmp_path / "007-cats"))
    assert bell.heard == [("good", "“007-cats” is finished: 12.3 k images.", "")]
    window.in_front = True
    studio.run.finished.emit(Finished(12_345, "done", tmp_path / "007-cats"))
    assert len(bell.heard) == 1


def test_that_what_the_page_of_the_run_says_is_not_said_twice(studio, bell, window, tmp_path):
    window.page = "train"
    studio.run.finished.emit(Finished(12_345, "done", tmp_path / "007-cats"))
    assert not bell.heard


def test_that_a_run_that_was_stopped_is_no_news(studio, bell, tmp_path):
    studio.run.finished.emit(Finished(12_345, "stopped", tmp_path / "007-cats"))
    assert not bell.heard


def test_that_a_failure_rings_and_is_left_to_the_window_to_say(studio, bell, monkeypatch):
    alerted = []
    monkeypatch.setattr(QApplication, "alert", alerted.append)
    studio.run.failed.emit(EngineError("The disk is full.", hint="Free some space."))
    assert len(alerted) == 1
    assert not bell.heard


def test_that_a_queue_is_told_once_at_its_end_with_what_failed(studio, bell, window, tmp_path):
    studio.queue.is_on = True
    studio.run.finished.emit(Finished(1, "done", tmp_path / "a"))
    studio.run.failed.emit(EngineError("No."))
    assert not bell.heard
    window.in_front = True
    studio.queue.ended.emit(1, ["cats · dcgan"])
    assert bell.heard == [
        ("warning", "The queue is done: 1 finished, 1 failed.", "cats · dcgan"),
    ]


def test_that_a_tray_is_used_where_there_is_one(studio, bell, monkeypatch, qapp):
    said = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda self, *text: said.append(text))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda self: None)
    bell.ring("good", "Finished.", "Look.")
    assert said == [("GAN Studio", "Finished. Look.")]
    assert not bell.heard
