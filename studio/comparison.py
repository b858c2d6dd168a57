"""Two to six runs looked at together: what each left behind, and in which settings they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import EngineError, read_png
from studio.jobs import Cancelled, Job, Jobs
from studio.worker import RunView, read_view

if TYPE_CHECKING:
    from gan_engine import Draft

MOST = 6


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs; None where a run has no such setting."""

    path: str
    values: tuple[Any, ...]


class Comparison(QObject):
    """Reads the runs it is asked for, one after the other, and their grids of one moment."""

    changed = Signal(object)
    """The runs that are compared, as RunViews in order."""
    pictured = Signal(object)
    """A grid that was wanted: (the run's folder, its path, Pixels, or why it cannot be read)."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._folders: list[Path] = []
        self._views: dict[Path, RunView] = {}
        self._reading: Job | None = None
        self._read_now = Path()
        self._picturing: Job | None = None
        self._wanted: dict[Path, Path] = {}

    @property
    def views(self) -> list[RunView]:
        """The runs that are compared and have been read, in order."""
        return [self._views[folder] for folder in self._folders if folder in self._views]

    def show(self, folders: Sequence[Path]) -> None:
        """Compare these runs, read anew; of more than six the first six."""
        self._views.clear()
        self._take(list(dict.fromkeys(folders))[:MOST])

    def add(self, folder: Path) -> None:
        """Compare one run more, if there is room."""
        if folder not in self._folders and len(self._folders) < MOST:
            self._take([*self._folders, folder])

    def remove(self, folder: Path) -> None:
        """Leave one run out."""
        self._views.pop(folder, None)
        self._take([known for known in self._folders if known != folder])

    def _take(self, folders: list[Path]) -> None:
        self._folders = folders
        self.changed.emit(self.views)
        self._read()

    def _read(self) -> None:
        missing = [folder for folder in self._folders if folder not in self._views]
        if missing and self._reading is None:
            folder = self._read_now = missing[0]
            self._reading = self._jobs.call(lambda: read_view(folder))
            self._reading.done.connect(self._take_view)
            self._reading.failed.connect(self._fail)
            self._reading.ended.connect(self._end_reading)

    @Slot(object)
    def _take_view(self, view: RunView) -> None:
        self._views[view.info.folder] = view
        self.changed.emit(self.views)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        """A run that cannot be read is left out, and said."""
        self._folders = [folder for folder in self._folders if folder != self._read_now]
        self.failed.emit(error)

    @Slot()
    def _end_reading(self) -> None:
        self._reading = None
        self._read()

    # --- grids -----------------------------------------------------------------------------

    @Slot(object)
    def want_grids(self, wanted: Mapping[Path, Path]) -> None:
        """Ask for a grid of each run; while some are read only the newest wish is remembered."""
        self._wanted = dict(wanted)
        self._picture()

    def _picture(self) -> None:
        if self._picturing is None and self._wanted:
            wanted, self._wanted = self._wanted, {}

            def work(cancelled: Cancelled) -> Iterator[object]:
                for folder, path in wanted.items():
                    try:
                        yield folder, path, read_png(path)
                    except EngineError as error:  # one that cannot be read hides none after it
                        yield folder, path, error
                yield None

            self._picturing = self._jobs.run(work)
            self._picturing.progressed.connect(self.pictured)
            self._picturing.failed.connect(self.failed)
            self._picturing.ended.connect(self._end_picturing)

    @Slot()
    def _end_picturing(self) -> None:
        self._picturing = None
        self._picture()


def differences_of(drafts: Sequence[Draft]) -> list[Difference]:
    """Return every setting in which the drafts are not all alike, in the order of the first."""
    flat = [dict(_flat(draft)) for draft in drafts]
    paths = dict.fromkeys(path for table in flat for path in table if path != "format")
    found = [Difference(path, tuple(table.get(path) for table in flat)) for path in paths]
    return [one for one in found if any(value != one.values[0] for value in one.values)]


def grids_at(views: Iterable[RunView], seen: int) -> dict[Path, tuple[int, Path]]:
    """Return, per run, its newest grid of at most `seen` images, else its first: (images, path)."""
    found = {}
    for view in views:
        if view.grids:
            before = [grid for grid in view.grids if grid[0] <= seen]
            found[view.info.folder] = before[-1] if before else view.grids[0]
    return found


def moments_of(views: Iterable[RunView]) -> list[int]:
    """Return all numbers of images at which any of the runs has a grid, rising."""
    return sorted({seen for view in views for seen, _ in view.grids})


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        moving = isinstance(value, Mapping) and {"start", "end"} <= value.keys()
        if isinstance(value, Mapping) and not moving:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
