"""The moments of a run: step and play through them, compare two, see what happened when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.timeline_track import Mark, Track

_FRAME_MS = 120


class Timeline(QWidget):
    """Moments are images seen, rising; the last is the newest and is followed until one steps back."""

    moved = Signal(int)
    """The moment that should be shown, by its place in the list."""
    other_moved = Signal(int)
    """The moment that should be compared with it."""
    pointed = Signal(object)
    """The mouse is at this number of images, or None: it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: list[int] = []
        self._index = -1
        self._clock = QTimer(self)
        self._clock.setInterval(_FRAME_MS)
        self._clock.timeout.connect(self._advance)
        self._slider = Track()
        self._slider.setAccessibleName(tr("Moments of the run"))
        self._slider.valueChanged.connect(self._slide)
        self._slider.other_moved.connect(self.other_moved)
        self._slider.other_moved.connect(self._refresh)
        self._slider.pointed.connect(self.pointed)
        self._label = QLabel()
        self._label.setProperty("role", "muted")
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._buttons = {
            "first": self._button("first", tr("The first (Home)"), lambda: self.go(0)),
            "back": self._button("chevron-left", tr("One back (←)"), lambda: self.step(-1)),
            "play": self._button("start", tr("Play from here (Space)"), self.toggle_play),
            "on": self._button("chevron-right", tr("One on (→)"), lambda: self.step(1)),
            "last": self._button("last", tr("The newest (End)"), self.go_to_newest),
        }
        for button in self._buttons.values():
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._slider, 1)
        row.addSpacing(8)
        row.addWidget(self._label)
        self._refresh()

    def _button(self, glyph: str, tip: str, act: object) -> QToolButton:
        button = QToolButton()
        theme.wear(button, glyph)
        button.setIconSize(QSize(16, 16))
        button.setProperty("tight", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(act)
        return button

    @property
    def index(self) -> int:
        """The moment shown, or -1."""
        return self._index

    @property
    def other(self) -> int:
        """The moment that is compared with it, or -1."""
        return self._slider.other

    @property
    def is_newest(self) -> bool:
        """Whether the newest moment is shown, so that newer ones should be too."""
        return self._index == len(self._steps) - 1

    @property
    def is_playing(self) -> bool:
        """Whether it goes through the moments by itself."""
        return self._clock.isActive()

    @property
    def pointer(self) -> float | None:
        """Where somebody points in the curves, as it is shown here."""
        return self._slider.pointer

    @property
    def marks(self) -> list[Mark]:
        """What happened, as it is shown here."""
        return self._slider.marks

    def said(self) -> str:
        """Return which moments are looked at."""
        return self._label.text()

    # --- shown -------------------------------------------------------------------------------

    def set_steps(self, steps: Sequence[int]) -> None:
        """Show other moments, the newest of them first."""
        self.stop()
        self._steps = list(steps)
        self._index = len(self._steps) - 1
        if self._slider.other >= len(self._steps):
            self._slider.show_other(-1)
        self._refresh()

    def add_step(self, step: int) -> None:
        """Append a moment; it is shown at once where the newest was."""
        followed = self.is_newest and not self.is_playing
        self._steps.append(step)
        if followed:
            self._index = len(self._steps) - 1
        self._refresh()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show what happened."""
        self._slider.show_marks(marks)

    def add_mark(self, mark: Mark) -> None:
        """Show one thing more that happened."""
        self._slider.show_marks([*self._slider.marks, mark])

    def show_pointer(self, seen: float | None) -> None:
        """Show where somebody points in the curves."""
        self._slider.show_pointer(seen)

    def compare(self, index: int) -> None:
        """Compare the moment shown with another; -1 compares with none."""
        self._slider.show_other(min(index, len(self._steps) - 1))
        self._refresh()

    # --- moved -------------------------------------------------------------------------------

    def go(self, index: int) -> None:
        """Show a moment and say so."""
        if not self._steps:
            return
        index = min(max(0, index), len(self._steps) - 1)
        if index != self._index:
            self._index = index
            self._refresh()
            self.moved.emit(index)

    def go_to(self, seen: float) -> None:
        """Show the moment nearest to so many images seen."""
        self.stop()
        if (index := self._slider.nearest(seen)) >= 0:
            self.go(index)

    def go_to_newest(self) -> None:
        """Show the newest, and those that come."""
        self.go(len(self._steps) - 1)

    def step(self, by: int) -> None:
        """Show a later or an earlier moment."""
        self.go(self._index + by)

    def toggle_play(self) -> None:
        """Play on from here, from the beginning at the end, or stop."""
        if self.is_playing:
            self.stop()
            return
        if self.is_newest:
            self.go(0)
        if len(self._steps) > 1:
            self._clock.start()
        self._refresh()

    def stop(self) -> None:
        """Stop playing."""
        self._clock.stop()
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle_play()
        else:
            super().keyPressEvent(event)

    def _advance(self) -> None:
        self.step(1)
        if self.is_newest:
            self.stop()

    def _slide(self, value: int) -> None:
        self.go(value)

    def _refresh(self) -> None:
        with QSignalBlocker(self._slider):
            self._slider.show_steps(self._steps, self._index)
        some = len(self._steps) > 1
        self._slider.setEnabled(some)
        for name, button in self._buttons.items():
            behind = self._index > 0 if name in ("first", "back") else not self.is_newest
            button.setEnabled(some and (name == "play" or behind))
        theme.wear(self._buttons["play"], "pause" if self.is_playing else "start")
        self._label.setText(self._words())
        self._slider.setAccessibleDescription(self._label.text())
        widest = tr("A {count:,} · B {other:,}", count=10**8, other=10**8)
        if self.other < 0:
            widest = tr("{count:,} images", count=10**8)
        self._label.setMinimumWidth(self.fontMetrics().horizontalAdvance(widest))

    def _words(self) -> str:
        if not 0 <= self._index < len(self._steps):
            return ""
        shown = self._steps[self._index]
        if self.other >= 0:
            return tr("A {count:,} · B {other:,}", count=self._steps[self.other], other=shown)
        return tr("{count:,} images", count=shown)
