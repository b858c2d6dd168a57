"""A network as blocks from left to right: as tall as their maps, as wide as they have channels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.meanings import layer
from studio.widgets.elided import ElidedLabel, lines_of
from studio.widgets.network_blocks import DOT, Block
from studio.widgets.network_view import color_of, shape_text

_COLUMN, _WIDEST, _BOX, _TEXT, _LINE = 96, 160, 92, 78, 17
"""Pixels of the scene: a block's column, the room for its box, the room for its words."""
_KIND, _WEIGHT = 1, 3
"""The lines below a block that are broken in two where there is no room: numbers are never cut."""
_LEAST_ZOOM, _MOST_ZOOM, _STEP = 0.3, 3.0, 1.2
_READABLE = 0.75
"""Fitted smaller than this, words cannot be read: the graph scrolls instead."""


class _Item(QGraphicsItem):
    """One block, its words below it, and the arrow that leads to it."""

    def __init__(self, block: Block, before: _Item | None, most: int) -> None:
        super().__init__()
        self.block, self._most, self._before = block, max(1, most), before
        self.chosen = False
        self.take_room(_COLUMN)
        self.setToolTip(block.told.replace(DOT, "\n"))

    def take_room(self, column: float, broken: Sequence[int] = ()) -> None:
        """Stand in a column of this width, beside the block before; `broken` lines are two each."""
        self.prepareGeometryChange()
        self._column, self._broken, before = column, broken, self._before
        self._high = _BOX + _TEXT + _LINE * len(broken)
        self._start = before.box().right() - column if before else None
        self.setPos(before.pos().x() + column if before else 0, 0)

    def wanted(self) -> list[float]:
        """Return how wide a column shows every word, line by line."""
        return [10 + QFontMetricsF(f).horizontalAdvance(text) for f, _, text in self._lines()]

    def boundingRect(self) -> QRectF:
        arrow = 0 if self._start is None else self._column / 2
        return QRectF(-self._column / 2 - arrow, 0, self._column + arrow, self._high)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(-self._column / 2, 0, self._column, self._high))
        return path

    def box(self) -> QRectF:
        """Return the block itself: logarithmic, so that 4 and 256 pixels both can be seen."""
        shape = self.block.shape
        side = shape[1] if len(shape) == 3 else 1
        channels = math.prod(shape) if len(shape) < 3 else shape[0]
        height = min(_BOX - 4.0, 14 + 8.5 * math.log2(max(1, side)))
        width = 10 + 4.5 * math.log2(max(1, channels))
        return QRectF(-width / 2, _BOX / 2 - height / 2, width, height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        colors, box = theme.current(), self.box()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._start is not None:
            self._draw_arrow(painter, self._start + 3, box.left())
        paint = QColor(color_of(self.block.kind))
        painter.setPen(QPen(QColor(colors.link) if self.chosen else paint, 2 if self.chosen else 1))
        fill = QColor(paint)
        fill.setAlpha(70)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 3, 3)
        if self.block.looks:
            seen = min(1.0, self.block.looks) * box.height()
            square = QRectF(box.left(), box.center().y() - seen / 2, box.width(), seen)
            painter.setPen(QPen(QColor(colors.text), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square)
        self._words(painter)

    def _draw_arrow(self, painter: QPainter, start: float, end: float) -> None:
        colors, y = theme.current(), _BOX / 2
        painter.setPen(QPen(QColor(colors.edge), 1))
        painter.drawLine(QPointF(start, y), QPointF(end - 3, y))
        painter.setBrush(QColor(colors.edge))
        painter.setPen(Qt.PenStyle.NoPen)
        tip = [QPointF(end - 2, y), QPointF(end - 8, y - 3.5), QPointF(end - 8, y + 3.5)]
        painter.drawPolygon(QPolygonF(tip))

    def _lines(self) -> tuple[tuple[QFont, str, str], ...]:
        """Return what is written below the block: font, colour and text, line by line."""
        colors, block = theme.current(), self.block
        plain, strong = QFont(QApplication.font()), QFont(QApplication.font())
        strong.setWeight(QFont.Weight.DemiBold)
        return (
            (strong, colors.text, layer(block.name)),
            (plain, colors.muted, layer(block.kind) if block.kind != block.name else ""),
            (plain, colors.text, shape_text(block.shape) or tr("one logit")),
            (plain, colors.muted, block.weight),
        )

    def _words(self, painter: QPainter) -> None:
        colors, block, y = theme.current(), self.block, float(_BOX)
        room, middle = self._column - 8, Qt.AlignmentFlag.AlignHCenter
        for place, (font, color, text) in enumerate(self._lines()):
            painter.setFont(font)
            painter.setPen(QColor(color))
            line = QRectF(-room / 2, y, room, _LINE)
            if place in self._broken:
                line.setHeight(2 * _LINE)
                two = text.split(DOT) if place == _WEIGHT else lines_of(text, font, room, 2)
                painter.drawText(line, middle, "\n".join(two))
            else:
                text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
                painter.drawText(line, middle | Qt.AlignmentFlag.AlignVCenter, text)
            y = line.bottom()
        if block.parameters:
            whole = QRectF(-_COLUMN / 2 + 14, y + 4, _COLUMN - 28, 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.line))
            painter.drawRoundedRect(whole, 2, 2)
            whole.setWidth(max(2.0, whole.width() * block.parameters / self._most))
            painter.setBrush(QColor(colors.accent))
            painter.drawRoundedRect(whole, 2, 2)


