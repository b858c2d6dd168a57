"""Recent runs as cards: a large picture, the run's name and how far it came."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.panels.run_list import DOT, Index, RunList, RunModel, RunRow, draw_dot, draw_picture

SIDE, PAD, GAP = 126, theme.GRID, theme.GRID
"""A card's picture, the room around it, and the room between cards, in pixels."""


class _Delegate(QStyledItemDelegate):
    """Draws a card: the picture over three lines."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(option.font).height() + 1
        return QSize(SIDE + 2 * PAD + GAP, SIDE + 3 * line + 3 * PAD + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, colors = index.model(), theme.current()
        assert isinstance(model, RunModel)
        row, state = model.rows[index.row()], option.state
        card = option.rect.adjusted(0, 0, -GAP, -GAP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        pointed = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.fillPath(shape, QColor(colors.hover if pointed else colors.surface))
        edge = colors.link if focused else colors.edge if pointed else colors.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawPath(shape)
        inner = QRect(card.left() + PAD, card.top() + PAD, SIDE, SIDE)
        draw_picture(painter, inner, model.picture_of(row))
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(option.font)
        line = QRect(inner.left(), inner.bottom() + PAD, SIDE, metrics.height() + 1)
        painter.setFont(bold)
        painter.setPen(QColor(colors.text))
        middle = Qt.TextElideMode.ElideMiddle
        painter.drawText(line, 0, QFontMetrics(bold).elidedText(row.name, middle, SIDE))
        line.translate(0, line.height())
        draw_dot(painter, line, row.mood)
        painter.setPen(QColor(colors.muted))
        painter.setFont(option.font)
        end = Qt.TextElideMode.ElideRight
        painter.drawText(
            line.adjusted(DOT + 6, 0, 0, 0), 0, metrics.elidedText(row.state, end, SIDE - DOT - 6)
        )
        line.translate(0, line.height())
        painter.drawText(line, 0, metrics.elidedText(row.far, end, SIDE))
        painter.restore()


class RunCards(RunList):
    """A run is opened by a click, or by Enter; as tall as its cards, so that the page scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Recent runs"))
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("bare", True)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        super().show_rows(rows)
        self._fit()

    def _fit(self) -> None:
        card = self.sizeHintForIndex(self.runs.index(0)) if self.runs.rows else QSize(1, 1)
        across = max(1, self.width() // card.width())
        self.setFixedHeight(math.ceil(len(self.runs.rows) / across) * card.height() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
