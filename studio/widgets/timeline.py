"""A slider over the moments of a run, with a way to step and to play through them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from studio import theme

_FRAME_MS = 120


class Timeline(QWidget):
    """Moments are images seen, rising; the last is the newest and is followed until one steps back."""

    moved = Signal(int)
    """The moment that should be shown, by its place in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: list[int] = []
        self._index = -1
        self._clock = QTimer(self)
        self._clock.setInterval(_FRAME_MS)
        self._clock.timeout.connect(self._advance)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName("Moments of the run")
        self._slider.valueChanged.connect(self._slide)
        self._label = QLabel()
        self._label.setProperty("role", "muted")
        self._label.setMinimumWidth(self.fontMetrics().horizontalAdvance("000,000,000 images"))
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._buttons = {
            "first": self._button("first", "The first", lambda: self.go(0)),
            "back": self._button("chevron-left", "One back", lambda: self.go(self._index - 1)),
            "play": self._button("start", "Play from here", self.toggle_play),
            "on": self._button("chevron-right", "One on", lambda: self.go(self._index + 1)),
            "last": self._button("last", "The newest", lambda: self.go(len(self._steps) - 1)),
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
    def is_newest(self) -> bool:
        """Whether the newest moment is shown, so that newer ones should be too."""
        return self._index == len(self._steps) - 1

    @property
    def is_playing(self) -> bool:
        """Whether it goes through the moments by itself."""
        return self._clock.isActive()

    def set_steps(self, steps: Sequence[int]) -> None:
        """Show other moments, the newest of them first."""
        self.stop()
        self._steps = list(steps)
        self._index = len(self._steps) - 1
        self._refresh()

    def add_step(self, step: int) -> None:
        """Append a moment; it is shown at once where the newest was."""
        followed = self.is_newest and not self.is_playing
        self._steps.append(step)
        if followed:
            self._index = len(self._steps) - 1
        self._refresh()

    def go(self, index: int) -> None:
        """Show a moment and say so."""
        if not self._steps:
            return
        index = min(max(0, index), len(self._steps) - 1)
        if index != self._index:
            self._index = index
            self._refresh()
            self.moved.emit(index)

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

    def _advance(self) -> None:
        self.go(self._index + 1)
        if self.is_newest:
            self.stop()

    def _slide(self, value: int) -> None:
        self.go(value)

    def _refresh(self) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, len(self._steps) - 1))
            self._slider.setValue(max(0, self._index))
        some = len(self._steps) > 1
        self._slider.setEnabled(some)
        for name, button in self._buttons.items():
            behind = self._index > 0 if name in ("first", "back") else not self.is_newest
            button.setEnabled(some and (name == "play" or behind))
        theme.wear(self._buttons["play"], "pause" if self.is_playing else "start")
        shown = 0 <= self._index < len(self._steps)
        self._label.setText(f"{self._steps[self._index]:,} images" if shown else "")
