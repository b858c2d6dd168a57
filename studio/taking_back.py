"""Undo while a run trains: a change it has taken is set back, or the run branches from before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import saves_of
from studio.i18n import tr
from studio.panels import words as say

if TYPE_CHECKING:
    from gan_engine import Changed
    from studio.document import Document
    from studio.run import Run


class TakingBack(QObject):
    """Remembers what the going run was told to change; asks before one of those is undone."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""
    withdrawn = Signal(str)
    """What was asked with this answer has no meaning any more."""

    def __init__(self, document: Document, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._run = document, run
        self._changes: list[Changed] = []
        self._asked: Changed | None = None
        self._save: int | None = None
        run.setting_changed.connect(self._take_change)
        run.state_changed.connect(self._take_state)

    def asks(self) -> bool:
        """Ask whether what undo would take back is set back, or left behind by a branch.

        Returns:
            Whether that is asked: then nothing is undone yet.
        """
        path = next(iter(self._document.undoes), "")
        change = self._first_since(path) if self._run.is_active else None
        if change is None or len(self._document.undoes) != 1:
            return False
        folder = self._run.folder
        saves = saves_of(folder) if folder is not None else []
        self._asked = change
        self._save = next((seen for seen, _ in saves if seen <= change.images_seen), None)
        label = say.label_of(change.path, self._run.draft)
        text = tr(
            "{setting} was changed after {images} images, and the run has trained with it since.",
            setting=label,
            images=say.count(change.images_seen),
        )
        answers = [(tr("Set back"), "set_back")]
        if self._save is None:
            hint = tr("There is no save from before that to branch from.")
        else:
            hint = tr(
                "Set it back from here on, or begin a new run from the save after {images} images.",
                images=say.count(self._save),
            )
            answers.append((tr("Branch from the save before"), "branch_before"))
        self.told.emit("info", text, hint, answers)
        return True

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `set_back` or `branch_before`."""
        change, self._asked = self._asked, None
        if change is None:
            return
        if name == "set_back":
            self._document.undo()
        elif name == "branch_before" and self._save is not None:
            # The save may be from before the run was made longer; the branch goes as far as the run would.
            goal = {"training.images": self._run.images_total}
            self._run.branch(self._save, {**goal, change.path: change.old})

    def _first_since(self, path: str) -> Changed | None:
        """Return where a setting left the value that undo would bring back."""
        own = [change for change in self._changes if change.path == path]
        back = self._document.before(path)
        for change in reversed(own):
            if change.old == back:
                return change
        return None

    @Slot(object)
    def _take_change(self, change: Changed) -> None:
        self._changes.append(change)

    @Slot(str)
    def _take_state(self, state: str) -> None:
        if state in ("preparing", "idle"):
            if self._asked is not None:
                self.withdrawn.emit("set_back")
            self._changes, self._asked = [], None
