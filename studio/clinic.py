"""The dataset clinic: looks into the chosen folder beside the window and says what is in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import (
    DatasetReport,
    DataSettings,
    Finding,
    Inspection,
    InspectProgress,
    Pictures,
    Problem,
    ScanNames,
    ScanProgress,
    Spread,
    Suggestion,
    diagnose,
    get,
    image_settings,
    inspect_folder,
    left_out,
    pairs_in,
    pictures_of,
    safe_fixes,
    size_for,
    space_problem,
    spread_of,
    suggest_size,
)

if TYPE_CHECKING:
    from gan_engine import Draft
    from studio.document import Document
    from studio.jobs import Job, Jobs

Stage = Literal["names", "headers", "looks"]


@dataclass(frozen=True)
class Progress:
    """How far a look into the folder is; `left` is in seconds, None while nobody knows."""

    stage: Stage
    done: int
    total: int
    left: float | None


@dataclass(frozen=True)
class Diagnosis:
    """What is known of the folder under the settings as they stand.

    In the report are among the bad ones, after a closer look, those that could not be decoded to
    their end; `out` are pictures that the settings leave out, by escaped name, each with its reason.
    `pairs` is how many pairs are left, None where none are wanted; `partners` are the pairs in two
    folders, by either's name.
    """

    report: DatasetReport
    looked_closer: bool
    findings: tuple[Finding, ...]
    out: dict[str, str]
    spread: Spread
    suggestion: Suggestion
    problem: Problem | None
    pairs: int | None = None
    partners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=Pictures)
    """What the folder is good for."""

    @property
    def fixes(self) -> dict[str, Any]:
        """The settings that [Fix all safe] changes."""
        fixes: dict[str, Any] = safe_fixes(self.findings)
        return fixes


class Clinic(QObject):
    """Names first, then headers, then a closer look; every answer is kept up with the settings."""

    began = Signal()
    """Another folder is looked into; nothing is known of it yet."""
    named = Signal(object)
    """The pictures there are, by escaped relative path: a tuple."""
    progressed = Signal(object)
    reported = Signal(object)
    diagnosed = Signal(object)
    """A Diagnosis; again whenever the settings change what it says."""
    rested = Signal()
    """Nothing is being looked at any more: all is known, or it was cancelled."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, document: Document) -> None:
        super().__init__()
        self._jobs, self._document = jobs, document
        self.report: DatasetReport | None = None
        self._of: DatasetReport | None = None
        self.diagnosis: Diagnosis | None = None
        self._inspection: Inspection | None = None
        self._looking: Job | None = None
        self._thinking: Job | None = None
        self._stale = self._held = False
        self._stage: Stage = "names"
        self._settings: tuple[object, ...] | None = None
        self._pace = _Pace()
        document.changed.connect(self._take_document)

    # --- steering ------------------------------------------------------------------------------

    @property
    def is_looking(self) -> bool:
        """Whether a look goes on."""
        return self._looking is not None and self._looking.active

    def look(self, folder: Path) -> None:
        """Look into a folder, again if need be."""
        self.cancel()
        self.report = self.diagnosis = self._inspection = None
        self.began.emit()
        self._pace, self._stage = _Pace(), "names"
        self._looking = self._jobs.scan(folder)
        self._looking.progressed.connect(self._take_scan)
        self._looking.done.connect(self._take_report)
        self._looking.failed.connect(self._take_failure)
        self._looking.cancelled.connect(self.rested)

    def look_closer(self) -> None:
        """Look at every picture once; what was seen before is not looked at again."""
        if self.report is None or not self.report.files or self.is_looking:
            return
        if self._inspection is not None or self._held:
            return
        folder = self.report.folder
        self._pace = _Pace()
        self._looking = self._jobs.run(
            lambda cancelled: iter(inspect_folder(folder, cancelled, True))
        )
        self._looking.progressed.connect(self._take_look)
        self._looking.done.connect(self._take_inspection)
        self._looking.failed.connect(self._break_off)
        self._looking.cancelled.connect(self.rested)

    def cancel(self) -> None:
        """Stop looking; what is known stays known."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    @Slot(str)
    def take_state(self, state: str) -> None:
        """Leave the processor to a run; go on with what is left to look at afterwards."""
        self._held = state != "idle"
        if not self._held:
            self.look_closer()
        elif self.report is not None:
            self.cancel()

    # --- what the jobs say ---------------------------------------------------------------------

    @Slot(object)
    def _take_scan(self, found: ScanProgress | ScanNames) -> None:
        if isinstance(found, ScanNames):
            self._stage = "headers"
            self.named.emit(found.names)
        else:
            self._tell(self._stage, found.done, found.total)

    @Slot(object)
    def _take_report(self, report: DatasetReport) -> None:
        self.report, self._looking = report, None
        self.reported.emit(report)
        self._think()
        if report.files and not self._held:
            self.look_closer()
        else:
            self.rested.emit()

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        self._looking = None
        self._document.check_again()
        self.failed.emit(error)

    @Slot(object)
    def _break_off(self, error: Exception) -> None:
        """A closer look that failed leaves what is known as it is."""
        self._looking = None
        self.rested.emit()
        self._jobs.unheard.emit(error)

    @Slot(object)
    def _take_look(self, found: InspectProgress) -> None:
        self._tell("looks", found.done, found.total)

    @Slot(object)
    def _take_inspection(self, inspection: Inspection) -> None:
        self._looking = None
        if self.report is not None and self.report.folder == inspection.folder:
            self._inspection = inspection
            self._think()
        self.rested.emit()

    def _tell(self, stage: Stage, done: int, total: int) -> None:
        self.progressed.emit(Progress(stage, done, total, self._pace.left(stage, done, total)))

    # --- keeping up with the settings ----------------------------------------------------------

    @Slot(object, object, object)
    def _take_document(self, draft: Draft, config: object, problems: object) -> None:
        wanted = draft.get("data"), draft.get("augment"), get(draft, "training.device")
        if wanted != self._settings:
            self._settings = wanted
            self._think()

    def _think(self) -> None:
        """Find out anew what the settings make of the folder; one answer at a time."""
        found = image_settings(self._document.draft)
        if self.report is None or found is None:
            return
        if self._thinking is not None:
            self._stale = True
            return
        settings, augment = found
        if settings.path != self.report.folder:
            return
        self._of = self.report
        device = str(get(self._document.draft, "training.device", "auto"))
        self._thinking = self._jobs.call(
            _thought(self.report, settings, augment.kind != "none", self._inspection, device)
        )
        self._thinking.done.connect(self._take_diagnosis)
        self._thinking.ended.connect(self._rest)

    @Slot(object)
    def _take_diagnosis(self, diagnosis: Diagnosis) -> None:
        if self.report is self._of:
            if diagnosis.report is not self.report:
                self.report = diagnosis.report
                self._document.take_report(diagnosis.report)
            self.diagnosis = diagnosis
            self._document.take_space(diagnosis.problem)
            self.diagnosed.emit(diagnosis)

    @Slot()
    def _rest(self) -> None:
        self._thinking = None
        if self._stale:
            self._stale = False
            self._think()


def _thought(
    report: DatasetReport,
    settings: DataSettings,
    augmented: bool,
    inspection: Inspection | None,
    device: str,
) -> Callable[[], Diagnosis]:
    def think() -> Diagnosis:
        known = report if inspection is None else report.without(inspection.bad)
        out = left_out(settings, known, inspection)
        usable = sum(name not in out for name in known.files)
        wanted = pairs_in(settings, known.files)
        pairs = [pair for pair in wanted.pairs if not out.keys() & set(pair)] if wanted else []
        every = wanted.pairs if wanted and wanted.folders else ()
        findings = tuple(diagnose(known, settings, inspection, augmented))
        return Diagnosis(
            report=known,
            looked_closer=inspection is not None,
            findings=findings,
            out=out,
            spread=spread_of(known, inspection),
            suggestion=suggest_size(known, size_for(device)),
            problem=space_problem(settings, known, len(known.files) - usable),
            pairs=len(pairs) if wanted else None,
            partners={name: pair for pair in every for name in pair},
            pictures=pictures_of(known, settings, findings, len(pairs) if wanted else usable),
        )

    return think


class _Pace:
    """How long what is left will take, by how long the rest took."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, int]] = {}

    def left(self, stage: str, done: int, total: int) -> float | None:
        now = time.monotonic()
        began, first = self._began.setdefault(stage, (now, done))
        if stage == "names" or now - began < 1.0 or done <= first:
            return None
        return (total - done) * (now - began) / (done - first)
