"""A network as blocks from left to right: as tall as their maps, as wide as they have channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.widgets.network_view import color_of, shape_text

if TYPE_CHECKING:
    from gan_engine import LayerRow

_COLUMN, _BOX, _TEXT = 108, 140, 74
"""Pixels of the scene: a block's column, the room for its box, the room for its words."""
_LEAST_ZOOM, _MOST_ZOOM, _STEP = 0.3, 3.0, 1.2
_READABLE = 0.75
"""Fitted smaller than this, words cannot be read: the graph scrolls instead."""


@dataclass(frozen=True)
class Block:
    """One block: `share` is its part of the network's parameters, `inside` what it is made of.

    `looks` is the side of the square of pixels that one logit sees, as a share of the image.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int = 0
    share: float = 0.0
    inside: tuple[str, ...] = ()
    looks: float = 0.0

    @property
    def told(self) -> str:
        """Everything about it in one line."""
        parts = [f"{self.name}: {self.kind}" if self.kind else self.name]
        parts.append(f"returns {shape_text(self.shape) or 'one number'}")
        if self.parameters:
            parts.append(f"{self.parameters:,} parameters ({100 * self.share:.0f} %)")
        if self.inside:
            parts.append(", ".join(dict.fromkeys(self.inside)).lower())
        return " · ".join(parts)


def blocks_of(rows: Sequence[LayerRow], first: Block) -> list[Block]:
    """Return the outermost rows as blocks, after what goes into the network."""
    whole = sum(row.parameters for row in rows if row.depth == 0) or 1
    found, inside = [first], dict[int, list[str]]()
    for row in rows:
        if row.depth == 0:
            share = row.parameters / whole
            found.append(Block(row.name, row.kind, row.shape, row.parameters, share))
        elif row.depth == 1:
            inside.setdefault(len(found) - 1, []).append(row.kind)
    return [
        Block(b.name, b.kind, b.shape, b.parameters, b.share, tuple(inside.get(n, ())), b.looks)
        for n, b in enumerate(found)
    ]


class _Item(QGraphicsItem):
    """One block, its words below it, and the arrow that leads to it."""

    def __init__(self, block: Block, before: _Item | None, most: int) -> None:
        super().__init__()
        self.block, self._most = block, max(1, most)
        self.chosen = False
        self._start = before.box().right() - _COLUMN if before else None
        self.setPos(before.pos().x() + _COLUMN if before else 0, 0)
        self.setToolTip(block.told.replace(" · ", "\n"))

    def boundingRect(self) -> QRectF:
        arrow = 0 if self._start is None else _COLUMN / 2
        return QRectF(-_COLUMN / 2 - arrow, 0, _COLUMN + arrow, _BOX + _TEXT)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(-_COLUMN / 2, 0, _COLUMN, _BOX + _TEXT))
        return path

    def box(self) -> QRectF:
        """Return the block itself: logarithmic, so that 4 and 256 pixels both can be seen."""
        shape = self.block.shape
        side = shape[1] if len(shape) == 3 else 1
        channels = math.prod(shape) if len(shape) < 3 else shape[0]
        height, width = 16 + 13.5 * math.log2(max(1, side)), 10 + 4.5 * math.log2(max(1, channels))
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

    def _words(self, painter: QPainter) -> None:
        colors, block = theme.current(), self.block
        plain, strong = QFont(painter.font()), QFont(painter.font())
        strong.setWeight(QFont.Weight.DemiBold)
        lines = (
            (strong, colors.text, block.name),
            (plain, colors.muted, block.kind if block.kind != block.name else ""),
            (plain, colors.text, shape_text(block.shape) or "one logit"),
        )
        y = float(_BOX)
        for font, color, text in lines:
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, _COLUMN - 8)
            line = QRectF(-_COLUMN / 2, y, _COLUMN, 18)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
            y += 18
        if block.parameters:
            whole = QRectF(-_COLUMN / 2 + 10, y + 5, _COLUMN - 20, 4)
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
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
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
        self._title, self._total, self._told = QLabel(title), QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._total.setProperty("role", "muted")
        self._told.setProperty("role", "muted")
        self._told.setWordWrap(True)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._scene = QGraphicsScene(self)
        self.view = _View(self)
        self.view.setScene(self._scene)
        self.view.setAccessibleName(f"{title} as a graph")
        self.view.setFixedHeight(_BOX + _TEXT + 14)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 10, 0)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._total)
        for text, name, act in (
            ("−", "Zoom out", lambda: self.zoom(1 / _STEP)),
            ("+", "Zoom in", lambda: self.zoom(_STEP)),
            ("Fit", "Fit to the width", self.fit),
        ):
            head.addWidget(_button(text, f"{name}: {title}", act))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.view)
        column.addWidget(self._told)
        self.choose(-1)

    # --- shown -------------------------------------------------------------------------------

    def show_blocks(self, blocks: Sequence[Block], title: str) -> None:
        """Show these in order; the chosen block stays chosen where there is as much."""
        self._title.setText(title)
        total = sum(block.parameters for block in blocks)
        self._total.setText(f"{total:,} parameters")
        most = max((block.parameters for block in blocks), default=1)
        self._scene.clear()
        self.items = []
        for block in blocks:
            self.items.append(_Item(block, self.items[-1] if self.items else None, most))
            self._scene.addItem(self.items[-1])
        self._scene.setSceneRect(self._scene.itemsBoundingRect())
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
        none = "Choose a block to read what is in it."
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
        rect = self._scene.sceneRect()
        if rect.isEmpty():
            return
        wanted = min(1.0, (self.view.viewport().width() - 4) / rect.width())
        wanted = wanted if wanted >= _READABLE else 1.0
        self.view.resetTransform()
        self.view.scale(wanted, wanted)
        bar = self.view.horizontalScrollBar()
        bar.setValue(bar.minimum())

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
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.clicked.connect(act)
    return made
