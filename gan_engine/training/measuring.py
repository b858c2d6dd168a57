"""A run's metrics: a bounded share of the time, one at a time, and never a reason to stop."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import torch

from gan_engine import durable
from gan_engine.device import out_of_memory
from gan_engine.events import Notice
from gan_engine.history import History
from gan_engine.metrics import Judge, Metric
from gan_engine.schema import Message
from gan_engine.training.saves import BEST
from gan_engine.training.session import Session

T = TypeVar("T")


class Measuring:
    """Takes turns with the updates: each turn computes one metric of the samples of one moment.

    A measurement begins with a save where it can, so that the best one has a checkpoint.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._folder = session, folder
        self._metrics: tuple[Metric, ...] = session.config.metrics
        self._judge: Judge | None = None
        self._going: Iterator[dict[str, float]] | None = None
        self._found: dict[str, float] = {}
        self._began, self._spent = time.monotonic(), 0.0
        self._best = self._known_best()
        self._hurried = False
        self.images_seen = 0
        """The moment whose samples are being measured."""
        self.trouble = ""
        """Why the last measurement failed; empty while all is well."""

    def begin(self) -> None:
        """Measure this very moment, of which a checkpoint is being written, if it is time to."""
        if self._going is None:
            self._take_turn(self._draw)

    def turn(self) -> dict[str, float]:
        """Compute the next metric if there is time for it; return a measurement once it is whole."""
        found = self._take_turn(self._advance) or {}
        self._hurried = self._hurried and not found
        return found

    def hurry(self) -> Iterator[Notice]:
        """Measure once without waiting for a turn; say so where there is nothing to measure."""
        self._hurried = bool(self._metrics)
        if not self._hurried:
            text = Message("Nothing is measured: this run has no metrics.")
            hint = Message("Switch one on under Metrics, for the next run.")
            yield Notice(self._session.images_seen, "warning", text, hint, key="evaluate")

    def _take_turn(self, work: Callable[[], T]) -> T | None:
        now, share = time.monotonic(), self._session.config.measuring.share
        waits = self._spent >= share * (now - self._began) and not self._hurried
        if not self._metrics or waits:
            return None
        found = contained(work, self._fail)
        self._spent += time.monotonic() - now
        return found

    def keep_best(self, path: Path, images_seen: int, values: dict[str, float]) -> bool:
        """Keep the checkpoint at `path` as the best one if these values of its samples are."""
        main = next((metric for metric in self._metrics if metric.ranks), None)
        if images_seen != self.images_seen or main is None:
            return False
        value = values.get(next(iter(main.values)))
        sign = 1 if main.better == "lower" else -1
        if value is None or (self._best is not None and sign * value >= sign * self._best):
            return False
        self._best = value
        with contextlib.suppress(OSError):  # a full disk keeps no best; the rest goes on
            durable.second_name(path, BEST)
            return True
        return False

    def _known_best(self) -> float | None:
        """Return the value of the best save that was kept so far: none takes its place but a better."""
        main = next((metric for metric in self._metrics if metric.ranks), None)
        if main is None or not (self._folder / "checkpoints" / BEST).is_file():
            return None
        history = History(self._folder)
        try:
            told = [one.payload for one in history.events("best")]
        finally:
            history.close()
        values = (found.get(next(iter(main.values))) for found in reversed(told))
        return next((float(value) for value in values if isinstance(value, int | float)), None)

    def _advance(self) -> dict[str, float]:
        if self._going is None:
            self._draw()
        assert self._going is not None  # _draw() begins it
        for found in self._going:
            self._found |= found
            return {}
        self._going = None
        return self._found

    def _draw(self) -> None:
        """Draw the samples of this moment; they are looked at in the turns that follow."""
        self._judge = self._judge or Judge(self._metrics, self._session.images)
        self.images_seen, self._found = self._session.images_seen, {}
        self._going = self._judge.each(self._session.samples(self._judge.samples))

    def _fail(self, error: Exception) -> None:
        """Leave metrics alone for the rest of the run: what failed once would fail again."""
        short = "there is too little memory for them."
        self.trouble = short if out_of_memory(error) else str(error)
        self._metrics, self._going = (), None


def contained(work: Callable[[], T], failed: Callable[[Exception], None] | None = None) -> T | None:
    """Return what `work` returns; what is optional may fail, and says so, but stops nothing."""
    try:
        with torch.no_grad():
            return work()
    except Exception as error:
        if failed is not None:
            failed(error)
        return None
