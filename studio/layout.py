"""Where the docks are: at first, as the user left them, and back again."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
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
IN_ONE = 320
"""How wide the column is that holds all docks of a narrow window."""
FIRST = "dock-runs"
"""What is in front where nobody has chosen."""
SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)


class DockedWindow(QMainWindow):
    """A window whose Tab key passes by what is in docks behind others: nobody would see where it is."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

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


class Layout(QObject):
    """Keeps a window's geometry and docks between starts; a layout of another version is left out.

    In a narrow window the docks of both sides share one column. They go back to where they were as
    soon as there is room, unless somebody has put them elsewhere meanwhile.
    """

    def __init__(self, window: DockedWindow, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._first = QByteArray()
        self._wide = QByteArray()
        """Where the docks were before the window became narrow; empty while it is not."""
        self._folded: dict[str, tuple[Qt.DockWidgetArea, bool]] = {}
        window.resized.connect(self._follow, Qt.ConnectionType.QueuedConnection)

    def arrange(self) -> None:
        """Give every dock its first size, remember that, then take the layout of last time."""
        for name, dock in self._docks().items():
            dock.setVisible(name not in AWAY)  # else Qt does a moment later: the state is wrong
        for sizes, way in (
            (WIDTHS, Qt.Orientation.Horizontal),
            (HEIGHTS, Qt.Orientation.Vertical),
        ):
            known = {dock: sizes[name] for name, dock in self._docks().items() if name in sizes}
            self._window.resizeDocks([*known], [*known.values()], way)
        self._first = self._window.saveState(LAYOUT_VERSION)
        self._begin()
        kept = self._preferences.layout()
        geometry, state, wide = (kept.value(name) for name in ("geometry", "state", "wide"))
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(state, QByteArray) and self._window.restoreState(state, LAYOUT_VERSION):
            self._wide = wide if isinstance(wide, QByteArray) else QByteArray()
            self._folded = self._places()
        self._follow()
        if (pages := self._window.findChild(QTabBar, "pages")) is not None:
            pages.setFocus(Qt.FocusReason.OtherFocusReason)  # the keyboard begins at the pages

    def keep(self) -> None:
        """Write geometry and docks down, once there are any."""
        if not self._first.isEmpty():
            kept, state = self._preferences.layout(), self._window.saveState(LAYOUT_VERSION)
            moved = not self._wide.isEmpty() and self._places() != self._folded
            kept.setValue("geometry", self._window.saveGeometry())
            kept.setValue("state", state)
            kept.setValue("wide", state if moved else self._wide)

    def reset(self) -> None:
        """Put every dock back where it belongs in a window of this size."""
        self._window.restoreState(self._first, LAYOUT_VERSION)
        self._wide = QByteArray()
        self._begin()
        self._follow()

    def _begin(self) -> None:
        """Leave the page of a low window enough room, and show the runs."""
        docks = self._docks()
        if self._window.height() < LOW and "dock-messages" in docks:
            docks["dock-messages"].hide()
        if FIRST in docks:
            docks[FIRST].raise_()

    @Slot()
    def _follow(self) -> None:
        """Fold the docks once the window has become narrow, unfold them once there is room again."""
        narrow = self._window.width() < NARROW
        if self._first.isEmpty() or narrow != self._wide.isEmpty():
            return
        if not self._window.isVisible():
            return  # nobody can tell yet which docks are in front; being shown is being resized
        if narrow:
            self._wide = self._window.saveState(LAYOUT_VERSION)
            self._fold()
            self._folded = self._places()
        else:
            if self._places() == self._folded:
                self._unfold()
            self._wide = QByteArray()

    def _fold(self) -> None:
        """Let the docks of both sides share one column, on the side where there are any in view."""
        seen = {side: [d for d in self._at(side) if not d.isHidden()] for side in SIDES}
        home, other = SIDES if seen[SIDES[0]] or not seen[SIDES[1]] else reversed(SIDES)
        there = seen[home] or self._at(home)
        if not there:
            return
        there.sort(key=lambda dock: dock.objectName() != FIRST)
        in_front = next((dock for dock in there if not _is_behind(dock)), there[0])
        moving = [(dock, dock.isHidden()) for dock in self._at(other)]
        for dock, hidden in moving:
            self._window.addDockWidget(home, dock)
            self._window.tabifyDockWidget(in_front, dock)
            dock.setVisible(not hidden)
        if moving:
            self._window.resizeDocks([in_front], [IN_ONE], Qt.Orientation.Horizontal)
        focus = self._window.focusWidget()
        used = [dock for dock, _ in moving if focus is not None and dock.isAncestorOf(focus)]
        (used or [in_front])[0].raise_()

    def _unfold(self) -> None:
        """Put the docks back; which are there, and which are in front, is as it is now."""
        docks = list(self._docks().values())
        now = [(dock, dock.isHidden(), _is_behind(dock), dock.geometry()) for dock in docks]
        self._window.restoreState(self._wide, LAYOUT_VERSION)
        for dock, hidden, behind, where in now:
            dock.setVisible(not hidden)
            if dock.isFloating():
                dock.setGeometry(where)
            if not (hidden or behind):
                dock.raise_()

    def _docks(self) -> dict[str, QDockWidget]:
        return {dock.objectName(): dock for dock in self._window.findChildren(QDockWidget)}

    def _at(self, side: Qt.DockWidgetArea) -> list[QDockWidget]:
        docked = [dock for dock in self._docks().values() if not dock.isFloating()]
        return [dock for dock in docked if self._window.dockWidgetArea(dock) == side]

    def _places(self) -> dict[str, tuple[Qt.DockWidgetArea, bool]]:
        """Return the side of every dock, and whether it was dragged out."""
        return {
            name: (self._window.dockWidgetArea(dock), dock.isFloating())
            for name, dock in self._docks().items()
        }


def view_action(dock: QDockWidget) -> QAction:
    """Return an action that brings a dock to view, or puts away one that is in view.

    Qt's own is on for a dock behind others too: chosen, it takes away what nobody saw.
    """
    made = QAction(dock.windowTitle(), dock)
    made.setCheckable(True)
    made.setChecked(not dock.visibleRegion().isEmpty())
    dock.visibilityChanged.connect(made.setChecked)

    def bring(on: bool) -> None:
        dock.setVisible(on)
        if on:
            dock.raise_()

    made.triggered.connect(bring)
    return made


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
    # A click beside a control, or a button that is switched off, would frame the whole page as
    # where the keyboard is. Keys that scroll come here from the controls inside.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