class _View(QGraphicsView):
    """Arrows choose a block, + and - zoom, 0 fits; Ctrl and the wheel zoom too."""

    def __init__(self, owner: NetworkGraph) -> None:
        self._owner = owner
        super().__init__()
        self.setObjectName("network")
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._owner.zoom(_STEP ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            event.ignore()  # the page scrolls

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        found = self.itemAt(event.position().toPoint())
        if isinstance(found, _Item):
            self._owner.choose(self._owner.items.index(found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen = event.key(), self._owner.chosen
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._owner.choose(chosen + (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._owner.zoom(_STEP)
        elif key == Qt.Key.Key_Minus:
            self._owner.zoom(1 / _STEP)
        elif key == Qt.Key.Key_0:
            self._owner.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._owner.refit()


class NetworkGraph(QWidget):
    """One network under its name; the chosen block is told below it."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: list[_Item] = []
        self.chosen = -1
        self._fitted = True
        self._wanted = [0.0] * 4
        self._title, self._total, self._told = QLabel(title), QLabel(), ElidedLabel()
        self._title.setProperty("role", "title")
        self._total.setProperty("role", "muted")
        self._scene = QGraphicsScene(self)
        self.view = _View(self)
        self.view.setScene(self._scene)
        self.view.setAccessibleName(tr("{network} as a graph", network=title))
        self.view.setFixedHeight(_BOX + _TEXT + 16)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addSpacing(6)
        head.addWidget(self._told, 1)
        head.addSpacing(6)
        head.addWidget(self._total)
        for text, tip, act in (
            ("−", tr("Zoom out: {network}", network=title), lambda: self.zoom(1 / _STEP)),
            ("+", tr("Zoom in: {network}", network=title), lambda: self.zoom(_STEP)),
            (tr("Fit"), tr("Fit to the width: {network}", network=title), self.fit),
        ):
            head.addWidget(_button(text, tip, act))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.view)
        self.choose(-1)

    # --- shown -------------------------------------------------------------------------------

    def show_blocks(self, blocks: Sequence[Block], title: str) -> None:
        """Show these in order; the chosen block stays chosen where there is as much."""
        self._title.setText(title)
        total = sum(block.parameters for block in blocks)
        self._total.setText(tr("{count:,} parameters", count=total))
        most = max((block.parameters for block in blocks), default=1)
        self._scene.clear()
        self.items = []
        for block in blocks:
            self.items.append(_Item(block, self.items[-1] if self.items else None, most))
            self._scene.addItem(self.items[-1])
        lines = zip(*(item.wanted() for item in self.items), strict=True)
        self._wanted = [max(line) for line in lines] or [0.0] * 4
        self._take_room()
        self.choose(self.chosen if self.chosen < len(blocks) else -1)
        self.refit()

    @property
    def blocks(self) -> list[Block]:
        """What is shown."""
        return [item.block for item in self.items]

    @property
    def told(self) -> str:
        """What is said of the chosen block."""
        return self._told.text()

    @property
    def scale(self) -> float:
        """How large it is drawn."""
        return self.view.transform().m11()

    # --- where one looks ---------------------------------------------------------------------

    def choose(self, place: int) -> None:
        """Tell everything about the block at `place`; -1 is none."""
        self.chosen = place = min(max(place, -1), len(self.items) - 1)
        for n, item in enumerate(self.items):
            item.chosen = n == place
            item.update()
        none = tr("Choose a block to read what is in it.")
        self._told.setText(self.items[place].block.told if place >= 0 else none)
        self.view.setAccessibleDescription(self._told.text())
        if place >= 0:
            self.view.ensureVisible(self.items[place], 8, 0)

    def zoom(self, factor: float) -> None:
        """Draw it so many times as large."""
        self._fitted = False
        wanted = min(max(self.scale * factor, _LEAST_ZOOM), _MOST_ZOOM)
        self.view.resetTransform()
        self.view.scale(wanted, wanted)

    def fit(self) -> None:
        """Show all of it where words stay readable; else from its beginning, to be scrolled."""
        self._fitted = True
        self._take_room()
        rect = self._scene.sceneRect()
        if rect.isEmpty():
            return
        wanted = min(1.0, (self.view.viewport().width() - 4) / rect.width())
        wanted = wanted if wanted >= _READABLE else 1.0
        self.view.resetTransform()
        self.view.scale(wanted, wanted)
        bar = self.view.horizontalScrollBar()
        bar.setValue(bar.minimum())

    def _take_room(self) -> None:
        """Give every block as much room as its words want, where the view has it."""
        there = (self.view.viewport().width() - 4) / max(1, len(self.items))
        kind, shape, weight = self._wanted[1:]
        column = min(max(_COLUMN, there, shape), max(_COLUMN, *self._wanted), _WIDEST)
        broken = [n for n, line in ((_KIND, kind), (_WEIGHT, weight)) if line > column]
        for item in self.items:
            item.take_room(column, broken)
        self.view.setFixedHeight(_BOX + _TEXT + 16 + _LINE * len(broken))
        self._scene.setSceneRect(self._scene.itemsBoundingRect())

    def refit(self) -> None:
        """Fit again, unless a person zoomed."""
        if self._fitted:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "view"):
            self.view.viewport().update()


def _button(text: str, name: str, act: object) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("small", True)
    made.setProperty("sign", len(text) == 1)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.clicked.connect(act)
    return made
