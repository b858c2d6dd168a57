"""Where the docks are: at first, as the user left them, and back again."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QMainWindow,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from studio import theme
from studio.preferences import LAYOUT_VERSION, Preferences

WIDTHS = {"dock-runs": 276, "dock-settings": 350}
AWAY = ("dock-guide",)
"""Docks that are not there until they are asked for."""
_KEYS = QKeySequence.SequenceFormat.NativeText
HEIGHTS = {"dock-messages": 130}
NARROW, LOW = 1240, 1000
"""Pixels of a window; a smaller one has its docks in one column, or no log until it is asked for: a
button at the end of the status line shows it, and counts what was said meanwhile."""
IN_ONE = {"dock-runs": 320}
"""How wide the column is that holds all docks of a narrow window."""


class DockedWindow(QMainWindow):
    """A window whose Tab key passes by what is in docks behind others: nobody would see where it is."""

    def focusNextPrevChild(self, next: bool) -> bool:
        passed: set[QWidget] = set()
        while super().focusNextPrevChild(next):
            there = self.focusWidget()
            if there is None or there in passed or not _is_behind(there):
                return True
            passed.add(there)
        return False


def _is_behind(widget: QWidget) -> bool:
    """Return whether a widget is in a dock whose tab is not the one in front, or a spare tab bar."""
    up: QWidget | None = widget
    if isinstance(up, QTabBar) and isinstance(up.parentWidget(), QMainWindow):
        return up.visibleRegion().isEmpty()  # Qt keeps those it has no use for outside the window
    while up is not None and not isinstance(up, QDockWidget):
        up = up.parentWidget()
    return up is not None and up.visibleRegion().isEmpty()


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
        self._resize(docks, WIDTHS)
        self._first = self._window.saveState(LAYOUT_VERSION)
        self._fit(docks)
        kept = self._preferences.layout()
        geometry, state = kept.value("geometry"), kept.value("state")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self._window.restoreState(state, LAYOUT_VERSION)
        if (pages := self._window.findChild(QTabBar, "pages")) is not None:
            pages.setFocus(Qt.FocusReason.OtherFocusReason)  # the keyboard begins at the pages

    def keep(self) -> None:
        """Write geometry and docks down, once there are any."""
        if not self._first.isEmpty():
            kept = self._preferences.layout()
            kept.setValue("geometry", self._window.saveGeometry())
            kept.setValue("state", self._window.saveState(LAYOUT_VERSION))

    def reset(self) -> None:
        """Put every dock back where it belongs in a window of this size."""
        self._window.restoreState(self._first, LAYOUT_VERSION)
        self._fit({dock.objectName(): dock for dock in self._window.findChildren(QDockWidget)})

    def _fit(self, docks: Mapping[str, QDockWidget]) -> None:
        """Leave the page enough room: in a small window docks share a place, or wait to be asked for."""
        runs = docks.get("dock-runs")
        if self._window.width() < NARROW and runs is not None:
            for name in ("dock-settings", "dock-guide"):
                if name in docks:
                    hidden = docks[name].isHidden()
                    self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks[name])
                    self._window.tabifyDockWidget(runs, docks[name])
                    docks[name].setVisible(not hidden)
            self._resize(docks, IN_ONE)
        if self._window.height() < LOW and "dock-messages" in docks:
            docks["dock-messages"].hide()
        if runs is not None:
            runs.raise_()

    def _resize(self, docks: Mapping[str, QDockWidget], widths: Mapping[str, int]) -> None:
        for sizes, way in (
            (widths, Qt.Orientation.Horizontal),
            (HEIGHTS, Qt.Orientation.Vertical),
        ):
            known = [name for name in sizes if name in docks]
            self._window.resizeDocks(
                [docks[name] for name in known], [sizes[name] for name in known], way
            )


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


def seek_button(action: QAction, bar: QWidget) -> QToolButton:
    """Return a button for the corner of the menu bar that says what it searches, and by which keys."""
    made = QToolButton(bar)
    made.setObjectName("seek")
    made.setText(f"{action.text()}   {action.shortcut().toString(_KEYS)}")
    made.setToolTip(action.toolTip())
    made.setAccessibleName(action.text())
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    theme.wear(made, "search", "muted")
    made.setEnabled(action.isEnabled())
    action.enabledChanged.connect(made.setEnabled)
    made.clicked.connect(action.trigger)
    return made
