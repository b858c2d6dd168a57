"""The prepared images on disk: which there are, who uses them, and room kept within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import (
    PreparedSet,
    clean_prepared,
    prepared_sets,
    prepared_uses,
    remove_prepared,
    unescape,
)

if TYPE_CHECKING:
    from studio.jobs import Jobs
    from studio.preferences import Preferences
    from studio.run import Run

_GB = 2**30


@dataclass(frozen=True)
class Shelf:
    """One prepared array: what it is, and the runs that were trained on it."""

    set: PreparedSet
    runs: tuple[str, ...]


class PreparedImages(QObject):
    """Lists and removes beside the window's thread; originals are never touched."""

    listed = Signal(object)
    """What there is, the most recently used first: a list of Shelf."""

    def __init__(self, jobs: Jobs, run: Run, preferences: Preferences) -> None:
        super().__init__()
        self._jobs, self._preferences = jobs, preferences
        run.started.connect(self._make_room)

    def refresh(self) -> None:
        """Find out what there is; `listed` follows."""
        self._jobs.call(_found).done.connect(self.listed)

    def remove(self, folders: Sequence[Path]) -> None:
        """Delete these; `listed` follows. A run that reads one goes on with it."""
        wanted = tuple(folders)

        def work() -> list[Shelf]:
            for folder in wanted:
                remove_prepared(folder)
            return _found()

        self._jobs.call(work).done.connect(self.listed)

    @Slot(object)
    def _make_room(self, started: object) -> None:
        """Keep to the budget once a run has what it needs, which was used last and stays."""
        budget = self._preferences.get("prepared_gb") * _GB
        if budget:
            self._jobs.call(lambda: clean_prepared(budget, kept()))


def kept() -> list[Path]:
    """Return what stays whatever the budget: the newest, and what cannot be made again."""
    shelves = _found()
    lost = [s.set.path for s in shelves if s.runs and not Path(unescape(s.set.source)).exists()]
    return [*(shelf.set.path for shelf in shelves[:1]), *lost]


def _found() -> list[Shelf]:
    uses = prepared_uses()
    return [Shelf(one, tuple(uses.get(one.path.name, ()))) for one in prepared_sets()]
