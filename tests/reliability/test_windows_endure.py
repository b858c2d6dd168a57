"""Starting and stopping in a window, again and again: no thread, timer, job or widget more."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from gan_engine import put
from studio.jobs import Job
from tests.studio.conftest import endless, visitor  # noqa: F401
from tests.studio.visitor import Visitor


def held() -> Counter[str]:
    """Return how much of each kind there is, once what was let go of is gone."""
    for _ in range(3):
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    threads = [  # Python never forgets a QThread that once ran Python; those are counted below
        each for each in threading.enumerate() if not isinstance(each, threading._DummyThread)
    ]
    found = Counter(threads=len(threads), widgets=len(QApplication.allWidgets()))
    for thing in gc.get_objects():
        kind = type(thing)  # isinstance would ask proxies
        if issubclass(kind, QObject) and shiboken6.isValid(thing):
            for wanted in (QThread, QTimer, Job):
                if issubclass(kind, wanted):
                    found[wanted.__name__] += 1
                    found[f"{wanted.__name__} of {type(thing.parent()).__name__}"] += 1
    return found


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "cycles", [6, pytest.param(200, marks=pytest.mark.full)], ids="{}_cycles".format
)
def test_that_starting_and_stopping_in_a_window_leaves_nothing_behind(
    cycles: int,
    visitor: Visitor,  # noqa: F811
    endless: dict[str, Any],  # noqa: F811
) -> None:
    run = visitor.studio.run
    visitor.settings(put(endless, "metrics", {}))  # one that is measured late has a plot of its own

    def cycle() -> None:
        visitor.chooses("start")
        visitor.waits_until(lambda: run.state == "training" and run.images_seen > 0)
        visitor.chooses("stop")
        visitor.waits_for("idle")
        visitor.waits_until(lambda: not visitor.studio.jobs.active)

    for _ in range(3):
        cycle()
    before = held()
    for _ in range(cycles):
        cycle()
    after = held()
    # What is left behind each time grows with the cycles; a panel may keep its last job or two,
    # and on a slow machine not all have had their first when the counting begins.
    for kind in ("threads", "QThread", "QTimer", "Job"):
        assert after[kind] <= before[kind] + 2, (kind, after - before)
    # A list of runs may show one row a run, whichever widgets that takes.
    assert after["widgets"] - before["widgets"] <= 12 * cycles, after - before
