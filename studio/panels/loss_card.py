"""What D and G play for: the formulas with today's numbers, the penalties, the loss as curves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from gan_engine import Ramp, loss_curves, value_at
from studio.i18n import listed, mark, tr
from studio.panels import words as say
from studio.panels.base import HEAD, button, tool, words
from studio.widgets.loss_plot import LossPlot

if TYPE_CHECKING:
    from gan_engine import RunConfig

_MEANT = {
    "each": "",
    "pair": mark(
        "Scores are relative: above, D(x) stands for D(x) − D(G(z)) and D(G(z)) for the opposite;"
        " D's loss is halved, and G plays it with swapped sides."
    ),
    "average": mark(
        "Scores are relative: above, D(x) stands for D(x) − E[D(G(z))] and D(G(z)) for"
        " D(G(z)) − E[D(x)]; G plays D's loss with swapped sides."
    ),
}


class LossCard(QFrame):
    """Told settings and readings; readings of a run with another loss do not fill these formulas."""

    setting_asked = Signal(str)
    """The settings of the loss should come into view."""
    guide_asked = Signal()
    """The guide should say what this loss is."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._config: RunConfig | None = None
        self._reach = 4.0
        self._played: tuple[str, str] | None = None
        self._values: dict[str, float] = {}
        self._seen, self._total = 0, 0
        self._title, self._when = words(tr("Loss"), "title", wraps=False), words("", "muted", False)
        self._change = button(tr("Change…"), tr("Show the settings of the loss."))
        self._change.setProperty("small", True)
        self._change.clicked.connect(self._ask)
        self._formulas = _formula(), _formula()
        self._sums = _number(tr("Loss of D")), _number(tr("Loss of G"))
        self._meant, self._terms = words("", "muted"), words("", "muted")
        self.plot = LossPlot()
        self.plot.setMinimumHeight(210)
        self.plot.reach_asked.connect(self._stretch)
        head = QHBoxLayout()
        head.addWidget(self._title)
        about = tool("info", tr("What does this do? The guide on this loss"))
        about.clicked.connect(self.guide_asked)
        head.addWidget(about)
        head.addStretch(1)
        head.addWidget(self._when)
        head.addWidget(self._change)
        head.addStrut(HEAD)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setColumnStretch(0, 1)
        for row, (formula, total) in enumerate(zip(self._formulas, self._sums, strict=True)):
            grid.addWidget(formula, row, 0)
            grid.addWidget(total, row, 1, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self._meant)
        column.addWidget(self._terms)
        column.addSpacing(6)
        column.addWidget(self.plot)

    # --- shown -------------------------------------------------------------------------------

    def show_loss(self, config: RunConfig) -> None:
        """Show the formulas of these settings."""
        self._config, loss = config, config.loss
        for label, text in zip(self._formulas, loss.formula(), strict=True):
            label.setText(text)
        self._title.setText(tr("Loss: {name}", name=tr(loss.title)))
        self._meant.setText(tr(_MEANT[loss.pairing]))
        self._meant.setVisible(bool(_MEANT[loss.pairing]))
        self._fill()
        self.plot.show_curves(loss_curves(config, self._reach))

    def show_run(self, kind: str, pairing: str, total: int) -> None:
        """Forget the last run's numbers; the next belong to this loss."""
        self._played, self._total, self._reach = (kind, pairing), total, 4.0
        self._values, self._seen = {}, 0
        if self._config is not None:
            self.show_loss(self._config)

    def show_readings(self, values: Mapping[str, float], seen: int) -> None:
        """Fill in what was read after `seen` images; what was not read stays."""
        self._values |= {name: value for name, value in values.items() if math.isfinite(value)}
        self._seen = seen
        self._fill()

    # --- told --------------------------------------------------------------------------------

    def formulas(self) -> tuple[str, str]:
        """Return D's and G's loss as shown."""
        return self._formulas[0].text(), self._formulas[1].text()

    def numbers(self) -> tuple[str, str]:
        """Return what D and G pay now; empty without a run of this loss."""
        return self._sums[0].text(), self._sums[1].text()

    def terms(self) -> str:
        """Return what is said of penalties."""
        return self._terms.text()

    # --- inside ------------------------------------------------------------------------------

    def _fill(self) -> None:
        if self._config is None:
            return
        loss = self._config.loss
        now = self._values if self._played == (loss.kind, loss.pairing) else {}
        for label, name in zip(self._sums, ("loss/d", "loss/g"), strict=True):
            label.setText(f"= {say.exact(now[name])}" if name in now else "")
        self._when.setText(tr("after {seen}", seen=say.images(self._seen)) if now else "")
        lines = [self._paid(payer, now) for payer in ("d", "g")]
        self._terms.setText("\n".join(line for line in lines if line))
        self.plot.show_scores(now.get("score/real", math.nan), now.get("score/fake", math.nan))

    def _paid(self, payer: str, now: Mapping[str, float]) -> str:
        """Return which penalties this side pays, with what each adds to its loss."""
        assert self._config is not None
        own = [
            self._term(p.kind, p.title, p.weight, now)
            for p in self._config.penalties
            if p.on == payer
        ]
        if own:
            return tr("{network} also pays: {terms}", network=payer.upper(), terms=listed(own))
        return tr("D pays no penalty.") if payer == "d" else ""

    def _term(self, kind: str, title: str, weight: float | Ramp, now: Mapping[str, float]) -> str:
        name = f"penalty/{kind}"
        if name not in now:
            plain = weight.model_dump() if isinstance(weight, Ramp) else weight
            return f"{tr(title)} × {say.value(plain)}"
        strength = value_at(weight, self._seen, self._total)
        paid = say.exact(now[name] * strength)
        return f"{tr(title)} {say.exact(now[name])} × {say.value(strength)} = {paid}"

    @Slot()
    def _ask(self) -> None:
        self.setting_asked.emit("loss.kind")

    @Slot(float)
    def _stretch(self, reach: float) -> None:
        """Draw as far as D's scores are by now."""
        if self._config is not None and reach > self._reach:
            self._reach = reach
            self.plot.show_curves(loss_curves(self._config, reach))


def _formula() -> QLabel:
    label = words("")
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _number(name: str) -> QLabel:
    label = words("", "title", wraps=False)
    label.setAccessibleName(name)
    return label
