"""The two networks, their loss as formulas, and what is wrong with the design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.panels.base import button, words
from studio.panels.cost_card import CostCard
from studio.panels.loss_card import LossCard
from studio.panels.networks import Networks
from studio.panels.problem_list import ProblemList

if TYPE_CHECKING:
    from gan_engine import Draft, NetworkSummary, Problem, RunConfig


class Blueprint(QWidget):
    """What the settings mean."""

    setting_asked = Signal(str)
    start_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.problems = ProblemList()
        self.problems.setting_asked.connect(self.setting_asked)
        self.loss = LossCard()
        self.cost = CostCard()
        self.networks = Networks()
        self.networks.hide()
        self.note = words("Building the networks to count their weights…", "muted")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 0, 8, 8)
        column.setSpacing(12)
        column.addWidget(self.problems)
        column.addWidget(self.loss)
        column.addWidget(self.cost)
        column.addWidget(self.note)
        column.addWidget(self.networks)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area, 1)
        outer.addLayout(self._foot())

    # --- shown -------------------------------------------------------------------------------

    def show_networks(self, summary: NetworkSummary, latent: int) -> None:
        """Show every layer with what it returns and how many numbers it learns."""
        self.networks.show_networks(summary, latent)
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
        self._startable = not broken
        for stale in (self.loss, self.cost, self.networks):
            stale.setEnabled(not broken)
        self._enable()

    def show_state(self, state: str) -> None:
        """Offer a start while no run is going."""
        self._resting = state == "idle"
        self._enable()

    # --- inside ------------------------------------------------------------------------------

    _startable, _resting = True, True

    def _foot(self) -> QHBoxLayout:
        self.start_button = button(
            "Start training", "Train a new run with these settings.", primary=True
        )
        self.start_button.clicked.connect(self.start_asked)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.start_button)
        return row

    def _enable(self) -> None:
        self.start_button.setEnabled(self._startable and self._resting)
        why = "" if self._startable else "Mend what is marked first."
        why = why or (
            "Train a new run with these settings." if self._resting else "A run is going."
        )
        self.start_button.setToolTip(why)
