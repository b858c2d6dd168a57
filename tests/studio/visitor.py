"""Somebody at a whole window, filled as the application fills it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QStyleOptionComboBox, QWidget

from studio.context import Studio
from studio.preferences import Preferences
from studio.window import MainWindow


def carried(*paths: Path) -> tuple[QMimeData, Qt.MouseButton, Qt.KeyboardModifier]:
    """Return what an event says of files that are dragged; keep it for as long as the event."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def takes(window: QWidget, *paths: Path, event: type[QDragEnterEvent] = QDragEnterEvent) -> bool:
    """Return whether files that are dragged over a window could be let go there."""
    what = carried(*paths)
    entering = event(QPoint(9, 9), Qt.DropAction.CopyAction, *what)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    return entering.isAccepted()


def readable_choices(widget: QWidget) -> set[str]:
    """Assert that whatever is chosen there can be read in full; return the choices' names."""
    boxes = [box for box in widget.findChildren(QComboBox) if box.isVisible()]
    for box in boxes:
        option = QStyleOptionComboBox()
        for place in range(box.count()):
            box.setCurrentIndex(place)
            box.initStyleOption(option)
            assert option.currentText == box.itemText(place)
    return {box.accessibleName() for box in boxes}


class Visitor:
    """Somebody at the window: drops, clicks, waits, looks."""

    def __init__(self, qtbot: Any, state: Path) -> None:
        self.qtbot = qtbot
        preferences = Preferences(state)
        self.window = MainWindow(preferences)
        self.window.renewed.connect(self._turn_to)
        self.window.show()
        self.studio = Studio(preferences)
        from studio.panels import PANELS

        self.window.bind(self.studio, PANELS, "CPU")
        self.grids: list[Any] = []
        self.studio.run.sample_arrived.connect(self.grids.append)

    def _turn_to(self, window: MainWindow) -> None:
        """Look at the window that took the place of the other."""
        self.window = window
        window.renewed.connect(self._turn_to)

    def drops(self, *paths: Path) -> None:
        """Drop files or folders on the window, all at once."""
        assert takes(self.window, *paths)
        what = carried(*paths)
        drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, *what)
        QApplication.sendEvent(self.window, drop)

    def chooses(self, key: str) -> None:
        """Choose a menu entry that must be on."""
        assert self.window.acts[key].isEnabled(), f"{key} is off"
        self.window.acts[key].trigger()

    def waits_until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds)

    def waits_for(self, state: str) -> None:
        self.waits_until(lambda: self.studio.run.state == state)

    def trains(self) -> None:
        """Start a run and wait until it has done all its images, however soon that is."""
        with self.qtbot.waitSignal(self.studio.run.finished):
            self.chooses("start")
        self.waits_for("idle")

    def settings(self, draft: dict[str, Any]) -> None:
        self.studio.document.load(draft)

    @property
    def status(self) -> str:
        return self.window.status.said()

    @property
    def notice(self) -> str:
        """What stands above the page, and what the start page offers."""
        bars = (self.window.notices, self.window.panels["start"].offer)
        return " ".join(part for bar in bars for part in (bar.text, bar.hint) if part)

    def leaves(self) -> None:
        """End whatever goes on and close."""
        self.studio.shut_down()
        self.window.close()
        self.window.deleteLater()
        vars(self).clear()  # pytest keeps its fixtures for longer than the leak check allows
