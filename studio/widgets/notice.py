"""One sentence above the page, with a hint and what can be done about it; never a dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import tr

_LEVELS = {"info": "link", "good": "good", "warning": "warning", "error": "error"}
_GLYPHS = {"good": "done"}
_BESIDE_PX = 380
_Said = tuple[str, str, str, Sequence[tuple[str, str]]]


class NoticeBar(QFrame):
    """Hidden until it has something to say, and again once that is closed."""

    act = Signal(str)
    """The name of the action that was chosen."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._mark = QToolButton()
        self._mark.setProperty("tight", True)
        self._mark.setIconSize(QSize(20, 20))
        self._mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text, self._hint = QLabel(), QLabel()
        self._text.setProperty("role", "title")
        self._hint.setProperty("role", "muted")
        for label in (self._text, self._hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setContentsMargins(0, 7, 0, 7)  # the first line is in the middle of its sign
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        self._buttons, self._below = QHBoxLayout(), QHBoxLayout()
        for place in (self._buttons, self._below):
            place.setSpacing(8)
        self._below.addStretch(1)
        words.addLayout(self._below)
        close = QToolButton()
        close.setProperty("tight", True)
        close.setToolTip(tr("Close"))
        close.setAccessibleName(tr("Close this notice"))
        theme.wear(close, "close", "muted")
        close.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addLayout(self._buttons)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.level = ""
        self._said: _Said = ("", "", "", ())
        self._again: list[_Said] = []
        self._answers: list[QPushButton] = []
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while hidden."""
        return self._text.text() if self.level else ""

    @property
    def hint(self) -> str:
        """What it advises."""
        return self._hint.text() if self.level else ""

    def show_notice(
        self, level: str, text: str, hint: str = "", actions: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Say something: "info", "good", "warning" or "error"; actions are (label, name)."""
        self.level = level
        self._said = (level, text, hint, actions)
        theme.wear(self._mark, _GLYPHS.get(level, level), _LEVELS[level])
        self._text.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._clear_buttons()
        self._answers = made = [QPushButton(label) for label, _ in actions]
        # Beside a sentence long answers would leave it no room.
        beside = sum(button.sizeHint().width() for button in made) <= _BESIDE_PX
        for place, (button, (_, name)) in enumerate(zip(made, actions, strict=True)):
            button.clicked.connect(lambda _=False, name=name: self.act.emit(name))
            if beside:
                self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            else:
                self._below.insertWidget(place, button)
        self._below.setContentsMargins(0, 0 if beside else 6, 0, 0)
        self.setAccessibleName(text)
        self.setAccessibleDescription(hint)
        self.show()

    def show_first(
        self, level: str, text: str, hint: str = "", actions: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Say something now; what stood there with an answer open comes back afterwards."""
        if self.level and self._said[:3] == (level, text, hint):
            return  # it stands there already, perhaps with what can be done about it
        if self.level and self._said[3]:
            self._again.append(self._said)
        self.show_notice(level, text, hint, actions)

    @Slot()
    def show_next(self) -> None:
        """Be done with what is said: say what had to wait for it, if anything."""
        waiting = self._again
        self.hide_notice()
        if waiting:
            self.show_notice(*waiting.pop())
            self._again = waiting

    @Slot(str)
    def withdraw(self, name: str) -> None:
        """Say no more what can be answered with the action called `name`."""
        self._again = [said for said in self._again if name not in dict(said[3]).values()]
        if self.level and name in dict(self._said[3]).values():
            self.show_next()

    def take_over(self, former: NoticeBar) -> None:
        """Say what another bar says, and keep waiting what waits there, in the language in force."""
        if former.level:
            self.show_notice(*_anew(former._said))
            self._again = [_anew(said) for said in former._again]

    def hide_notice(self) -> None:
        """Have nothing to say."""
        self.level = ""
        self._again = []
        self._clear_buttons()
        self.hide()

    def _close(self) -> None:
        self.show_next()
        self.closed.emit()

    def _clear_buttons(self) -> None:
        for answer in self._answers:
            for place in (self._buttons, self._below):
                place.removeWidget(answer)
            answer.hide()
            answer.deleteLater()
        self._answers = []


def _anew(said: _Said) -> _Said:
    level, text, hint, actions = said
    return level, tr(text), tr(hint), [(tr(label), name) for label, name in actions]
