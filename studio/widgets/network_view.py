"""A network layer by layer: what each is, what comes out of it, how many weights it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import mark, tr
from studio.meanings import layer

if TYPE_CHECKING:
    from gan_engine import LayerRow

Index = QModelIndex | QPersistentModelIndex
_HEADINGS = (mark("Layer"), mark("Output"), mark("Parameters"))
_ROW_PX = 26
_INDENT_PX = 16


class _Layers(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[LayerRow, ...] = ()
        self.most = 1

    def set_rows(self, rows: Sequence[LayerRow]) -> None:
        same = len(rows) == len(self.rows)
        if same:  # keeps the scroll position while one edits
            self.rows = tuple(rows)
        else:
            self.beginResetModel()
            self.rows = tuple(rows)
            self.endResetModel()
        self.most = max((row.parameters for row in rows), default=1) or 1
        if same and rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 2))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(_HEADINGS)

    def headerData(self, section: int, side: Qt.Orientation, role: int = 0) -> object:
        if side != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(section)
        return tr(_HEADINGS[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                layer(row.name),
                shape_text(row.shape),
                f"{row.parameters:,}" if row.parameters else "–",
            )[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            count = tr("{count:,} parameters", count=row.parameters)
            return f"{layer(row.name)}\n{layer(row.kind)}\n{shape_text(row.shape)}\n{count}"
        return row if role == Qt.ItemDataRole.UserRole else None


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape without its batch: 256 × 8 × 8."""
    return " × ".join(str(n) for n in shape)


class _Delegate(QStyledItemDelegate):
    """Draws a block whose colour is the kind of layer, and a bar for its share of the weights."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width() + 8, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LayerRow = index.data(Qt.ItemDataRole.UserRole)
        colors = theme.current()
        rect = QRect(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.selected))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if index.column() == 0:
            left = rect.left() + 8 + row.depth * _INDENT_PX
            painter.setBrush(QColor(color_of(row.kind)))
            painter.drawRoundedRect(QRect(left, rect.center().y() - 5, 4, 12), 2, 2)
            self._name(painter, rect.adjusted(left - rect.left() + 12, 0, 0, 0), row)
        else:
            if index.column() == 2 and row.parameters:
                model = index.model()
                share = row.parameters / model.most  # type: ignore[attr-defined]
                bar = QRect(0, rect.bottom() - 4, max(2, round((rect.width() - 20) * share)), 2)
                bar.moveRight(rect.right() - 10)
                painter.setBrush(QColor(colors.accent))
                painter.drawRect(bar)
            painter.setPen(
                QColor(colors.text if row.parameters or index.column() == 1 else colors.muted)
            )
            inner = rect.adjusted(4, 0, -10, -2)
            painter.drawText(inner, _aligned(index.column()), str(index.data()))
        painter.restore()

    def _name(self, painter: QPainter, rect: QRect, row: LayerRow) -> None:
        colors, metrics = theme.current(), painter.fontMetrics()
        painter.setPen(QColor(colors.text))
        plain = painter.font()
        if not row.depth:
            strong = QFont(plain)
            strong.setWeight(QFont.Weight.DemiBold)
            painter.setFont(strong)
            metrics = painter.fontMetrics()
        name = metrics.elidedText(layer(row.name), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, name)
        rest = rect.adjusted(metrics.horizontalAdvance(name) + 8, 0, -4, 0)
        if row.kind != row.name and rest.width() > 24:
            painter.setPen(QColor(colors.muted))
            painter.setFont(plain)
            kind = metrics.elidedText(layer(row.kind), Qt.TextElideMode.ElideRight, rest.width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, kind)


def color_of(kind: str) -> str:
    """Return the colour of a kind of layer: what has weights, what normalises, what bends."""
    colors, word = theme.current(), kind.lower()
    for names, place in (
        (("conv", "block", "residual"), 0),
        (("linear", "dense", "embedding"), 5),
        (("norm",), 1),
        (("relu", "tanh", "sigmoid", "activation"), 2),
        (("sample", "pool", "blur", "resize", "interpolate"), 3),
    ):
        if any(name in word for name in names):
            return colors.series[place]
    return colors.faint


class NetworkTable(QWidget):
    """One network under its name; scrolls when it is deep."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._total = QLabel(title), QLabel()
        self._title.setProperty("role", "title")
        self._total.setProperty("role", "muted")
        self._model = _Layers(self)
        self.table = QTableView()
        self.table.setAccessibleName(title or tr("Layers"))
        self.table.setModel(self._model)
        self.table.setItemDelegate(_Delegate(self.table))
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._total)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.setSpacing(6)
        column_box.addLayout(head)
        column_box.addWidget(self.table, 1)

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The layers shown."""
        return self._model.rows

    def show_rows(self, rows: Sequence[LayerRow], parameters: int | None = None) -> None:
        """Show layers in order; those of depth 0 hold everything once."""
        self._model.set_rows(rows)
        held = sum(row.parameters for row in rows if row.depth == 0)
        total = held if parameters is None else parameters
        self._total.setText(tr("{count:,} parameters", count=total) if rows else "")

    def show_title(self, title: str) -> None:
        """Call the network something else."""
        self._title.setText(title)
