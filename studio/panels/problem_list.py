"""What is wrong with the settings, each with a way to its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import together, tr
from studio.panels import words as say
from studio.panels.base import words

if TYPE_CHECKING:
    from gan_engine import Draft, Problem


class ProblemList(QWidget):
    """A row a problem; takes no room while there is none."""

    setting_asked = Signal(str)

    def __init__(self, leads: bool = True) -> None:
        """Make an empty list; without `leads` the field is at hand and rows have no button."""
        super().__init__()
        self._leads = leads
        self._told: list[tuple[Problem, str]] = []
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.hide()

    def show_problems(self, problems: list[Problem], draft: Draft | None = None) -> None:
        """Show these, errors first; with a draft each is told with the name of its setting."""
        told = [(problem, _sentence(problem, draft)) for problem in problems]
        told.sort(key=lambda pair: pair[0].severity)
        if told == self._told:
            return
        self._told = told
        self._rebuild()
        self.setVisible(bool(problems))

    def _rebuild(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [self._row(problem, text) for problem, text in self._told]
        for row in self._rows:
            self._column.addWidget(row)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_rows", None):
            self._rebuild()  # in the colours of the new theme

    def texts(self) -> list[str]:
        """Return what is shown, row by row."""
        return [text for _, text in self._told]

    def buttons(self) -> list[QPushButton]:
        """Return the ways to the fields, row by row."""
        return [row.findChildren(QPushButton)[0] for row in self._rows]

    def _row(self, problem: Problem, text: str) -> QWidget:
        made = QWidget()
        sign = QLabel()
        color = getattr(theme.current(), problem.severity)
        sign.setPixmap(theme.pixmap(problem.severity, 16, color))
        sign.setAccessibleName(say.level(problem.severity))
        show = QPushButton(tr("Show"))
        show.setProperty("small", True)
        show.setToolTip(tr("Show the setting"))
        show.setAccessibleName(tr("Show the setting: {what}", what=text))
        show.setProperty("path", problem.path)
        show.clicked.connect(self._ask)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        told = words(text)
        for label in (sign, told):  # in the middle of the button beside their first line
            label.setContentsMargins(0, 3, 0, 3)
        for part in (sign, told, show):
            row.addWidget(part, 1 if part is told else 0, Qt.AlignmentFlag.AlignTop)
        show.setVisible(self._leads)
        return made

    def _ask(self) -> None:
        self.setting_asked.emit(str(self.sender().property("path")))


def _sentence(problem: Problem, draft: Draft | None) -> str:
    said = together(tr(problem.text), tr(problem.hint))
    if draft is None:
        return said
    return tr("{name}: {what}", name=say.label_of(problem.path, draft), what=said)
