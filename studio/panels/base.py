"""What every panel is: shown things by `show_*`, tells of the user's wishes by signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import theme, tips
from studio.widgets.search_field import SearchField

if TYPE_CHECKING:
    from studio.context import Studio

Role = Literal["headline", "title", "text", "muted", "good", "warning", "error"]
_READABLE = 460
"""Pixels; longer lines are tiring to read."""


class Panel(QWidget):
    """One page or dock of the window; it knows no model outside `bind`."""

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""

    page_asked = Signal(str)
    """Another page should come to the front, by its key."""
    setting_asked = Signal(str)
    """The setting at this path should come into view."""
    guide_asked = Signal(str)
    """The guide should open: at a setting by its path, at a page, or at `page#heading`."""
    action_asked = Signal(str)
    """An entry of the table of actions should happen, by its key: a button that has a menu's twin."""

    def bind(self, studio: Studio) -> None:
        """Listen to the models and let them listen: the only method that names one."""
        raise NotImplementedError

    def take_over(self, former: Panel) -> None:
        """Go on where the same panel of a window in another language was: search for the same."""
        fields = zip(self.findChildren(SearchField), former.findChildren(SearchField), strict=True)
        for mine, theirs in fields:
            mine.take_over(theirs)


class Section(QWidget):
    """One part of the preferences that is more than a value, for example a list with a button."""

    title: ClassVar[str] = ""

    def bind(self, studio: Studio) -> None:
        """Listen to the models and let them listen: the only method that names one."""
        raise NotImplementedError


PAGE = 2 * theme.GRID, theme.GRID + theme.GRID // 2, 2 * theme.GRID, theme.GRID + theme.GRID // 2
"""Left, top, right and bottom margin of every page, so that nothing jumps when one turns to another."""
HEAD = 28
"""How high a line above a picture is, whether it holds words or buttons, so that pictures line up."""


class Pages(QStackedWidget):
    """Contents that take turns; what does not fit scrolls inside them, never all of them."""

    def hasHeightForWidth(self) -> bool:
        return False  # texts that wrap would make a page claim more height than the window has


def column_of(parent: QWidget, *children: QWidget) -> None:
    """Fill `parent` with its children, one below the other, without a margin."""
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for child in children:
        column.addWidget(child)


def words(text: str = "", role: Role = "text", wraps: bool = True) -> QLabel:
    """Return a label in one of the voices a panel speaks with; the style sheet colours it."""
    label = QLabel(text)
    if role == "headline":
        font = label.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setWeight(QFont.Weight.DemiBold)
        label.setFont(font)
    elif role != "text":
        label.setProperty("role", role)
    label.setWordWrap(wraps)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if wraps:
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


def button(text: str, tip: str = "", primary: bool = False) -> QPushButton:
    """Return a push button; a page has at most one `primary`, what one does next."""
    made = QPushButton(text)
    made.setToolTip(tips.lines(tip))
    made.setAccessibleName(text)
    made.setAccessibleDescription(tip)
    made.setProperty("primary", primary)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def tool(glyph: str, tip: str, checkable: bool = False) -> QToolButton:
    """Return a small button that is only a sign; its tip is its name too."""
    made = QToolButton()
    theme.wear(made, glyph)
    made.setProperty("tight", True)
    made.setIconSize(QSize(17, 17))
    made.setCheckable(checkable)
    made.setToolTip(tips.lines(tip))
    made.setAccessibleName(tip)
    return made


class EmptyState(QWidget):
    """What a page is for while it has nothing to show, and the one thing to do about it."""

    pressed = Signal()

    def __init__(
        self, title: str, text: str, act: str = "", tip: str = "", primary: bool = True
    ) -> None:
        super().__init__()
        self._title, self._text = words(title, "headline"), words(text, "muted")
        self.button = button(act, tip, primary)
        if not act:  # to show it would, as it stands nowhere yet, open a window of its own
            self.button.hide()
        self.button.clicked.connect(self.pressed)
        self.inner = QVBoxLayout()
        self.inner.setSpacing(12)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.inner.addWidget(label)
        self.inner.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget()
        middle.setMaximumWidth(_READABLE)
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        middle.setLayout(self.inner)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 1000)  # as wide as it may be, in the middle
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def show_text(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)

    def said(self) -> str:
        """Return what is said, title first."""
        return f"{self._title.text()} {self._text.text()}".strip()
