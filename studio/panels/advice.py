"""The doctor's card: what is wrong with the run, why one thinks so, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout

from studio import theme
from studio.i18n import tr
from studio.meanings import inner
from studio.panels.base import words

if TYPE_CHECKING:
    from gan_engine import Remedy, Verdict
    from studio.context import Studio

MOST_REMEDIES = 3


class Advice(QFrame):
    """Hidden while there is nothing to say."""

    remedy_chosen = Signal(object)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("advice")
        self._text, self._evidence = words("", "title"), words("", "muted")
        for label in (self._text, self._evidence):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: list[QPushButton] = []
        self.closing = self._close()
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addStretch(1)
        said = QVBoxLayout()
        said.setContentsMargins(0, 7, 0, 0)  # the first line is in the middle of its sign
        said.setSpacing(4)
        said.addWidget(self._text)
        said.addWidget(self._evidence)
        said.addSpacing(4)
        said.addLayout(self._row)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 10, 8, 10)
        row.setSpacing(4)
        row.addWidget(self._mark(), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        row.addWidget(self.closing, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def bind(self, studio: Studio) -> None:
        """Say what the doctor says, and tell it what is done about that."""
        studio.doctor.advised.connect(self.show_verdict)
        self.remedy_chosen.connect(studio.doctor.take)
        self.dismissed.connect(studio.doctor.dismiss)

    @Slot(object)
    def show_verdict(self, verdict: Verdict | None) -> None:
        """Say what is wrong and offer the first few remedies; with None be gone."""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        if verdict is None:
            self.hide()
            return
        self._text.setText(tr(verdict.text))
        self._evidence.setText(tr(verdict.evidence))
        self.setAccessibleName(tr(verdict.text))
        self.setAccessibleDescription(tr(verdict.evidence))
        self.buttons = [self._button(remedy) for remedy in verdict.remedies[:MOST_REMEDIES]]
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(place, button)
        self.show()

    @property
    def said(self) -> str:
        """What it says; empty while hidden."""
        return "" if self.isHidden() else f"{self._text.text()} {self._evidence.text()}"

    # --- building ------------------------------------------------------------------------------

    def _mark(self) -> QToolButton:
        made = QToolButton()
        made.setProperty("tight", True)
        made.setIconSize(QSize(20, 20))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.wear(made, "warning", "warning")
        return made

    def _close(self) -> QToolButton:
        made = QToolButton()
        made.setProperty("tight", True)
        made.setToolTip(tr("Say no more of this in this run"))
        made.setAccessibleName(tr("Dismiss this advice for this run"))
        theme.wear(made, "close", "muted")
        made.clicked.connect(self.dismissed)
        return made

    def _button(self, remedy: Remedy) -> QPushButton:
        when = tr("It applies at once.") if remedy.live else tr("It applies to the next run.")
        made = QPushButton(
            tr(remedy.words)
            if remedy.live
            else tr("Next run: {what}", what=inner(tr(remedy.words)))
        )
        made.setToolTip(tr("{detail}. {when}", detail=tr(remedy.detail), when=when))
        made.setAccessibleDescription(made.toolTip())
        made.clicked.connect(lambda: self.remedy_chosen.emit(remedy))
        return made
