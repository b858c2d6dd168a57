"""Pictures before and after preparing: asked for by name, made beside the window, kept up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from gan_engine import DataSettings, EngineError, Preview, image_settings, preview
from studio.looking import Newest

if TYPE_CHECKING:
    from gan_engine import Augmentation, Draft
    from studio.clinic import Diagnosis
    from studio.document import Document
    from studio.jobs import Cancelled, Job, Jobs

SIDE = 320
"""The longest side of a picture as it is, in pixels."""
_SOON_MS = 30


class Previews(QObject):
    """Makes one preview after the other, those that are wanted first; an edit begins anew."""

    arrived = Signal(object)
    """A Preview."""
    enlarged = Signal(object)
    """The Preview of the picture that is wanted large."""
    refused = Signal(str, object)
    """The name of a picture that cannot be shown, and why."""

    def __init__(self, jobs: Jobs, document: Document) -> None:
        super().__init__()
        self._jobs, self._document = jobs, document
        self._wanted: tuple[str, ...] = ()
        self._partners: Mapping[str, tuple[str, str]] = {}
        self._seed = 0
        self._job: Job | None = None
        self._settings: tuple[object, object] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._make)
        self._large = Newest(jobs, _large, self)
        self._large.done.connect(self._tell_large)
        document.changed.connect(self._take_document)

    def show(self, names: Sequence[str]) -> None:
        """Want previews of these pictures, by escaped relative path, and of no others."""
        if tuple(names) != self._wanted:
            self._wanted = tuple(names)
            self._soon.start()

    @Slot(str)
    def enlarge(self, name: str) -> None:
        """Want one picture large; the newest wish counts."""
        found = image_settings(self._document.draft)
        if found is not None:
            self._large.ask((found[0], name, self._partners.get(name)))

    @Slot(object)
    def take_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Show a picture together with the partner that it has now."""
        if diagnosis.partners != self._partners:
            self._partners = diagnosis.partners
            self._soon.start()

    def draw_again(self) -> None:
        """Want other draws of the augmentation."""
        self._seed += 1
        self._soon.start()

    def shut_down(self) -> None:
        """Make no more of them."""
        self._wanted = ()
        self._soon.stop()

    @Slot(object, object, object)
    def _take_document(self, draft: Draft, config: object, problems: object) -> None:
        wanted = draft.get("data"), draft.get("augment")
        if wanted != self._settings:
            self._settings = wanted
            self._soon.start()

    @Slot()
    def _make(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        found = image_settings(self._document.draft)
        if found is None or not self._wanted:
            return
        settings, augment = found
        names, seed, partners = self._wanted, self._seed, self._partners

        def work(cancelled: Cancelled) -> Iterator[object]:
            return _previews(names, partners, settings, augment, seed)

        self._job = self._jobs.run(work)
        self._job.progressed.connect(self._tell)

    @Slot(object)
    def _tell_large(self, made: Preview | tuple[str, EngineError]) -> None:
        self._pass_on(made, self.enlarged)

    @Slot(object)
    def _tell(self, made: Preview | tuple[str, EngineError]) -> None:
        self._pass_on(made, self.arrived)

    def _pass_on(self, made: Preview | tuple[str, EngineError], told: SignalInstance) -> None:
        if isinstance(made, Preview):
            told.emit(made)
        else:
            self.refused.emit(*made)


def _large(wish: tuple[DataSettings, str, tuple[str, str] | None]) -> object:
    settings, name, pair = wish
    try:
        return preview(settings, name, side=0, pair=pair)
    except EngineError as error:
        return name, error


def _previews(
    names: Sequence[str],
    partners: Mapping[str, tuple[str, str]],
    settings: DataSettings,
    augment: Augmentation,
    seed: int,
) -> Iterator[object]:
    for place, name in enumerate(names):
        try:
            draw, pair = seed * len(names) + place, partners.get(name)
            yield preview(settings, name, augment, SIDE, draw, pair)
        except EngineError as error:
            yield name, error
    yield None
