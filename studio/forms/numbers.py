"""A field for numbers: whole or real, typed as one likes, stepped in sensible steps."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QEvent, QMargins, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSpinBox, QLabel, QStyle, QStyleOptionSpinBox, QWidget

from studio import theme

_PAUSE_MS = 300
_LETTERS = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}
_LADDER = (1.0, 2.0, 5.0, 10.0)


def parse_number(text: str, whole: bool = False) -> float | int | None:
    """Return what a person means by `2e-4`, `10,000`, `1.5M` or `0,5`; None for no number."""
    text = text.strip().lower().replace("_", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    text = text.replace("\N{MINUS SIGN}", "-")
    factor = _LETTERS.get(text[-1:], 1.0)
    if factor != 1.0:
        text = text[:-1]
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    try:
        value = float(text) * factor
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return (
        round(value) if whole and abs(value - round(value)) < 1e-9 * max(1.0, abs(value)) else value
    )


def number_text(value: float) -> str:
    """Return a number as short as it can be without losing anything: 0.0002, 1e-08, 100,000."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    text = repr(float(value))
    return re.sub(r"e([+-])0+(\d)", r"e\1\2", text).replace("e+", "e")


class NumberBox(QAbstractSpinBox):
    """Takes any text, so that what is wrong can be shown; emits only numbers."""

    edited = Signal(object)

    def __init__(
        self,
        whole: bool = False,
        low: float | None = None,
        high: float | None = None,
        open_low: bool = False,
        open_high: bool = False,
        log: bool = False,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole, self._low, self._high = whole, low, high
        self._open_low, self._open_high = open_low, open_high
        self._log, self._value = log, math.nan
        self._unit = QLabel(unit, self)
        self._unit.setProperty("role", "muted")
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.lineEdit().textChanged.connect(self._place_unit)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self.flush)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(72)
        self.setFixedHeight(28)  # as lines and menus are
        self.setKeyboardTracking(False)
        line = self.lineEdit()
        line.textEdited.connect(self._typed)
        self.editingFinished.connect(self.flush)

    @property
    def value(self) -> float | int:
        """The number shown; NaN when it is none."""
        return self._value

    def show_value(self, value: object) -> None:
        """Show a number, or whatever a draft holds in its place; typing is not disturbed."""
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is not None and number == self._value and self._soon.isActive():
            return
        self._value = math.nan if number is None else number
        text = str(value) if number is None else number_text(number)
        if self.lineEdit().text() != text and not self._means(value):
            self.lineEdit().setText(text)
            self.lineEdit().setCursorPosition(0)
        self.update()

    def flush(self) -> None:
        """Say now what was typed, rather than in a moment."""
        self._soon.stop()
        number = parse_number(self.lineEdit().text(), self._whole)
        if number is None:
            self._restore()
        elif number != self._value:
            self._value = number
            self.edited.emit(number)
        if number is not None and not self.hasFocus():
            self.lineEdit().setText(number_text(number))
        self.update()

    def stepBy(self, steps: int) -> None:
        here = parse_number(self.lineEdit().text(), self._whole)
        start = here if here is not None else (self._low or 0)
        value: float = self._climb(start, steps) if self._log else start + steps * self._step(start)
        value = self._within(value)
        if self._open_high and self._high is not None and value >= self._high:
            value = start if start < self._high else self._high - self._step(start)
        self.lineEdit().setText(number_text(value))
        self.lineEdit().selectAll()
        self.flush()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flag, none = QAbstractSpinBox.StepEnabledFlag, QAbstractSpinBox.StepEnabledFlag.StepNone
        up = self._high is None or not self._value >= self._high
        down = self._low is None or not self._value <= self._low
        return (flag.StepUpEnabled if up else none) | (flag.StepDownEnabled if down else none)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return QValidator.State.Acceptable, text, position

    # --- stepping --------------------------------------------------------------------------

    def _step(self, value: float) -> float:
        if self._whole:
            return 1
        span = (self._high or 1.0) - (self._low or 0.0)
        return 10.0 ** math.floor(math.log10(span / 10)) if 0 < span <= 10 else 1.0

    def _climb(self, value: float, steps: int) -> float:
        """Go along 1, 2, 5, 10, 20, 50 … so that a few steps reach any size."""
        for _ in range(abs(steps)):
            if value <= 0:
                value = (1.0 if self._whole else 1e-4) if steps > 0 else 0.0
                continue
            power = 10.0 ** math.floor(math.log10(value) + 1e-9)
            rungs = [r * power * s for s in (0.1, 1.0) for r in _LADDER]
            if steps > 0:
                value = min(r for r in [*rungs, 20 * power] if r > value * (1 + 1e-9))
            else:
                value = max(r for r in rungs if r < value * (1 - 1e-9))
            value = float(f"{value:.12g}")
            if self._whole and value < 1:
                value = 0.0
        return value

    def _within(self, value: float) -> float:
        if self._high is not None:
            value = min(value, self._high)
        if self._low is not None and value <= self._low:
            value = self._low if not self._open_low else max(value, self._low + 1e-12)
        return round(value) if self._whole else float(f"{value:.12g}")

    # --- typing ----------------------------------------------------------------------------

    def _typed(self) -> None:
        if parse_number(self.lineEdit().text(), self._whole) is not None:
            self._soon.start()
        else:
            self._soon.stop()

    def _means(self, value: object) -> bool:
        """Whether the text that is being typed already says `value`, in other words."""
        return self.hasFocus() and parse_number(self.lineEdit().text(), self._whole) == value

    def _restore(self) -> None:
        if not math.isnan(self._value):
            self.lineEdit().setText(number_text(self._value))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.lineEdit().selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.lineEdit().isModified():
            self._soon.stop()
            self._restore()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the form scrolls

    # --- drawing ---------------------------------------------------------------------------

    def share(self) -> float | None:
        """Return how far between its bounds the number is; None where that says nothing."""
        if self._low is None or self._high is None or not math.isfinite(self._value):
            return None
        if self._whole and not self._log:
            return None
        low, high, value = self._low, self._high, float(self._value)
        if self._log:
            floor = low if low > 0 else min(1e-4, high / 1e6)
            low, high, value = (math.log(max(v, floor)) for v in (floor, high, value))
        return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else None

    def initStyleOption(self, option: QStyleOptionSpinBox) -> None:
        super().initStyleOption(option)
        if not (self.hasFocus() or self.underMouse()):  # sixty pairs of arrows would be noise
            control = QStyle.SubControl
            option.subControls = control.SC_SpinBoxFrame | control.SC_SpinBoxEditField

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        canvas = QPainter(self)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_SpinBox, option, canvas, self)
        canvas.end()
        share = self.share()
        if share is None or not self.isEnabled():
            return
        painter = QPainter(self)
        painter.setClipRect(self.rect().adjusted(5, 0, -5, 0))
        colors = theme.current()
        color = QColor(colors.accent)
        color.setAlphaF(0.55)
        painter.fillRect(5, self.height() - 3, round((self.width() - 10) * share), 2, color)
        painter.end()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Polish, QEvent.Type.LayoutRequest):
            self._place_unit()
        return done

    def _place_unit(self) -> None:
        """Put the unit behind the number; where there is room for one of both it is the number."""
        line = self.lineEdit()
        width = self._unit.sizeHint().width() if self._unit.text() else 0
        needed = line.fontMetrics().horizontalAdvance(line.text()) + 14
        if width and line.width() - width - 4 < needed:
            width = 0
        if self._unit.isHidden() == bool(width):
            self._unit.setVisible(bool(width))
        margins = QMargins(7, 0, width + 4 if width else 0, 0)
        if line.textMargins() != margins:  # to set them asks for a layout again, without end
            line.setTextMargins(margins)
        corner = line.geometry().topRight() - QPoint(width + 2, 0)
        self._unit.setGeometry(corner.x(), line.y(), width, line.height())
