"""The plot itself: one view that pans and zooms in images seen, with markers and a crosshair."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import ImagesAxis, Marker, ValueAxis

_NEAR_PX = 6
_DRAG_PX = 5
_MOST_TICKS = 200
_COLORS = {"changed": "link", "resumed": "good", "notice": "warning", "saved": "muted"}


class PlotArea(pg.GraphicsView):  # type: ignore[misc]
    """Curves are its items; markers and crosshair are painted over them."""

    pointed = Signal(object)
    """The mouse is at this number of images, or None: it left."""
    zoomed = Signal()
    """A person moved the view."""
    clicked = Signal(float)
    """This number of images was clicked at, once."""
    fit_asked = Signal()
    x_changed = Signal(float, float)

    def __init__(self) -> None:
        self._dots: list[tuple[float, float, str]] = []
        self._cursor: float | None = None
        self._tagged = True
        self._dragged: tuple[float, float] | None = None
        self.markers: list[Marker] = []
        self.best: tuple[float, float] | None = None
        super().__init__()
        self._once = QTimer(self)  # a second click would ask for something else
        self._once.setSingleShot(True)
        self._once.setInterval(QApplication.doubleClickInterval())
        self._once.timeout.connect(self._tell_click)
        # A PlotItem would bring menus, and leave them behind when it goes.
        self.values, self.images = ValueAxis(), ImagesAxis()
        self.box = pg.ViewBox(enableMouse=True, enableMenu=False, defaultPadding=0.0)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        inside = pg.GraphicsLayout()
        inside.setContentsMargins(0, 0, 6, 0)
        inside.setSpacing(0)
        inside.addItem(self.values, 0, 0)
        inside.addItem(self.box, 0, 1)
        inside.addItem(self.images, 1, 1)
        self.setCentralItem(inside)
        for axis in (self.values, self.images):
            axis.linkToView(self.box)
            axis.setZValue(self.box.zValue() - 1)  # its lines lie below the curves
            # Curves move with every reading, an axis seldom: it was half of what a plot costs.
            axis.setCacheMode(axis.CacheMode.DeviceCoordinateCache)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box.sigRangeChangedManually.connect(self._tell_zoomed)
        self.box.sigXRangeChanged.connect(self._tell_range)
        self.recolor()

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme.current()
        self.setBackground(None)
        self.setStyleSheet("background: transparent;")
        for axis in (self.values, self.images):
            axis.setPen(QPen(QColor(colors.grid), 1))
            axis.setTextPen(QPen(QColor(colors.muted), 1))
            axis.setStyle(tickLength=0, tickTextOffset=6)
            axis.setGrid(255 if axis is self.values else False)
            axis.setTickPen(QPen(QColor(colors.grid), 1))
        self.viewport().update()

    def show_cursor(
        self, x: float | None, dots: Sequence[tuple[float, float, str]] = (), tagged: bool = True
    ) -> None:
        """Draw a crosshair at `x` and a dot at each (x, y, colour) of the view; None for none."""
        self._cursor, self._dots, self._tagged = x, list(dots), tagged
        self.viewport().update()

    def show_best(self, place: tuple[float, float] | None) -> None:
        """Mark the best reading, at (x, y) of the view; None is none."""
        if place != self.best:
            self.best = place
            self.viewport().update()

    def near_marker(self) -> Marker | None:
        """Return the marker under the crosshair, the most telling one."""
        if self._cursor is None:
            return None
        at = self._place(self._cursor)
        near = [m for m in self.markers if abs(self._place(m.x) - at) <= _NEAR_PX]
        return min(
            near, key=lambda m: (m.kind == "saved", abs(self._place(m.x) - at)), default=None
        )

    def _place(self, x: float) -> float:
        return float(self.box.mapViewToScene(QPointF(x, 0.0)).x())

    def _tell_zoomed(self, *unused: object) -> None:
        self.zoomed.emit()

    def _tell_range(self, box: object, span: tuple[float, float]) -> None:
        self.x_changed.emit(*span)

    # --- over the curves -------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        inside = self.box.sceneBoundingRect()
        painter.save()
        painter.setClipRect(inside)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marker in self._in_sight():
            self._draw_marker(painter, marker, inside)
        if self.best is not None:
            at = self.box.mapViewToScene(QPointF(*self.best))
            if inside.left() <= at.x() <= inside.right():
                room = inside.adjusted(7, 7, -7, -7)  # whole, also at the edge
                x = min(room.right(), max(room.left(), at.x()))
                self._draw_star(painter, QPointF(x, min(room.bottom(), max(room.top(), at.y()))))
        if self._cursor is not None:
            self._draw_cursor(painter, inside)
        if self.selecting and self._dragged is not None:
            left, right = sorted(self._dragged)
            shade = QColor(theme.current().link)
            shade.setAlpha(48)
            painter.fillRect(QRectF(left, inside.top(), right - left, inside.height()), shade)
        painter.restore()

    def _in_sight(self) -> list[Marker]:
        start, end = self.box.viewRange()[0]
        found = [m for m in self.markers if start <= m.x <= end]
        if len(found) > _MOST_TICKS:  # a mark a pixel says nothing
            found = [m for m in found if m.kind != "saved"][-_MOST_TICKS:]
        return found

    def _draw_marker(self, painter: QPainter, marker: Marker, inside: QRectF) -> None:
        x = round(self._place(marker.x)) + 0.5
        color = QColor(getattr(theme.current(), _COLORS.get(marker.kind, "muted")))
        if marker.kind == "saved":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, inside.bottom() - 4), 2.0, 2.0)
            return
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, inside.top() + 6), QPointF(x, inside.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        top = inside.top()
        corners = [QPointF(x - 4.5, top), QPointF(x + 4.5, top), QPointF(x, top + 7)]
        painter.drawPolygon(QPolygonF(corners))

    @staticmethod
    def _draw_star(painter: QPainter, at: QPointF) -> None:
        colors = theme.current()
        turns = [(n * math.pi / 5, 6.0 if n % 2 == 0 else 2.6) for n in range(10)]
        corners = [at + QPointF(r * math.sin(a), -r * math.cos(a)) for a, r in turns]
        painter.setPen(QPen(QColor(colors.canvas), 1))
        painter.setBrush(QColor(colors.good))
        painter.drawPolygon(QPolygonF(corners))

    def _draw_cursor(self, painter: QPainter, inside: QRectF) -> None:
        assert self._cursor is not None
        colors, x = theme.current(), round(self._place(self._cursor))
        painter.setPen(QPen(QColor(colors.edge), 1))
        painter.drawLine(QPointF(x + 0.5, inside.top()), QPointF(x + 0.5, inside.bottom()))
        painter.setPen(QPen(QColor(colors.canvas), 1))
        for at, y, color in self._dots:
            painter.setBrush(QColor(color))
            painter.drawEllipse(self.box.mapViewToScene(QPointF(at, y)), 3.5, 3.5)
        if not self._tagged:
            return
        marker = self.near_marker()
        text = tr("{count:,} images", count=round(self._cursor))
        self._tag(painter, inside, x, f"{text} · {marker.text}" if marker else text)

    def _tag(self, painter: QPainter, inside: QRectF, x: int, text: str) -> None:
        colors, metrics = theme.current(), painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(inside.width()) - 24)
        box = QRectF(
            0, inside.top() + 4, metrics.horizontalAdvance(text) + 12, metrics.height() + 6
        )
        right = x + 8 + box.width() <= inside.right()
        box.moveLeft(x + 8 if right else max(inside.left() + 2, x - 8 - box.width()))
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # --- mouse -----------------------------------------------------------------------------

    @property
    def selecting(self) -> bool:
        """Whether a stretch is being dragged out, to be looked at."""
        return self._dragged is not None and abs(self._dragged[1] - self._dragged[0]) >= _DRAG_PX

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag out a stretch; Shift and the middle button move the view instead."""
        place = self.mapToScene(event.position().toPoint())
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        inside = self.box.sceneBoundingRect().contains(place)
        if event.button() == Qt.MouseButton.LeftButton and plain and inside:
            self._dragged = place.x(), place.x()
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.mapToScene(event.position().toPoint())
        if self._dragged is not None:
            inside = self.box.sceneBoundingRect()
            x = min(inside.right(), max(inside.left(), place.x()))
            self._dragged = self._dragged[0], x
            self.viewport().update()
        else:
            super().mouseMoveEvent(event)
        if self.box.sceneBoundingRect().contains(place):
            self.pointed.emit(float(self.box.mapSceneToView(place).x()))
        else:
            self.pointed.emit(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is None:
            super().mouseReleaseEvent(event)
            return
        selected, (start, end) = self.selecting, sorted(self._dragged)
        self._dragged = None
        self.viewport().update()
        ends = [float(self.box.mapSceneToView(QPointF(x, 0.0)).x()) for x in (start, end)]
        if selected:
            self.box.setXRange(*ends, padding=0)
            self.zoomed.emit()
        else:
            self._clicked_at = ends[0]
            self._once.start()

    _clicked_at = 0.0

    def _tell_click(self) -> None:
        self.clicked.emit(self._clicked_at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._once.stop()
        self._dragged = None
        self.fit_asked.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)
