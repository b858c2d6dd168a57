"""The run that is going: its state, what it says, what it can be told; or one that is looked at."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QTimer, Signal, Slot

from gan_engine import (
    Change,
    Changed,
    Command,
    EngineError,
    Evaluate,
    Finished,
    Heard,
    Message,
    Notice,
    Pause,
    Paused,
    Preparing,
    Resume,
    Resumed,
    SampleGrid,
    SampleNow,
    Saved,
    SaveNow,
    Scalars,
    ScoreCounts,
    Started,
    Statistics,
    StepOnce,
    get,
    live_paths,
    parse,
    put,
)  # fmt: skip
from studio.following import Following
from studio.jobs import Jobs
from studio.worker import (
    RunView,
    Worker,
    begin_branching,
    begin_resuming,
    begin_training,
    read_view,
    read_weights,
)

if TYPE_CHECKING:
    from gan_engine import Draft, Inbox, RunConfig

Answer = Literal["ask", "prepared", "anew"]
State = Literal["idle", "preparing", "training", "pausing", "paused", "stopping"]
DRAIN_MS = 100
MOST_TOLD = 2_000
READINGS_EVERY = 10
"""Readings are told in batches of so many drains: a redraw costs the training its turn at Python."""


class Run(Following):
    """One run at a time: started or resumed here, told with signals, steered with methods."""

    state_changed = Signal(str)
    preparing = Signal(object)
    started = Signal(object)
    scalars_arrived = Signal(object)
    sample_arrived = Signal(object)
    numbers_arrived = Signal(object)
    saved = Signal(object)
    setting_changed = Signal(object)
    noticed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    viewed = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._worker: Worker | None = None
        self._ended: Worker | None = None
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)
        self.state: State = "idle"
        self.folder: Path | None = None
        """The run's folder; None while there is none, or only a file with weights."""
        self.source: Path | None = None
        """What can be exported from: the run's folder or the file with weights."""
        self.draft: Draft = {}
        self.images_seen = self.images_total = 0
        self.device = ""
        self.last_saved: float | None = None
        self.view: RunView | None = None
        self.story: deque[tuple[float, object]] = deque(maxlen=MOST_TOLD)
        """When what was said that a log keeps, oldest first; pictures are not."""
        self.retelling = False
        """Whether what is said at the moment was said before, for a window made anew."""
        self._newest: SampleGrid | None = None
        self._lately: deque[Scalars] = deque(maxlen=MOST_TOLD)
        for told in (self.started, self.saved, self.setting_changed, self.noticed, self.finished):
            told.connect(self._remember)
        self._live: frozenset[str] = frozenset()
        self._readings, self._drains = list[Scalars](), 0
        self._wished: dict[str, list[Any]] = {}
        self._next: Callable[[Inbox], Iterator[object]] | None = None

    @property
    def is_active(self) -> bool:
        """Whether a run is going, waiting included."""
        return self._worker is not None

    @property
    def has_begun(self) -> bool:
        """Whether the run that is going is past its preparing."""
        return bool(self._live)

    # --- steering --------------------------------------------------------------------------

    def start(self, config: RunConfig, start_from: Path | None = None) -> None:
        """Begin a new run, from weights where they fit; nothing but a notice while one is going."""
        if self._is_free(Message("A run is going: stop it before you start another.")):
            self.view, self.folder, self.source = None, None, None
            self.images_seen, self.images_total = 0, config.training.images
            self._begin(begin_training(config, start_from), config.draft())

    def resume(
        self,
        folder: Path,
        images: int | None = None,
        older: bool = False,
        changed: Answer = "ask",
    ) -> None:
        """Go on with the run in `folder`, to a new total if `images` says one.

        Where its newest save cannot be read, `failed` brings an OlderSaveError, unless `older`.
        Where its pictures have changed since it began, `changed` says what to do; to ask is to fail
        with an ImagesChangedError.
        """
        if self._is_free(Message("A run is going: stop it before you continue this one.")):
            self.folder = self.source = folder
            self._begin(begin_resuming(folder, images, older, changed), {})

    def branch(self, images: int, settings: Mapping[str, Any] | None = None, more: int = 0) -> None:
        """Begin a new run from a save of this one, the newest up to so many images seen.

        Args:
            images: A moment of the run on the screen; one that is going is stopped and saved first.
            settings: Values by path that the new run starts with, other than at that save.
            more: How many images longer the new run is where that save is the end of this one.
        """
        if self.folder is None or self.state == "stopping":
            return
        begin = begin_branching(self.folder, images, settings or {}, more)
        if self._worker is None:
            return self._begin(begin, {})
        self._next = begin
        self.stop()

    def open_folder(self, folder: Path) -> None:
        """Look at a run that is not going: its curves, grids and settings arrive with `viewed`."""
        if self._is_free(Message("A run is going: stop it before you open another.")):
            self._wish, job = folder, self._jobs.call(lambda: read_view(folder))
            job.done.connect(self._show_view)
            job.failed.connect(self.failed)

    def open_weights(self, path: Path) -> None:
        """Look at what a saved generator makes; `viewed` and `sample_arrived` follow."""
        if self._is_free(Message("A run is going: stop it before you open a checkpoint.")):
            self._wish, job = path, self._jobs.call(lambda: read_weights(path))
            job.done.connect(self._show_weights)
            job.failed.connect(self.failed)

    def pause(self) -> None:
        """Wait after the next step, keeping everything in memory."""
        if self.state in ("preparing", "training"):
            self._post(Pause())
            self._enter("pausing")

    def go_on(self) -> None:
        """Train on after a pause."""
        if self.state in ("paused", "pausing"):
            self._post(Resume())
            if self.state == "pausing":
                self._enter("training" if self.has_begun else "preparing")

    def stop(self) -> None:
        """Save and end; `finished` follows."""
        if self._worker is not None and self.state != "stopping":
            self._worker.stop()
            self._enter("stopping")

    def sample_now(self) -> None:
        """Ask for a sample grid; `sample_arrived` follows."""
        self._post(SampleNow())

    def evaluate(self) -> None:
        """Ask for the metrics; they come among the readings."""
        self._post(Evaluate())

    def save_now(self) -> None:
        """Ask for a checkpoint; `saved` follows."""
        self._post(SaveNow())

    def step_once(self, network: str) -> None:
        """While paused, update D or G alone, once."""
        if self.state == "paused":
            self._post(StepOnce(network))

    def change(self, path: str, value: Any) -> None:
        """Give a live setting of the going run a new value; others wait for the next run."""
        if path in self._live and get(self.draft, path) != value:
            self.draft = put(self.draft, path, value)
            self._wished.setdefault(path, []).append(value)
            self._post(Change(path, value))

    def wished(self, change: Changed) -> bool:
        """Whether somebody here asked for a change; a run also halves its rates by itself."""
        return change.new in self._wished.get(change.path, ())

    def shut_down(self) -> None:
        """Save, end and join; returns when the thread is gone."""
        self._next = None
        if (worker := self._worker) is not None:
            worker.end()
            worker.wait()
            self._end()

    @Slot()
    def retell(self) -> None:
        """Say again what is known, for a window that has just been made; nothing else changes."""
        view = self.view
        if self.folder is not None:
            with suppress(EngineError):
                view = read_view(self.folder)
        self.retelling = True
        try:
            self.state_changed.emit(self.state)
            if view is not None:
                self.viewed.emit(view)
                known = max((x[-1] for x, *_ in view.scalars.values() if len(x)), default=-1)
                if fresh := [reading for reading in self._lately if reading.images_seen > known]:
                    self.scalars_arrived.emit(fresh)
            if self._newest is not None:
                self.sample_arrived.emit(self._newest)
        finally:
            self.retelling = False

    # --- inside ----------------------------------------------------------------------------

    @Slot(object)
    def _remember(self, event: object) -> None:
        if isinstance(event, Started):
            event = replace(event, reals=event.reals[:0].copy())
        self.story.append((time.time(), event))

    def _is_free(self, text: Message) -> bool:
        if self.is_following:
            self.shut_down()
        if self._worker is None:
            return True
        hint = Message("Press Stop; it saves.")
        self.noticed.emit(Notice(self.images_seen, "warning", text, hint, key="busy"))
        return False

    def _begin(
        self, begin: Callable[[Inbox], Iterator[object]], draft: Draft, following: bool = False
    ) -> None:
        self.draft, self._live, self.last_saved = draft, frozenset(), None
        self._wished, self._newest = {}, None
        self._lately.clear()
        worker = Worker(begin, following)
        worker.failed.connect(self._take_failure)
        worker.finished.connect(self._take_end)
        self._worker, self._begun = worker, (begin, draft)
        self._enter("preparing")
        self._timer.start()
        worker.start()

    def _post(self, command: Command) -> None:
        if self._worker is not None:
            self._worker.inbox.post(command)

    def _enter(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    @Slot(object)
    def _show_view(self, view: RunView) -> None:
        if self._worker is not None or view.info.folder != self._wish:
            return  # something else was asked for since
        if view.info.state == "training":
            self.follow(view.info.folder)
        else:
            self.draft, self._newest, self.last_saved = view.info.draft, None, None
            self._take_view(view)

    def _take_view(self, view: RunView) -> None:
        self.view, self.folder, self.source = view, view.info.folder, view.info.folder
        self.images_seen, self.images_total = view.info.images_seen, view.info.images_total
        self.viewed.emit(view)

    @Slot(object)
    def _show_weights(self, found: tuple[RunView, SampleGrid]) -> None:
        view, grid = found
        self._show_view(view)
        if self.view is view:
            self.folder, self.source = None, view.info.folder
            self._newest = grid
            self.sample_arrived.emit(grid)

    @Slot()
    def _drain(self) -> None:
        if self._worker is None:
            return
        for event in self._worker.drain():
            if isinstance(event, Scalars):
                if not event.is_late:
                    self.images_seen = event.images_seen
                self._readings.append(event)
                continue
            if not isinstance(event, ScoreCounts | Statistics):  # these wait for no curve
                self._tell_readings()
            self.images_seen = getattr(event, "images_seen", self.images_seen)
            self._tell(event)
        self._drains += 1
        if self._drains % READINGS_EVERY == 0:
            self._tell_readings()

    def _tell_readings(self) -> None:
        if self._readings:
            readings, self._readings = self._readings, []
            self._lately.extend(readings)
            self.scalars_arrived.emit(readings)

    def _tell(self, event: object) -> None:
        match event:
            case Preparing():
                self.preparing.emit(event)
            case Started():
                self._take_start(event)
            case SampleGrid():
                self._newest = event
                self.sample_arrived.emit(event)
            case ScoreCounts() | Statistics():
                self.numbers_arrived.emit(event)
            case Saved():
                self.last_saved = time.monotonic()
                self.saved.emit(event)
            case Changed():
                self.draft = put(self.draft, event.path, event.new)
                self.setting_changed.emit(event)
            case Notice():
                self.noticed.emit(event)
            case Paused() if self.state != "stopping":
                self._enter("paused")
            case Resumed() if self.state != "stopping":
                self._enter("training")
            case Heard():
                self.heard.emit(event.seconds)
            case Finished():
                self.finished.emit(event)
            case RunView():
                self._take_view(event)

    def _take_start(self, event: Started) -> None:
        self.folder = self.source = event.folder
        self.draft = event.draft
        self.images_total, self.device = event.images_total, event.device
        self._live = live_paths(parse(event.draft, despite=("data.folder", "training.device")))
        if self.state == "preparing":
            self._enter("training")
        self.started.emit(event)

    def _fail(self, error: Exception) -> None:
        self._next = None  # what did not end well is looked at first
        self._drain()
        self._tell_readings()
        self.failed.emit(error)

    def _end(self) -> None:
        worker = self._worker
        if worker is None:
            return
        worker.wait()
        self._drain()
        self._tell_readings()
        self._timer.stop()
        self._live = frozenset()
        self._worker, self._ended = None, worker  # which is speaking: it must not be freed yet
        self._enter("idle")  # whoever hears of it may close the window: then nothing follows
        begin, self._next = self._next, None
        if begin is not None and self._worker is None:
            self._begin(begin, {})
