"""Closing the window while a run trains: saved first, visibly, and revocably."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from studio.failures import sentence_of
from studio.i18n import tr
from studio.run import Run


class Leaving(QObject):
    """Stops the run before the window goes; knows what to do when the user thinks better of it."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""
    ready = Signal()
    """The run is saved and over: the window may close."""

    def __init__(self, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self._run = run
        self._leaving = self._staying = self._left = False
        run.failed.connect(self._fail)
        run.state_changed.connect(self._take_state)

    def begin(self) -> bool:
        """Return whether the window may close now; else the run is being saved."""
        if not self._run.is_active or self._left:
            return True
        if self._run.is_following:
            if self._run.folder != self._run.ours:
                return True
            text = tr(
                "This run is trained by processes of their own, which go on without this window."
            )
            hint = tr("Open its folder to watch it again.")
            answers = [
                (tr("Leave it running"), "leave_running"),
                (tr("Stop it and close"), "stop_elsewhere"),
            ]
            self.told.emit("info", text, hint, answers)
            return False
        self._leaving, self._staying = True, False
        self._run.stop()
        self.told.emit(
            "info", tr("Saving the run, then closing."), "", [(tr("Keep training"), "stay")]
        )
        return False

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `stay` or `leave`."""
        if name in ("leave", "leave_running"):
            self._left = True
            self.ready.emit()
        elif name == "stop_elsewhere" and self._run.is_following:
            self._leaving = True
            self._run.stop()
        elif name == "stay" and self._leaving:
            self._leaving, self._staying = False, True
            self.told.emit("info", tr("Going on as soon as the run is saved."), "", [])

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        """A run that could not be saved keeps the window open: the user decides."""
        if self._leaving:
            text, hint = sentence_of(error)
            self.told.emit("error", text, hint, [(tr("Close anyway"), "leave")])
        self._leaving = self._staying = False

    @Slot(str)
    def _take_state(self, state: str) -> None:
        if state != "idle":
            return
        if self._leaving:
            self._leaving = False
            self.ready.emit()
        elif self._staying:
            self._staying = False
            self._run.begin_again()
