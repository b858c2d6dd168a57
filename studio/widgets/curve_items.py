"""What curves are drawn with: axes, curves of few points, markers, and the plot that holds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from studio.widgets.series import Floats, Stretch

_STYLES = {
    "solid": Qt.PenStyle.SolidLine,
    "dash": Qt.PenStyle.DashLine,
    "dot": Qt.PenStyle.DotLine,
    "dashdot": Qt.PenStyle.DashDotLine,
    "dashdotdot": Qt.PenStyle.DashDotDotLine,
    "long": Qt.PenStyle.CustomDashLine,
}
_PATTERNS = {"long": [11.0, 4.0]}
_BAND_ALPHA = 46
_UNDER_ALPHA = 120
_LONE_PX = 5


def pen_style(dash: str) -> Qt.PenStyle:
    """Return Qt's name for "solid", "dash", "dot" or "dashdot"."""
    return _STYLES[dash]


def pen_of(color: QColor, width: float, dash: str) -> QPen:
    """Return a pen for "solid", "dash", "dot", "dashdot", "dashdotdot" or "long"."""
    pen = QPen(color, width, _STYLES[dash])
    if dash in _PATTERNS:
        pen.setDashPattern(_PATTERNS[dash])
    return pen


@dataclass(frozen=True)
class Marker:
    """Something that happened at `x`: "changed", "saved", "resumed" or "notice"."""

    x: float
    text: str
    kind: str


def images_text(value: float, spacing: float = 0.0) -> str:
    """Return a count of images as an axis writes it: 950, 12 k, 2.5 M."""
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size and spacing:
            digits = max(0, math.ceil(-math.log10(spacing / size) - 1e-9))
            return f"{value / size:.{min(digits, 6)}f}{letter}"
        if abs(value) >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + letter
    return f"{value:.0f}"


def value_text(value: float) -> str:
    """Return a reading with four digits, also where the last are zeros: what changes stays in place.

    A gap is a dash, and so is, with the sign that is one, what is below zero.
    """
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e5):
        digits, _, power = f"{value:.3e}".partition("e")
        return _signed(f"{digits.rstrip('0').rstrip('.')}e{int(power)}")
    return _signed(f"{value:.0f}" if size >= 1e3 else f"{value:#.4g}" if size else "0")


def _signed(text: str) -> str:
    """Return a number with a minus in place of a hyphen."""
    return text.replace("-", "−")


class ImagesAxis(pg.AxisItem):  # type: ignore[misc]
    """Images seen, along the bottom."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [images_text(value, spacing) for value in values]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return places for whole images only: between two of them there is nothing."""
        found = super().tickValues(low, high, size)
        return [(max(1.0, step), [v for v in at if float(v).is_integer()]) for step, at in found]


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Readings, along the left; all of one width, so that plots above each other align."""

    def __init__(self) -> None:
        super().__init__("left")
        self.enableAutoSIPrefix(False)
        self.setWidth(58)
        self.log = False

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if not self.log:
            return list(super().tickValues(low, high, size))
        first, last = math.floor(low), math.ceil(high)
        step = max(1, math.ceil((last - first) * 32 / max(32.0, size)))
        whole = [float(n) for n in range(first, last + 1, step) if low <= n <= high]
        if high - low > 2.2:
            return [(float(step), whole)]
        parts = [n + math.log10(m) for n in range(first, last + 1) for m in (2, 5)]
        return [(1.0, whole), (0.3, [p for p in parts if low <= p <= high])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.log:
            return [_power(f"{10.0**value:.3g}") for value in values]
        digits = max(0, math.ceil(-math.log10(spacing) - 1e-9)) if spacing > 0 else 0
        if digits > 4 or any(abs(value) >= 1e5 for value in values):
            return [_power(f"{value:.2g}") for value in values]
        return [_signed(f"{value:.{digits}f}") for value in values]


def _power(text: str) -> str:
    return _signed(text.replace("e-0", "e-").replace("e+0", "e"))


class Curve(pg.GraphicsObject):  # type: ignore[misc]
    """One series as a band between least and most, a mean line, and a smoothed line over both."""

    def __init__(self) -> None:
        super().__init__()
        self._band: list[QPolygonF] = []
        self._mean: list[QPolygonF] = []
        self._smooth: list[QPolygonF] = []
        self._bounds = QRectF()
        self._color, self._dash = QColor(), "solid"

    def set_look(self, color: str, dash: str) -> None:
        """Draw in this colour, with this dash."""
        self._color, self._dash = QColor(color), dash
        self.update()

    def set_stretches(self, raw: Stretch | None, smooth: Stretch | None) -> None:
        """Draw these; None is not drawn."""
        self._band, self._mean, self._smooth = [], [], []
        if raw is not None:
            for start, end in runs(raw.mean):
                piece = slice(start, end)
                self._mean.append(_polygon(raw.x[piece], raw.mean[piece]))
                around = np.concatenate([raw.x[piece], raw.x[piece][::-1]])
                edge = np.concatenate([raw.high[piece], raw.low[piece][::-1]])
                self._band.append(_polygon(around, edge))
        if smooth is not None:
            pieces = runs(smooth.mean)
            self._smooth = [_polygon(smooth.x[a:b], smooth.mean[a:b]) for a, b in pieces]
        drawn = [s.boundingRect() for s in (*self._band, *self._mean, *self._smooth)]
        self.prepareGeometryChange()
        self._bounds = QRectF()
        for rect in drawn:
            self._bounds = self._bounds.united(rect)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *unused: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        band = QColor(self._color)
        band.setAlpha(_BAND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        for polygon in self._band:
            painter.drawPolygon(polygon)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)  # free on lines of 1 px
        painter.setBrush(Qt.BrushStyle.NoBrush)
        here, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        # As many lines of one dot above each other as a screen with small dots needs to show one.
        shifts = [
            here * QTransform.fromTranslate(0.0, n / ratio) for n in range(max(1, round(ratio)))
        ]
        under = QColor(self._color)
        if self._smooth:
            under.setAlpha(_UNDER_ALPHA)
        for lines, color, dash in (
            (self._mean, under, "solid" if self._smooth else self._dash),
            (self._smooth, self._color, self._dash),
        ):
            pen = pen_of(color, 1, dash)
            pen.setCosmetic(True)  # wider pens take seconds a frame
            if dash != "solid":
                pen.setDashPattern([part * ratio for part in pen.dashPattern()])
            painter.setPen(pen)
            for turned in shifts:
                painter.setWorldTransform(turned)
                for polygon in lines:
                    painter.drawPolyline(polygon)
            painter.setWorldTransform(shifts[0])
            lone = QPen(color, _LONE_PX * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            lone.setCosmetic(True)
            painter.setPen(lone)
            for polygon in lines:
                if polygon.size() == 1:  # a line has two ends
                    painter.drawPoint(polygon.first())


def runs(values: Floats) -> list[tuple[int, int]]:
    """Return where stretches without gaps begin and end."""
    there = np.concatenate([[False], ~np.isnan(values), [False]])
    edges = np.flatnonzero(there[1:] != there[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[0::2], edges[1::2], strict=True)]


def _polygon(x: Floats, y: Floats) -> QPolygonF:
    made: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return made
