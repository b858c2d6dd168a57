"""Presets as cards in rows: what each is good for, which one suits, and which would not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPalette, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gan_engine import get, paths
from studio import tips
from studio.i18n import mark, together, tr
from studio.panels import words as say
from studio.panels.base import tool, words
from studio.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from gan_engine import Preset, Suit

WIDTH, PAD, GAP = 248, 9, 8
SIDE = 52
"""Pixels of the picture of what a preset makes."""
LINES = 2
"""Of the text; one where something is to be said of how the preset suits."""
MADE = mark(
    "The picture: samples after {minutes} minutes of one CPU core, at 32 px and with {percent} % of the"
    " channels."
)
"""Whoever adds a picture makes it so: `tests/benchmarks/learn.py`, nine neighbours of its grid."""
USUAL, OTHERS = (20, 25), {"style": (10, 6), "r3": (11, 8)}
"""Minutes and percents of pictures; one is of a preset, or of all that have an architecture."""


class Card(QPushButton):
    """One preset: a button with a picture of what it makes, where there is one, a title and a text."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.preset = preset
        self.setCheckable(True)
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("Preset {title}", title=tr(preset.title)))
        own = tr("{title} (yours)", title=preset.title) if preset.own else tr(preset.title)
        title = words(own, "title", wraps=False)
        self.about, self.note = ElidedLabel(LINES), ElidedLabel()
        self.about.setText(tr(preset.about))
        self.picture = QLabel()
        self.picture.setFixedSize(SIDE, SIDE)
        name = picture_name(preset)
        self.picture.setPixmap(_rounded(QImage(str(_path(name))), self.devicePixelRatioF()))
        self._made = ""
        if self.picture.pixmap().isNull():
            self.picture.hide()
        else:
            minutes, percent = OTHERS.get(name, USUAL)
            self._made = tr(MADE, minutes=minutes, percent=percent)
        self.show_suit(None)
        said = QVBoxLayout()
        said.setSpacing(1)
        said.addWidget(title)
        said.addWidget(self.about)
        said.addWidget(self.note)
        said.addStretch(1)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(PAD, PAD, PAD, PAD)
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addLayout(said, 1)
        for label in (self.picture, title, self.about, self.note):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_suit(self, suit: Suit | None, why: str = "") -> None:
        """Show how it suits, where that is known, and why it is the recommended one, where it is."""
        against = [tr(text) for text in suit.against] if suit else []
        memory = ""
        if suit and suit.cost:
            needed, there = say.size(suit.cost.memory), say.size(suit.cost.memory_total)
            memory = tr("Memory needed, estimated: {needed} of {there}", needed=needed, there=there)
            if not suit.fits:
                against.insert(0, tr("Needs {needed} of {there}", needed=needed, there=there))
        told = tr("Recommended here") if why else next(iter(against), "")
        self.note.color = "good" if why else "muted" if suit and suit.fits else "warning"
        self.note.setText(told)
        self.note.setVisible(bool(told))
        self.about.setLines(LINES - bool(told))
        reason = [tr("Recommended {why}", why=why)] if why else []
        more = "\n".join([*reason, *against, memory]).strip()
        texts = (tr(self.preset.about), more, self._made)
        self.setToolTip(tips.lines("\n\n".join(text for text in texts if text)))
        self.setAccessibleDescription(together(tr(self.preset.about), *more.split("\n")))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, max(self._row.sizeHint().height(), SIDE + 2 * PAD))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def picture_name(preset: Preset) -> str:
    """Return the name of a picture of what a preset of the program's makes; empty where there is none."""
    names = () if preset.own else (preset.key, get(preset.draft, "architecture.kind", ""))
    return next((name for name in names if _path(name).is_file()), "")


def _path(name: str) -> Path:
    return paths.resources() / "pictures" / "presets" / f"{name}.webp"


def _rounded(image: QImage, ratio: float) -> QPixmap:
    """Return the middle square of a picture with round corners."""
    if image.isNull():
        return QPixmap()
    side = round(SIDE * ratio)
    grown = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    scaled = image.scaled(side, side, grown, Qt.TransformationMode.SmoothTransformation)
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter, outline = QPainter(made), QPainterPath()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline.addRoundedRect(QRectF(made.rect()), 6 * ratio, 6 * ratio)
    painter.setClipPath(outline)
    painter.drawImage((side - scaled.width()) // 2, (side - scaled.height()) // 2, scaled)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


class Gallery(QScrollArea):
    """Rows of cards that scroll sideways, by `back` and `on` too; arrow keys move between them."""

    preset_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Presets"))
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.buttonClicked.connect(self._choose)
        self.cards: list[Card] = []
        self._rows = 1
        self._awaited: Card | None = None
        self.back = tool("chevron-left", tr("Presets before these"))
        self.on = tool("chevron-right", tr("More presets"))
        self.back.clicked.connect(lambda: self._turn(-1))
        self.on.clicked.connect(lambda: self._turn(1))
        bar = self.horizontalScrollBar()
        bar.valueChanged.connect(self._enable)
        bar.rangeChanged.connect(self._enable)
        self._enable()

    def show_presets(self, presets: list[Preset]) -> None:
        """Show a card for each preset."""
        for card in self.cards:
            self._group.removeButton(card)
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setSpacing(GAP)
        self.cards = [Card(preset) for preset in presets]
        for card in self.cards:
            card.installEventFilter(self)
            self._group.addButton(card)
        self._grid.setColumnStretch(len(self.cards), 1)
        self._place()
        self.setWidget(inner)
        self._fit()

    def show_rows(self, rows: int) -> None:
        """Show the cards in so many rows."""
        if rows != self._rows:
            self._rows = rows
            self._place()
            self._fit()

    def _place(self) -> None:
        for place, card in enumerate(self.cards):
            self._grid.addWidget(card, place % self._rows, place // self._rows)

    def show_suit(self, key: str, suit: Suit | None, why: str = "") -> None:
        """Show how a preset suits, if that is known, and why it is the recommended one, where it is."""
        for card in self.cards:
            if card.preset.key == key:
                card.show_suit(suit, why)

    def show_chosen(self, keys: set[str]) -> None:
        """Mark the presets whose settings are the ones in force."""
        for card in self.cards:
            card.setChecked(card.preset.key in keys)

    def bring(self, fits: Callable[[Preset], bool]) -> None:
        """Scroll to the first preset that `fits`, now or when the page is in view."""
        self._awaited = next((card for card in self.cards if fits(card.preset)), None)
        if self.isVisible():
            self._reach()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._reach)  # the cards have their places then

    @Slot()
    def _reach(self) -> None:
        if self._awaited in self.cards:
            self.ensureWidgetVisible(self._awaited, GAP)
        self._awaited = None

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, Card):
            self.ensureWidgetVisible(watched)
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _fit(self) -> None:
        tallest = max((card.sizeHint().height() for card in self.cards), default=0)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self._rows * (tallest + GAP) - GAP + 4 + bar + 2)

    def _turn(self, way: int) -> None:
        """Show the cards after those in view, or before them, from the left edge of one."""
        bar, stride = self.horizontalScrollBar(), WIDTH + GAP
        whole = max(1, self.viewport().width() // stride)
        bar.setValue((bar.value() // stride + way * whole) * stride)

    def _enable(self) -> None:
        bar = self.horizontalScrollBar()
        self.back.setEnabled(bar.value() > bar.minimum())
        self.on.setEnabled(bar.value() < bar.maximum())

    def _choose(self, card: QAbstractButton) -> None:
        if isinstance(card, Card):
            card.setChecked(True)
            self.preset_chosen.emit(card.preset)
