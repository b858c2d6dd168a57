"""Says that a run, or the whole queue, is over, to somebody who looks at something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from gan_engine import escape
from studio import theme
from studio.failures import sentence_of
from studio.i18n import tr
from studio.panels import words as say

if TYPE_CHECKING:
    from gan_engine import Finished
    from studio.queue import Queue
    from studio.run import Run
    from studio.window import MainWindow


class Bell(QObject):
    """Rings in the system's tray where there is one, else marks the window; never while one watches."""

    told = Signal(str, object, object, object)
    """Where there is no tray: level, text, hint and no answers, for the window to show."""

    def __init__(self, run: Run, queue: Queue, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._queue = window, queue
        self._tray: QSystemTrayIcon | None = None
        run.finished.connect(self._take_end)
        run.failed.connect(self._take_failure)
        queue.ended.connect(self._take_queue)

    @Slot(object)
    def _take_end(self, event: Finished) -> None:
        if event.reason == "done" and not self._queue.is_on:
            name, seen = escape(event.folder.name), say.count(event.images_seen)
            text = tr("“{name}” is finished: {count} images.", name=name, count=seen)
            self.ring("good", text, shown=self._window.page == "train")  # its card says so

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        if not self._queue.is_on:
            self.ring("error", *sentence_of(error), shown=True)

    @Slot(int, object)
    def _take_queue(self, done: int, failed: list[str]) -> None:
        text = tr(
            "The queue is done: {done} finished, {failed} failed.", done=done, failed=len(failed)
        )
        level = "warning" if failed else "good"
        self.ring(level, text, ", ".join(failed), always=True)

    def ring(
        self, level: str, text: str, hint: str = "", always: bool = False, shown: bool = False
    ) -> None:
        """Tell it, unless the window is in front; what is told `always` is then said in the window.

        Args:
            shown: The window says it by itself, with what can be done.
        """
        if self._window.isActiveWindow():
            if always:
                self.told.emit(level, text, hint, [])
            return
        tray = self._tray_icon()
        if tray is not None:
            tray.show()
            tray.showMessage("GAN Studio", f"{text} {hint}".strip())
        if (tray is None or always) and not shown:
            self.told.emit(level, text, hint, [])
        QApplication.alert(self._window)

    def _tray_icon(self) -> QSystemTrayIcon | None:
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return None
        if self._tray is None:
            self._tray = QSystemTrayIcon(theme.icon("network", theme.current().accent), self)
            self._tray.setToolTip("GAN Studio")
            self._tray.activated.connect(self._come)
            self._tray.messageClicked.connect(self._come)
            # Not before: every event of the window would ask Python first, a hundred times a second.
            self._window.installEventFilter(self)
        return self._tray

    @Slot()
    def _come(self) -> None:
        """Bring the window to the front."""
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the icon away once somebody looks."""
        if event.type() == QEvent.Type.WindowActivate and self._tray is not None:
            self._tray.hide()
        return super().eventFilter(watched, event)
