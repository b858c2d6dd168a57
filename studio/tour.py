"""Six callouts that show a newcomer around: skippable, kept in mind, and there again from Help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QTimer, Slot
from PySide6.QtWidgets import QDockWidget, QWidget

from studio.i18n import mark, tr
from studio.widgets.callout import Callout

if TYPE_CHECKING:
    from studio.window import MainWindow


@dataclass(frozen=True)
class Step:
    """What is said, and the part of the window it is said of."""

    title: str
    text: str
    part: Callable[[MainWindow], QWidget | None]
    page: str = ""
    dock: str = ""


def _dock(key: str) -> Callable[[MainWindow], QWidget | None]:
    return lambda window: window.findChild(QDockWidget, f"dock-{key}")


STEPS = (
    Step(
        mark("Begin with pictures"),
        mark(
            "Drop a folder here, or try the built-in images. A hundred pictures are enough to try;"
            " they are only read, never changed."
        ),
        lambda window: getattr(window.panels["start"], "zone"),  # noqa: B009
        page="start",
    ),
    Step(
        mark("From left to right"),
        mark(
            "Dataset shows what is in the folder and mends what is wrong, Design is the two"
            " networks, Train is the run, Explore plays with what it learned, and Compare holds"
            " runs against each other."
        ),
        lambda window: window.tabs,
    ),
    Step(
        mark("Every setting explains itself"),
        mark(
            "Point at a name to read what it does. What wears a bolt can be changed while a run"
            " trains; everything else can be undone until it starts."
        ),
        _dock("settings"),
        dock="settings",
    ),
    Step(
        mark("Train"),
        mark(
            "Start begins a run with these settings; its first samples come within seconds. Stop"
            " saves, and a run that was stopped can go on later."
        ),
        lambda window: window.toolbar.widgetForAction(window.acts["start"]),
    ),
    Step(
        mark("Nothing gets lost"),
        mark(
            "Every training is a run here, with its samples, curves and saves: open it, go on,"
            " note what you tried. The tab beside it is a queue for the night."
        ),
        _dock("runs"),
        dock="runs",
    ),
    Step(
        mark("Find everything"),
        mark(
            "Ctrl+K finds every command, setting, preset and run by a few letters. Help has the"
            " guide, and this tour."
        ),
        lambda window: window.menuBar(),
    ),
)


class Tour(QObject):
    """Goes through the steps; the window stays usable, and the first run ends it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._at = 0
        self.callout = Callout(window)
        self.callout.next_asked.connect(self.next)
        self.callout.back_asked.connect(self.back)
        self.callout.skip_asked.connect(self.end)
        self._soon = QTimer(self)  # after the layout has settled
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._place)
        window.tabs.currentChanged.connect(self._place_anew)

    @property
    def is_on(self) -> bool:
        """Whether a callout is shown."""
        return self.callout.isVisible()

    def begin(self, place: int = 0) -> None:
        """Show the first step, or the one that was shown in another window."""
        self._show(place)

    @property
    def place(self) -> int:
        """Which step is shown, from 0; -1 while none is."""
        return self._at if self.is_on else -1

    @Slot()
    def next(self) -> None:
        """Show the next step; after the last the tour is over."""
        if self._at + 1 < len(STEPS):
            self._show(self._at + 1)
        else:
            self.end()

    @Slot()
    def back(self) -> None:
        """Show the step before."""
        self._show(max(0, self._at - 1))

    @Slot()
    def end(self) -> None:
        """Be over, and remember that."""
        if self.is_on:
            self.callout.hide()
            self._window.removeEventFilter(self)
            self._window.preferences.set("tour_seen", True)

    @Slot(str)
    def take_state(self, state: str) -> None:
        """Somebody who trains needs no tour."""
        if state != "idle":
            self.end()

    def _show(self, place: int) -> None:
        self._at, step = place, STEPS[place]
        self._window.installEventFilter(self)
        if step.page:
            self._window.show_page(step.page)
        if step.dock:
            self._window.show_dock(step.dock)
        self.callout.show_step(tr(step.title), tr(step.text), place + 1, len(STEPS))
        self._place()
        self._soon.start()

    @Slot()
    def _place_anew(self) -> None:
        if self.is_on:  # what it points at may have gone
            self._soon.start()

    @Slot()
    def _place(self) -> None:
        if not self.is_on:
            return
        part = STEPS[self._at].part(self._window)
        if part is None or not part.isVisible():
            self.callout.point_at(None)
        else:
            corner = part.mapTo(self._window, part.rect().topLeft())
            self.callout.point_at(QRect(corner, part.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moved = event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest)
        if moved and self.is_on:
            self._soon.start()
        return super().eventFilter(watched, event)
