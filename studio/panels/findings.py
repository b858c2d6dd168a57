"""What is out of the ordinary in a folder: a card each, with what it does and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.panels.base import button, column_of, words
from studio.widgets.image_view import to_image

if TYPE_CHECKING:
    from gan_engine import Finding, Pixels

SHOWN = 6
"""Thumbnails on a card."""
_SIDE = 44
_ORDINARY = frozenset(
    ("rotated", "grey", "alpha", "cmyk", "deep", "float", "palette", "animated", "profile")
)
"""Findings that need nobody's attention."""


class FindingCard(QFrame):
    """One finding: count, consequence, rule, thumbnails, and what can be done about it."""

    edited = Signal(object)
    """Settings by path that were asked for, as one edit."""
    shown = Signal(str)
    """All of this finding's pictures should be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.finding: Finding | None = None
        self.title, self.text = words("", "title"), words("", "muted")
        self._mark = QToolButton()
        self._mark.setProperty("tight", True)
        self._mark.setIconSize(QSize(18, 18))
        self._mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.pictures = [QLabel() for _ in range(SHOWN)]
        strip = QHBoxLayout()
        strip.setSpacing(4)
        for label in self.pictures:
            label.setFixedSize(_SIDE, _SIDE)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            strip.addWidget(label)
        strip.addStretch(1)
        self.act = self._button(self._do)
        self.drop = self._button(self._leave_out)
        self.undo = self._button(self._undo)
        self.show_button = self._button(self._show)
        self.drop.setText(tr("Leave them out"))
        self.undo.setText(tr("Undo"))
        self.show_button.setText(tr("Show them"))
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for one in (self.act, self.drop, self.undo, self.show_button):
            buttons.addWidget(one)
        buttons.addStretch(1)
        said = QVBoxLayout()
        said.setSpacing(3)
        said.addWidget(self.title)
        said.addWidget(self.text)
        said.addSpacing(3)
        said.addLayout(strip)
        said.addSpacing(3)
        said.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)

    def show_finding(self, finding: Finding) -> None:
        """Show this one; the same kind as before keeps its thumbnails."""
        if self.finding is None or self.finding.examples != finding.examples:
            for label, name in zip(self.pictures, _examples(finding), strict=True):
                label.setPixmap(QPixmap())
                label.setToolTip(name)
                label.setVisible(bool(name))
        self.finding = finding
        fine = finding.key in _ORDINARY
        glyph, color = ("info", "link") if fine else ("warning", "warning")
        if finding.done:
            glyph, color = "done", "good"
        theme.wear(self._mark, glyph, color)
        self.title.setText(tr(finding.title))
        said = {"consequence": tr(finding.consequence), "rule": tr(finding.rule)}
        self.text.setText(tr("{consequence} {rule}", **said))
        self.act.setText(tr(finding.act))
        self.act.setVisible(bool(finding.fix) and not finding.done)
        self.drop.setVisible(bool(finding.leave_out))
        self.undo.setVisible(finding.done and bool(finding.undo))
        self.show_button.setVisible(bool(finding.files) and finding.key != "classes")
        for one in (self.act, self.drop, self.undo, self.show_button):
            name = tr("{act}: {finding}", act=one.text(), finding=tr(finding.title))
            one.setAccessibleName(name)

    def show_picture(self, name: str, pixels: Pixels) -> None:
        """Show one of the thumbnails."""
        for label in self.pictures:
            if label.toolTip() == name:
                picture = QPixmap.fromImage(to_image(pixels))
                keep, smooth = (
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                label.setPixmap(picture.scaled(_SIDE, _SIDE, keep, smooth))

    def missing(self) -> list[str]:
        """Return the names whose thumbnails have not arrived."""
        return [p.toolTip() for p in self.pictures if p.toolTip() and p.pixmap().isNull()]

    def _button(self, act: Callable[[], None]) -> QPushButton:
        made = button("")
        made.setProperty("small", True)
        made.clicked.connect(act)
        return made

    def _do(self) -> None:
        if self.finding is not None:
            self.edited.emit(dict(self.finding.fix))

    def _leave_out(self) -> None:
        if self.finding is not None:
            self.edited.emit(dict(self.finding.leave_out))

    def _undo(self) -> None:
        if self.finding is not None:
            self.edited.emit(dict(self.finding.undo))

    def _show(self) -> None:
        if self.finding is not None:
            self.shown.emit(self.finding.key)


def _examples(finding: Finding) -> list[str]:
    """Return whose thumbnails to show; classes have none, and what cannot be read has none either."""
    names = () if finding.key in ("classes", "unreadable") else finding.examples[:SHOWN]
    return [*names, *[""] * (SHOWN - len(names))]


class Findings(QWidget):
    """Every finding, what matters most first; one button mends all that can be mended safely."""

    edited = Signal(object)
    some_asked = Signal(object, str)
    """These pictures should be shown, under this title."""
    unreadable_asked = Signal()
    """What cannot be read should be shown, with the reasons."""
    wanted = Signal(object)
    """Names whose thumbnails are missing."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, FindingCard] = {}
        self.none = words(tr("Nothing is out of the ordinary."), "muted")
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 8, 8, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self.none)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner.setObjectName("scrolled")
        area.setWidget(inner)
        column_of(self, area)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these; cards of kinds that stay are kept."""
        kept = {finding.key for finding in findings}
        for key in [key for key in self.cards if key not in kept]:
            gone = self.cards.pop(key)
            gone.hide()
            gone.deleteLater()
        for place, finding in enumerate(findings):
            card = self.cards.get(finding.key) or self._card(finding.key)
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
            card.show_finding(finding)
        self.none.setVisible(not findings)
        self._ask()

    def show_picture(self, name: str, pixels: Pixels) -> None:
        """Show a thumbnail that has arrived, wherever it belongs."""
        for card in self.cards.values():
            card.show_picture(name, pixels)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self.isVisible():
            missing = dict.fromkeys(n for card in self.cards.values() for n in card.missing())
            if missing:
                self.wanted.emit(list(missing))

    def _card(self, key: str) -> FindingCard:
        card = self.cards[key] = FindingCard()
        card.edited.connect(self.edited)
        card.shown.connect(self._show)
        return card

    @Slot(str)
    def _show(self, key: str) -> None:
        finding = self.cards[key].finding
        if key == "unreadable":
            self.unreadable_asked.emit()
        elif finding is not None:
            self.some_asked.emit(finding.files, tr(finding.title))
