"""Whatever else a thread makes, it never deletes a widget."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread

from studio.context import Studio
from studio.garbage import Garbage


class Ringed(QObject):
    """Refers to itself, so that only the collector of garbage can delete it."""

    def __init__(self, deleted_by: list[str]) -> None:
        super().__init__()
        self._me, self._deleted_by = self, deleted_by

    def __del__(self) -> None:
        self._deleted_by.append(threading.current_thread().name)


class Busy(QThread):
    """Makes enough for Python to look for garbage many times over."""

    def run(self) -> None:
        self.made = [[i] for i in range(100_000)]


@pytest.fixture
def garbage(qapp: Any) -> Iterator[Garbage]:
    gc.enable()  # as a program begins
    made = Garbage(qapp)
    yield made
    made.end()
    made.deleteLater()


def work_beside() -> Busy:
    """Return a thread that has ended, with what it made: only that gives reason to look."""
    busy = Busy()
    busy.start()
    busy.wait()
    return busy


def test_that_a_thread_that_works_deletes_nothing_of_the_windows(garbage: Garbage) -> None:
    deleted_by = list[str]()
    Ringed(deleted_by)
    busy = work_beside()
    assert deleted_by == []
    garbage.look()
    assert deleted_by == [threading.main_thread().name]
    assert busy.made


def test_that_python_alone_would_let_it(qapp: Any) -> None:
    gc.enable()
    deleted_by = list[str]()
    Ringed(deleted_by)
    busy = work_beside()
    assert deleted_by != []
    assert threading.main_thread().name not in deleted_by
    assert busy.made


def test_that_it_looks_by_itself(garbage: Garbage, qtbot: Any) -> None:
    deleted_by = list[str]()
    Ringed(deleted_by)
    busy = work_beside()
    qtbot.waitUntil(lambda: bool(deleted_by))
    assert busy.made


def test_that_the_end_of_a_run_gives_back_what_it_held(garbage: Garbage, studio: Studio) -> None:
    run, deleted_by = studio.run, list[str]()
    run.state_changed.connect(garbage.take_state)
    Ringed(deleted_by)
    run.state_changed.emit("training")
    assert deleted_by == []
    run.state_changed.emit("idle")
    assert len(deleted_by) == 1


def test_that_python_looks_again_afterwards(qapp: Any) -> None:
    made = Garbage(qapp)
    assert not gc.isenabled()
    made.end()
    assert gc.isenabled()
    made.deleteLater()
