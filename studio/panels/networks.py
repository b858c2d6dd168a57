"""G and D as a graph of blocks or as a table of layers, whichever one prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QPushButton, QWidget

from studio.i18n import tr
from studio.panels.base import button, column_of, tool, words
from studio.widgets.network_blocks import Block, blocks_of
from studio.widgets.network_graph import NetworkGraph
from studio.widgets.network_view import NetworkTable

if TYPE_CHECKING:
    from gan_engine import NetworkSummary

SIDE_BY_SIDE = 760
"""From so many pixels on, D's table stands beside G's instead of below it."""


class Networks(QWidget):
    """Told a summary; G stands above D, so that sizes can be compared."""

    setting_asked = Signal(str)
    """The settings of the networks should come into view."""
    guide_asked = Signal()
    """The guide should say what these networks are."""

    def __init__(self) -> None:
        super().__init__()
        g, d = tr("Generator G"), tr("Discriminator D")
        self.g, self.d = NetworkTable(g), NetworkTable(d)
        self.g_graph, self.d_graph = NetworkGraph(g), NetworkGraph(d)
        self.tables, self.graphs = QWidget(), QWidget()
        self._side = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.tables)
        self._side.setContentsMargins(0, 0, 0, 0)
        self._side.setSpacing(12)
        for table in (self.g, self.d):
            self._side.addWidget(table, 1, Qt.AlignmentFlag.AlignTop)
        column_of(self.graphs, self.g_graph, self.d_graph)
        self.d_graph.setContentsMargins(0, 4, 0, 0)
        column_of(self, self._head(), self.graphs, self.tables)
        self._swap()

    # --- shown -------------------------------------------------------------------------------

    def show_networks(self, summary: NetworkSummary, takes: tuple[int, ...], batch: int) -> None:
        """Show every block and layer with what it returns, learns, and keeps of a batch."""
        seen = summary.receptive_field
        field = tr("Discriminator D · each score sees {side} × {side} px", side=seen)
        field = field if seen else tr("Discriminator D")
        image = next(row.shape for row in reversed(summary.g) if len(row.shape) == 3)
        start = Block(tr("Latent z"), tr("Random numbers"), takes)
        if len(takes) == 3:  # a pair's first picture
            start = Block(tr("Input"), tr("What an image is made from"), takes)
        picture = Block(tr("Image"), tr("Real or generated"), image, looks=seen / image[-1])
        self.g_graph.show_blocks(blocks_of(summary.g, start, batch), tr("Generator G"))
        self.d_graph.show_blocks(blocks_of(summary.d, picture, batch), field)
        self.g.show_rows(summary.g, summary.parameters_g)
        self.d.show_rows(summary.d, summary.parameters_d)
        self.d.show_title(field)
        for table in (self.g, self.d):  # the page scrolls, not each table in it
            view = table.table
            rows = view.verticalHeader().defaultSectionSize() * len(table.rows)
            view.setFixedHeight(view.horizontalHeader().sizeHint().height() + rows + 2)
            view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    # --- inside ------------------------------------------------------------------------------

    def _head(self) -> QWidget:
        self.graph_button = button(
            tr("Graph"), tr("Blocks from left to right, as large as their maps.")
        )
        self.table_button = button(
            tr("Table"), tr("Every layer with its output and its parameters.")
        )
        self.change_button = button(tr("Change…"), tr("Show the settings of both networks."))
        self.change_button.setProperty("small", True)
        self.change_button.clicked.connect(self._ask)
        both = QButtonGroup(self)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(4)
        row.addWidget(words(tr("Networks"), "title", wraps=False))
        about = tool("info", tr("What does this do? The guide on these networks"))
        about.clicked.connect(self.guide_asked)
        row.addWidget(about)
        row.addStretch(1)
        for made in (self.graph_button, self.table_button):
            self._as_switch(made)
            both.addButton(made)
            row.addWidget(made)
        row.addSpacing(8)
        row.addWidget(self.change_button)
        self.graph_button.setChecked(True)
        both.buttonToggled.connect(self._swap)
        return head

    @staticmethod
    def _as_switch(made: QPushButton) -> None:
        made.setProperty("small", True)
        made.setCheckable(True)

    @Slot()
    def _ask(self) -> None:
        self.setting_asked.emit("architecture.kind")

    @Slot()
    def _swap(self) -> None:
        self.graphs.setVisible(self.graph_button.isChecked())
        self.tables.setVisible(self.table_button.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= SIDE_BY_SIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._side.setDirection(way)
