"""Which preset suits the folder and the device: found out beside the window, once somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import Pictures, Preset, Suit, get, recommended, suit

if TYPE_CHECKING:
    from gan_engine import Message
    from studio.clinic import Clinic, Diagnosis
    from studio.document import Document
    from studio.jobs import Job, Jobs


class Suiting(QObject):
    """Keeps what it finds up with folder, device and presets; pricing all of these takes seconds."""

    recommended = Signal(object, object)
    """The preset for a newcomer, and why."""
    suited = Signal(object, object)
    """A preset, and how it suits."""
    failed = Signal()
    """Nothing suits: the device is not there."""

    def __init__(self, jobs: Jobs, document: Document, clinic: Clinic) -> None:
        super().__init__()
        self._jobs, self._document = jobs, document
        self.pictures = Pictures()
        self._presets: tuple[Preset, ...] = ()
        self._found: object = None
        self._job: Job | None = None
        document.changed.connect(self._find_out)
        clinic.began.connect(self._forget)
        clinic.diagnosed.connect(self._take_diagnosis)

    @Slot(object)
    def look(self, presets: list[Preset]) -> None:
        """Somebody looks at these presets, from now on."""
        self._presets = tuple(presets)
        self._find_out()

    @property
    def is_looking(self) -> bool:
        """Whether not all is found out yet."""
        return self._job is not None and self._job.active

    # --- inside ----------------------------------------------------------------------------

    @Slot()
    def _forget(self) -> None:
        self.pictures = Pictures()
        self._find_out()

    @Slot(object)
    def _take_diagnosis(self, diagnosis: Diagnosis) -> None:
        self.pictures = diagnosis.pictures
        self._find_out()

    @Slot()
    def _find_out(self) -> None:
        draft, pictures = self._document.draft, self.pictures
        device, pairs = str(get(draft, "training.device", "auto")), get(draft, "data.pairs", "off")
        if pairs != "off":
            pictures = replace(pictures, pairs=pairs)
        wanted = self._presets, pictures, device
        if not self._presets or wanted == self._found:
            return
        self._found, presets = wanted, self._presets
        if self._job is not None:
            self._job.cancel()

        def work(cancelled: Callable[[], bool]) -> Iterator[object]:
            yield recommended(presets, pictures, device)
            for preset in presets:
                if cancelled():
                    return
                yield preset, suit(preset, pictures, device)

        self._job = self._jobs.run(work)
        self._job.progressed.connect(self._tell)
        self._job.done.connect(self._tell)
        self._job.failed.connect(self._fail)

    @Slot(object)
    def _tell(self, found: tuple[Preset, Message | Suit]) -> None:
        signal = self.suited if isinstance(found[1], Suit) else self.recommended
        signal.emit(*found)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        """What is wrong with the device is told at its setting."""
        self.failed.emit()
