"""Where the docks are: at first, as the user left them, and back again."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QMainWindow,
    QScrollArea,
    QWidget,
)

from studio.preferences import LAYOUT_VERSION, Preferences

WIDTHS = {"dock-runs": 276, "dock-settings": 350}
AWAY = ("dock-guide",)
"""Docks that are not there until they are asked for."""
HEIGHTS = {"dock-messages": 130}


class Layout:
    """Keeps a window's geometry and docks between starts; a layout of another version is left out."""

    def __init__(self, window: QMainWindow, preferences: Preferences) -> None:
        self._window, self._preferences = window, preferences
        self._first = QByteArray()

    def arrange(self) -> None:
        """Give every dock its first size, remember that, then take the layout of last time."""
        docks = {dock.objectName(): dock for dock in self._window.findChildren(QDockWidget)}
        for name, dock in docks.items():
            dock.setVisible(name not in AWAY)  # else Qt does a moment later: the state is wrong
        if "dock-runs" in docks:
            docks["dock-runs"].raise_()
        for sizes, way in (
            (WIDTHS, Qt.Orientation.Horizontal),
            (HEIGHTS, Qt.Orientation.Vertical),
        ):
            known = [name for name in sizes if name in docks]
            self._window.resizeDocks(
                [docks[name] for name in known], [sizes[name] for name in known], way
            )
        self._first = self._window.saveState(LAYOUT_VERSION)
        kept = self._preferences.layout()
        geometry, state = kept.value("geometry"), kept.value("state")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self._window.restoreState(state, LAYOUT_VERSION)

    def keep(self) -> None:
        """Write geometry and docks down, once there are any."""
        if not self._first.isEmpty():
            kept = self._preferences.layout()
            kept.setValue("geometry", self._window.saveGeometry())
            kept.setValue("state", self._window.saveState(LAYOUT_VERSION))

    def reset(self) -> None:
        """Put every dock back where it was at first."""
        self._window.restoreState(self._first, LAYOUT_VERSION)


def fitting(wanted: QSize) -> QSize:
    """Return `wanted`, no larger than the screen has room for; pictures of it need no screen."""
    screen = QApplication.primaryScreen()
    if screen is None or QApplication.platformName() == "offscreen":
        return wanted
    return wanted.boundedTo(screen.availableSize())


def scrolling(page: QWidget) -> QScrollArea:
    """Return the page so that a window on a small screen need not be larger than the screen."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(page)
    return area
