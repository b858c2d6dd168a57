"""The two networks, their loss as formulas, and what is wrong with the design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.panels.base import column_of, words
from studio.panels.cost_card import CostCard
from studio.panels.loss_card import LossCard
from studio.panels.networks import SIDE_BY_SIDE, Networks
from studio.panels.problem_list import ProblemList

if TYPE_CHECKING:
    from gan_engine import Draft, NetworkSummary, Problem, RunConfig


class Blueprint(QWidget):
    """What the settings mean."""

    setting_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.problems = ProblemList()
        self.problems.setting_asked.connect(self.setting_asked)
        self.loss = LossCard()
        self.cost = CostCard()
        self.networks = Networks()
        self.networks.hide()
        self.note = words(tr("Building the networks to count their weights…"), "muted")
        self.networks.setting_asked.connect(self.setting_asked)
        self.loss.setting_asked.connect(self.setting_asked)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(12)
        self._cards.addWidget(self.loss, 1, Qt.AlignmentFlag.AlignTop)
        self._cards.addWidget(self.cost, 1, Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 8)
        column.setSpacing(12)
        column.addWidget(self.problems)
        column.addWidget(self.note)
        column.addWidget(self.networks)
        column.addLayout(self._cards)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        column_of(self, area)

    # --- shown -------------------------------------------------------------------------------

    def show_networks(self, summary: NetworkSummary, takes: tuple[int, ...], batch: int) -> None:
        """Show every layer with what it returns, how many numbers it learns and what it keeps."""
        self.networks.show_networks(summary, takes, batch)
        self.show_note("")

    def show_note(self, text: str) -> None:
        """Say why no networks are shown; with nothing to say they are."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self.networks.setVisible(not text)

    def show_loss(self, config: RunConfig) -> None:
        """Show what D and G play for, in the letters of the papers."""
        self.loss.show_loss(config)

    def show_problems(self, problems: list[Problem], draft: Draft) -> None:
        """Show what is wrong; meanwhile the networks are those of the last valid settings."""
        own = [p for p in problems if p.severity == "error" or not p.path.startswith("data.")]
        self.problems.show_problems(own, draft)
        broken = any(problem.severity == "error" for problem in problems)
        for stale in (self.loss, self.cost, self.networks):
            stale.setEnabled(not broken)

    # --- inside ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= SIDE_BY_SIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(way)
