"""A run's pictures have changed since it began: asks whether to go on with the prepared ones."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import ImagesChangedError
from studio.i18n import tr
from studio.run import Answer, Run


class Originals(QObject):
    """Speaks when a resume asks, and resumes again with the answer."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""

    def __init__(self, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self._run = run
        self._asked: ImagesChangedError | None = None
        run.failed.connect(self._ask)

    @Slot(object)
    def _ask(self, error: Exception) -> None:
        if isinstance(error, ImagesChangedError):
            self._asked = error
            answers = []
            if error.prepared:
                answers.append((tr("Go on with the prepared images"), "images_prepared"))
            if error.there:
                answers.append((tr("Prepare anew"), "images_anew"))
            self.told.emit("warning", tr(error.text), tr(error.hint), answers)

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `images_prepared` or `images_anew`."""
        asked = self._asked
        if asked is not None and name in ("images_prepared", "images_anew"):
            self._asked = None
            prepared = name == "images_prepared"
            answer: Answer = "prepared" if prepared else "anew"
            # Whether to go on from an older save is asked before, and need not be asked again.
            self._run.resume(asked.run, asked.images, older=True, changed=answer)
