"""The line at the bottom: state, progress, speed, time left, memory, last save."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from studio import figures
from studio.i18n import mark, tr
from studio.widgets.elided import ElidedLabel

_STATES = {
    "idle": (mark("Ready"), "quiet"),
    "preparing": (mark("Preparing"), "busy"),
    "training": (mark("Training"), "good"),
    "pausing": (mark("Pausing"), "busy"),
    "paused": (mark("Paused"), "busy"),
    "stopping": (mark("Saving"), "busy"),
}
_MEMORY = 0.8
"""How much of the shown speed stays at the next reading."""
_FULL, _LEAST = 1000, 10
"""The bar's end, and the least that is filled. Qt goes on moving a bar that was busy before, thirty
times a second and unseen, for as long as less than a pixel of it is filled (6.11, with a style sheet):
the whole window was painted for it, and a run on this computer waited for its turn at Python."""


class StatusLine(QWidget):
    """Told things by `show_*`; works the time left out of what it was told."""

    setting_asked = Signal()
    """The setting that stands in the way of a start should be brought to view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = QLabel(f"●  {tr('Loading')}")
        self._state.setObjectName("state")
        self._text = ElidedLabel()
        self._setting_button = QPushButton(tr("Show"))
        self._setting_button.setProperty("small", True)
        self._setting_button.setToolTip(tr("Show the setting"))
        self._setting_button.setAccessibleName(tr("Show the setting"))
        self._setting_button.clicked.connect(self.setting_asked)
        self._bar = QProgressBar()
        self._bar.setRange(0, _FULL)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(160, 8)
        self._percent, self._speed, self._left = QLabel(), QLabel(), QLabel()
        self._memory, self._saved, self._heard = QLabel(), QLabel(), QLabel()
        self._numbers = (self._percent, self._speed, self._left, self._memory)
        for label in self._numbers:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 14, 2)  # as docks on the left, the search on the right
        row.setSpacing(14)
        for widget in (self._state, self._setting_button, self._text, self._bar, self._percent):
            row.addWidget(widget, 1 if widget is self._text else 0)
        for label in (self._speed, self._left, self._memory, self._saved, self._heard):
            row.addWidget(label, 0, Qt.AlignmentFlag.AlignRight)
        self._rate, self._seen, self._total = 0.0, 0, 0
        self._saved_at: float | None = None
        self._heard_at: float | None = None
        self._colors = {"quiet": "#888888", "busy": "#c98a00", "good": "#2e9e5b", "bad": "#d64545"}
        self._mood = "busy"
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_age)
        self.show_state("idle", 0, 0)

    def said(self) -> str:
        """Return what the line says, for who cannot see it."""
        labels = (self._state, self._text, *self._numbers, self._saved, self._heard)
        return "  ".join(label.text() for label in labels if label.text() and not label.isHidden())

    def end_with(self, widget: QWidget) -> None:
        """Take a widget to the end of the line."""
        self._row.addWidget(widget)

    def set_colors(self, **colors: str) -> None:
        """Take the theme's colours for quiet, busy, good and bad."""
        self._colors.update(colors)
        self._paint()

    def show_loading(self, text: str) -> None:
        """Say what is being waited for before anything can be done."""
        self._state.setText(f"●  {tr('Loading')}")
        self._mood = "busy"
        self._text.setText(text)
        self._paint()

    def show_state(self, state: str, seen: int, total: int, following: bool = False) -> None:
        """Show what the run does and how far it is; `following` where another process trains it."""
        word, self._mood = _STATES.get(state, (state, "quiet"))
        self._state.setText(
            f"●  {tr('Watching: {state}', state=tr(word)) if following else tr(word)}"
        )
        if not following:
            self.show_heard(None)
        going = state != "idle"
        self._setting_button.hide()
        if not going:  # the next run says anew how fast it is
            self._rate = 0.0
            for label in self._numbers:
                label.clear()
                label.setMinimumWidth(0)
        widest = self._percent.fontMetrics().horizontalAdvance(f"{100} %")
        self._percent.setMinimumWidth(widest)
        for widget in (self._bar, self._percent, self._speed, self._left, self._memory):
            widget.setVisible(going)
        self._bar.setRange(0, 0 if state == "preparing" else _FULL)
        self.show_progress(seen, total)
        self._paint()

    def show_problem(self, text: str, has_setting: bool = False) -> None:
        """Say why nothing can be started, and offer to show the setting; empty when it can."""
        self._mood = "bad" if text else "quiet"
        word = tr("Cannot start") if text else tr("Ready")
        self._state.setText(f"●  {word}")
        self._text.setText(text)
        self._setting_button.setVisible(has_setting)
        self._paint()

    def show_progress(self, seen: int, total: int) -> None:
        """Show how many images of how many."""
        self._seen, self._total = seen, total
        share = seen / total if total else 0.0
        if self._bar.maximum():
            self._fill(share)
        self._say(self._percent, f"{100 * min(1.0, share):.0f} %")
        self._text.setText(
            tr("{seen} of {total} images", seen=figures.count(seen), total=figures.count(total))
            if total
            else ""
        )
        self._show_left()

    def show_preparing(self, done: int, total: int) -> None:
        """Show how many images are decoded."""
        self._bar.setRange(0, _FULL)
        self._fill(done / max(1, total))
        self._say(self._percent, f"{100 * done / max(1, total):.0f} %")
        self._text.setText(tr("Decoding images: {done:,} of {total:,}", done=done, total=total))

    def show_reading(self, values: dict[str, float]) -> None:
        """Show the newest speed and memory; the speed is smoothed."""
        if "speed" in values:  # neither a metric nor a single step has one
            new = values["speed"]
            self._rate = new if not self._rate else _MEMORY * self._rate + (1 - _MEMORY) * new
            self._say(self._speed, figures.speed(self._rate))
        if "memory" in values:
            self._say(self._memory, figures.size(values["memory"]))
            self._memory.setToolTip(tr("Memory in use"))
        self._show_left()

    def show_saved(self, at: float | None) -> None:
        """Show when the last checkpoint was written, as `time.monotonic()` tells time."""
        self._saved_at = at
        self._show_age()

    def show_heard(self, seconds: float | None) -> None:
        """Show how old the last sign of life is of a run that is followed; None follows none."""
        self._heard_at = None if seconds is None else time.monotonic() - seconds
        self._show_age()

    def _fill(self, share: float) -> None:
        self._bar.setValue(max(_LEAST, int(_FULL * min(1.0, share))))

    def _show_left(self) -> None:
        left = (self._total - self._seen) / self._rate if self._rate > 0 else 0.0
        self._say(self._left, tr("{time} left", time=figures.duration(left)) if left else "")

    def _say(self, label: QLabel, text: str) -> None:
        """Say a number in as much room as it has had in this run, so that the others stay."""
        label.setText(text)
        label.setMinimumWidth(max(label.minimumWidth(), label.sizeHint().width()))

    def _show_age(self) -> None:
        ticking = self._saved_at is not None or self._heard_at is not None
        if ticking != self._clock.isActive():
            (self._clock.start if ticking else self._clock.stop)()
        self._heard.setVisible(self._heard_at is not None)
        if self._heard_at is not None:
            age = time.monotonic() - self._heard_at
            self._heard.setText(tr("last heard {time} ago", time=figures.duration(age)))
        self._saved.setVisible(self._saved_at is not None)
        if self._saved_at is not None:
            age = time.monotonic() - self._saved_at
            ago = tr("saved {time} ago", time=figures.duration(age))
            self._saved.setText(tr("saved just now") if age < 5 else ago)

    def _paint(self) -> None:
        self._state.setStyleSheet(f"color: {self._colors[self._mood]}; font-weight: 600;")
