"""What D and G pay over a score, with where the images of today stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import pen_style, value_text
from studio.widgets.legend import Legend, LegendEntry

if TYPE_CHECKING:
    from gan_engine import LossCurve, LossCurves

_LOOKS = {
    "d_real": (0, "solid"),
    "d_fake": (0, "dash"),
    "g_fake": (1, "dot"),
    "g_real": (1, "dashdot"),
}
"""A place in the theme's series and a dash: D and G as in the run's curves."""
_ROOM = 0.05
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 22, 36


class _Area(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.found: LossCurves | None = None
        self.hidden: set[str] = set()
        self.marks: tuple[tuple[float, str], ...] = ()
        self.dots: tuple[tuple[float, float, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(150)

    def sizeHint(self) -> QSize:
        return QSize(360, 190)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        drawn = [curve for curve in self.found.curves if curve.key not in self.hidden]
        low, high = _span(drawn)
        reach = float(self.found.scores[-1])

        def place(x: float, y: float) -> QPointF:
            across = (x + reach) / (2 * reach)
            return QPointF(
                inside.left() + across * inside.width(),
                inside.bottom() - (y - low) / (high - low) * inside.height(),
            )

        self._axes(painter, inside, place(0, 0), (low, high, reach))
        painter.setClipRect(inside.adjusted(-1, -1, 1, 1))
        for curve in drawn:
            pairs = zip(self.found.scores, curve.values, strict=True)
            color, dash = _look(curve)
            # G's dots stay visible where its curve is one of D's too.
            painter.setPen(QPen(QColor(color), 1 if curve.payer == "D" else 2.2, pen_style(dash)))
            painter.drawPolyline(QPolygonF([place(float(x), float(y)) for x, y in pairs]))
        painter.setClipping(False)
        self._today(painter, inside, reach, place)
        painter.end()

    def _axes(
        self, painter: QPainter, inside: QRectF, zero: QPointF, span: tuple[float, float, float]
    ) -> None:
        low, high, reach = span
        colors = theme.current()
        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawRect(inside)
        painter.drawLine(QPointF(zero.x(), inside.top()), QPointF(zero.x(), inside.bottom()))
        if low < 0 < high:
            painter.drawLine(QPointF(inside.left(), zero.y()), QPointF(inside.right(), zero.y()))
        painter.setPen(QColor(colors.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        room = (high - low) * _ROOM / (1 + 2 * _ROOM)
        for value in (high - room, low + room):
            y = inside.bottom() - (value - low) / (high - low) * inside.height()
            painter.drawText(QRectF(0, y - 9, _LEFT - 6, 18), right, _tick(value))
        for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
            x = inside.center().x() + share * inside.width() / 2
            middle = Qt.AlignmentFlag.AlignHCenter
            place = QRectF(x - 30, inside.bottom() + 3, 60, 16)
            painter.drawText(place, middle, _tick(share * reach))
        below = QRectF(inside.left(), inside.bottom() + 18, inside.width(), 16)
        assert self.found is not None
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, tr(self.found.axis))

    def _today(self, painter: QPainter, inside: QRectF, reach: float, place: object) -> None:
        colors, metrics = theme.current(), painter.fontMetrics()
        taken = -math.inf
        for x, text in sorted(self.marks):
            at = place(max(-reach, min(reach, x)), 0.0).x()  # type: ignore[operator]
            painter.setPen(QPen(QColor(colors.edge), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(at, inside.top()), QPointF(at, inside.bottom()))
            wide = metrics.horizontalAdvance(text)
            left = max(taken + 10, min(inside.right() - wide, at - wide / 2))
            taken = left + wide
            painter.setPen(QColor(colors.text))
            painter.drawText(QPointF(left, inside.top() - 6), text)
        painter.setPen(QPen(QColor(colors.canvas), 1))
        for x, y, series in self.dots:
            painter.setBrush(QColor(colors.series[series]))
            spot = place(x, y)  # type: ignore[operator]
            if inside.adjusted(-2, -2, 2, 2).contains(spot):
                painter.drawEllipse(spot, 4.0, 4.0)


class LossPlot(QWidget):
    """Told curves and D's mean scores; a click on a name hides its curve."""

    reach_asked = Signal(float)
    """The marks do not fit: curves that reach so far would show them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today: tuple[float, float] | None = None
        self.area = _Area()
        self._legend = Legend(lines=2)
        self._legend.setAccessibleName(
            tr("{plot}: which curves are shown", plot=tr("Loss against the score"))
        )
        self._legend.toggled.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._legend)
        column.addWidget(self.area, 1)
        self.setAccessibleName(tr("Loss against the score"))

    # --- shown -------------------------------------------------------------------------------

    def show_curves(self, found: LossCurves) -> None:
        """Draw these."""
        self.area.found = found
        self._renew()

    def show_scores(self, real: float, fake: float) -> None:
        """Mark where D's mean scores are; what is no number takes the marks away."""
        there = math.isfinite(real) and math.isfinite(fake)
        self._today = (real, fake) if there else None
        self._renew()

    @property
    def marks(self) -> dict[str, float]:
        """Where today's images stand, by what is written there."""
        return {text: x for x, text in self.area.marks}

    @property
    def readings(self) -> dict[str, str]:
        """What is paid today, by curve."""
        return self._legend.values

    # --- inside ------------------------------------------------------------------------------

    def _renew(self) -> None:
        found = self.area.found
        if found is None:
            return
        self.area.marks, self.area.dots = (), ()
        paid: dict[str, str] = {}
        if self._today is not None:
            real, fake = self._today
            names = {"real": f"D(real) {value_text(real)}", "fake": f"D(fake) {value_text(fake)}"}
            if found.pairing != "each":
                names = {"real": tr("reals"), "fake": tr("fakes")}
            sides = dict.fromkeys(curve.side for curve in found.curves)
            places = {side: found.place(side, real, fake) for side in sides}
            self.area.marks = tuple((places[side], names[side]) for side in sides)
            self.area.dots = tuple(
                (x, y, _LOOKS[curve.key][0])
                for curve in found.curves
                if curve.key not in self.area.hidden
                for x in (places[curve.side],)
                for y in (_paid(found, curve, x),)
            )
            paid = {c.key: value_text(_paid(found, c, places[c.side])) for c in found.curves}
            farthest = max(abs(x) for x in places.values())
            if farthest > found.scores[-1]:
                self.reach_asked.emit(float(2.0 ** math.ceil(math.log2(farthest * 1.1))))
        self._legend.show_entries(self._entries(found.curves))
        self._legend.show_values(paid)
        told = ", ".join(
            tr("{name} at {score}", name=text, score=value_text(x)) for x, text in self.area.marks
        )
        self.setAccessibleDescription(told)
        self.area.update()

    def _entries(self, curves: Sequence[LossCurve]) -> list[LegendEntry]:
        return [
            LegendEntry(
                curve.key,
                _label(curve),
                *_look(curve),
                curve.key not in self.area.hidden,
            )
            for curve in curves
        ]

    def _toggle(self, key: str) -> None:
        self.area.hidden ^= {key}
        self._renew()


def _label(curve: LossCurve) -> str:
    """Return who pays, and for which kind of image."""
    if curve.side == "real":
        return tr("{payer} for a real", payer=curve.payer)
    return tr("{payer} for a fake", payer=curve.payer)


def _look(curve: LossCurve) -> tuple[str, str]:
    series, dash = _LOOKS[curve.key]
    return theme.current().series[series], dash


def _tick(value: float) -> str:
    """Return a number in few letters: there is room for no more beside the axis."""
    return f"{round(value, 2):.3g}".replace("-", "−")


def _paid(found: LossCurves, curve: LossCurve, x: float) -> float:
    return float(np.interp(x, found.scores, curve.values))


def _span(curves: Sequence[LossCurve]) -> tuple[float, float]:
    """Return the least and most that is drawn, with a little room."""
    if not curves:
        return 0.0, 1.0
    low = min(float(curve.values.min()) for curve in curves)
    high = max(float(curve.values.max()) for curve in curves)
    room = (high - low) * _ROOM or 1.0
    return low - room, high + room
