"""Presets as cards in a row: what each is good for and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.panels.base import words

if TYPE_CHECKING:
    from gan_engine import Preset

WIDTH, PAD = 290, 12


class Card(QPushButton):
    """One preset: a button with a title and a text that wraps."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.preset = preset
        self.setCheckable(True)
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(f"Preset {preset.title}")
        self.setAccessibleDescription(preset.about)
        title = words(preset.title + (" (yours)" if preset.own else ""), "title")
        about = words(preset.about, "muted")
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(PAD, PAD, PAD, PAD)
        self._column.setSpacing(4)
        for label in (title, about):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._column.addWidget(label)
        self._column.addStretch(1)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, self._column.heightForWidth(WIDTH))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class Gallery(QScrollArea):
    """A row of cards that scrolls sideways; arrow keys move between them."""

    preset_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Presets")
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.buttonClicked.connect(self._choose)
        self.cards: list[Card] = []

    def show_presets(self, presets: list[Preset]) -> None:
        """Show a card for each preset."""
        for card in self.cards:
            self._group.removeButton(card)
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(10)
        self.cards = [Card(preset) for preset in presets]
        for card in self.cards:
            card.installEventFilter(self)
            self._group.addButton(card)
            row.addWidget(card)
        row.addStretch(1)
        self.setWidget(inner)
        self._fit()

    def show_chosen(self, keys: set[str]) -> None:
        """Mark the presets whose settings are the ones in force."""
        for card in self.cards:
            card.setChecked(card.preset.key in keys)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, Card):
            self.ensureWidgetVisible(watched)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _fit(self) -> None:
        tallest = max((card.sizeHint().height() for card in self.cards), default=0)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(tallest + 4 + bar + 2)

    def _choose(self, card: QAbstractButton) -> None:
        if isinstance(card, Card):
            card.setChecked(True)
            self.preset_chosen.emit(card.preset)
