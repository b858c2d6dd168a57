"""What a form is stacked from: a row for a setting, a switch for a part, a section, a fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gan_engine import Part, Problem, Setting
from studio import theme, tips
from studio.forms.field import Field
from studio.forms.fields import make_field
from studio.forms.numbers import number_text
from studio.i18n import together, tr
from studio.meanings import about, choices, page
from studio.synonyms import other_names

_LABEL_SHARE, _FIELD_SHARE = 2, 3
_FIELD_PX = 28
"""How high a field is, and so the line of a label beside it."""


class ProblemLine(QWidget):
    """What is wrong with a setting, and a button that mends it where one value would.

    A form has a hundred of these, and most stay empty: what is in one is made once it is needed.
    """

    mended = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: Problem | None = None
        self.hide()

    def _build(self) -> None:
        self._mark, self._text = QLabel(), QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._mend = QPushButton()
        self._mend.setProperty("small", True)
        self._mend.clicked.connect(self._offer)
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setHorizontalSpacing(6)
        row.setVerticalSpacing(4)
        row.addWidget(self._mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 0, 1)
        row.addWidget(self._mend, 1, 1, Qt.AlignmentFlag.AlignLeft)
        row.setColumnStretch(1, 1)
        # What is made late is the last that Tab comes to, unless it is told where it stands.
        before = self.previousInFocusChain() or self
        while before is not self and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain() or self
        QWidget.setTabOrder(before, self._mend)

    @property
    def text(self) -> str:
        """What it says; empty when nothing is wrong."""
        return self._text.text() if self._problem else ""

    def show_problem(
        self, problem: Problem | None, named: Callable[[Any], str] | None = None
    ) -> None:
        """Say what is wrong, or nothing; `named` says what the field calls a value."""
        self._problem = problem
        if problem is not None and self.layout() is None:
            self._build()
        self.setVisible(problem is not None)
        if problem is None:
            return
        self._text.setText(together(tr(problem.text), tr(problem.hint)))
        self._text.setProperty("role", problem.severity)
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        color = theme.current().error if problem.severity == "error" else theme.current().warning
        self._mark.setPixmap(theme.pixmap(problem.severity, 15, color))
        self._mend.setVisible(problem.suggestion is not None)
        value = (named or value_text)(problem.suggestion)
        self._mend.setText(tr("Use {value}", value=value))

    def _offer(self) -> None:
        if self._problem is not None:
            self.mended.emit(self._problem.path, self._problem.suggestion)


def value_text(value: Any) -> str:
    """Return a value as a button or menu names it."""
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return number_text(value) if isinstance(value, int | float) else str(value)


def worst(problems: Sequence[Problem], path: str) -> Problem | None:
    """Return the most serious problem at a setting, its own before those of what is in it."""
    found = [p for p in problems if p.path in (path, f"{path}.kind")]
    return min(found, key=lambda p: p.severity != "error", default=None)


def _hashable(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


class Row(QWidget):
    """A label, a field, a badge when it may change during a run, and what is wrong with it."""

    edited = Signal(str, object)
    guide_asked = Signal(str)

    def __init__(self, setting: Setting, depth: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self._label = QLabel(tr("Kind") if setting.kind == "one" else tr(setting.label))
        self._label.setProperty("role", "muted")
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._label.setIndent(depth * 12)
        self._label.setMinimumHeight(_FIELD_PX)
        self.field: Field = make_field(setting)
        self._label.setBuddy(self.field)
        self._badge = QLabel()
        self._badge.setFixedWidth(14)
        self._badge.setMinimumHeight(_FIELD_PX)
        self.line = ProblemLine()
        self.line.mended.connect(self.edited)
        self.field.edited.connect(self._tell)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._label, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self._badge, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.line, 3, 1, 1, 2)
        grid.setColumnStretch(0, _LABEL_SHARE)
        grid.setColumnStretch(1, _FIELD_SHARE)
        self._grid = grid
        self._value: Any = None
        self._running = False
        self.recolor()

    # What few rows need is made once one does: the fewer widgets, the sooner a window is there.

    @cached_property
    def _about(self) -> QLabel:
        made = self._note()
        self._grid.addWidget(made, 1, 0, 1, 2)
        return made

    @cached_property
    def _later(self) -> QLabel:
        made = self._note()
        self._grid.addWidget(made, 2, 1, 1, 2)
        return made

    @cached_property
    def _info(self) -> QToolButton:
        made = QToolButton(self._label)
        made.setAutoRaise(True)
        made.setProperty("tight", True)
        made.setIconSize(QSize(14, 14))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setToolTip(tr("What does this do?"))
        made.setAccessibleName(tr("What does this do?"))
        made.clicked.connect(self._explain)
        theme.wear(made, "info", "muted")
        return made

    def _note(self) -> QLabel:
        made = QLabel()
        made.setProperty("role", "muted")
        made.setWordWrap(True)
        return made

    @property
    def guide_path(self) -> str:
        """Where the guide tells of it."""
        return str(self.setting.path)

    def _explain(self) -> None:
        self.guide_asked.emit(self.guide_path)

    @property
    def words(self) -> str:
        """What a search looks at."""
        labels = [
            self.setting.label,
            self.setting.help,
            *(name for _, name in self.setting.choices),
        ]
        live = ["live bolt", tr("bolt")] if self.setting.live else []
        also = [self.setting.path, other_names(self.setting.path), *live]
        return " ".join([*also, *labels, *map(tr, labels)]).lower()

    def show_value(
        self, value: Any, problem: Problem | None, running: bool, in_force: Any = None
    ) -> None:
        """Show what the draft holds and what is wrong with it.

        Args:
            value: What the draft holds.
            problem: What is wrong with that.
            running: Whether a run goes on; what is not live is then for the next one.
            in_force: What the going run has; None where it has no such setting, or is not known.
        """
        if self._running != running:
            self._running = running
            self.recolor()
        self._value = value
        self.field.show_value(value)
        self.field.show_wrong(problem is not None and problem.severity == "error")
        self.line.show_problem(problem, self._named)
        later = running and not self.setting.live
        told = self._tip(later)
        self._show_later(later and in_force is not None and in_force != value, in_force)
        self._show_changed(value != self._default())
        for widget in (self._label, self.field):
            widget.setToolTip(told)
        chosen = {part.key(): part for part in self.setting.parts}.get(str(value))
        if chosen is not None:
            self._about.setText(tr(about(chosen)))
            self._about.setToolTip(tips.lines(page(chosen)))

    def recolor(self) -> None:
        """Take the theme's colours."""
        colors = theme.current()
        if self.setting.live:
            color = colors.link if self._running else colors.muted
            self._badge.setPixmap(theme.pixmap("bolt", 14, color))
        elif self._running:
            self._badge.setPixmap(theme.pixmap("lock", 14, colors.muted))
        else:
            self._badge.setPixmap(QPixmap())
        later = tr("Applies to the next run") if self._running else ""
        told = tr("May change while training") if self.setting.live else later
        self._badge.setToolTip(told)
        self._badge.setAccessibleName(told)

    def _tip(self, later: bool) -> str:
        lines = [tr(self.setting.help), tr("Default: {value}", value=self._named(self._default()))]
        return tips.lines("\n".join([*lines, tr("Applies to the next run.")] if later else lines))

    def _show_later(self, on: bool, in_force: Any) -> None:
        """Say which value the going run has, where the next one will have another."""
        if on or "_later" in vars(self):
            self._later.setVisible(on)
        if on:
            has = self._named(in_force) if _hashable(in_force) else ""
            self._later.setText(
                tr("For the next run; this one has {value}.", value=has)
                if has
                else tr("For the next run; this one has another.")
            )

    def _named(self, value: Any) -> str:
        """Return a value as the field shows it."""
        name = choices(self.setting).get(value) if _hashable(value) else None
        return name or value_text(value)

    def _default(self) -> Any:
        default = self.setting.default
        return type(default).key() if self.setting.kind == "one" else default

    def _show_changed(self, changed: bool) -> None:
        """Let the labels of what a person chose stand out from those of defaults."""
        role = "" if changed else "muted"
        if self._label.property("role") != role:
            self._label.setProperty("role", role)
            self._label.style().unpolish(self._label)
            self._label.style().polish(self._label)

    def enterEvent(self, event: QEnterEvent) -> None:
        if self.setting.help:
            side = 16
            self._info.setGeometry(self._label.width() - side, 5, side, side)
            self._info.show()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if "_info" in vars(self):
            self._info.hide()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_reset(menu)
        menu.addAction(theme.icon("info"), tr("What does this do?"), self._explain)
        menu.popup(event.globalPos())

    def add_reset(self, menu: QMenu) -> None:
        """Offer the value that a newcomer gets."""
        default = self._default()
        text = tr("Reset to {value}", value=self._named(default))
        action = menu.addAction(theme.icon("reset"), text, lambda: self._tell(default))
        action.setEnabled(self.field.isEnabled() and self._value != default)

    def _tell(self, value: Any) -> None:
        path = f"{self.setting.path}.kind" if self.setting.kind == "one" else self.setting.path
        self.edited.emit(path, value)


class SwitchRow(QWidget):
    """A part that may be there or not."""

    switched = Signal(str, bool)
    edited = Signal(str, object)
    guide_asked = Signal(str)

    def __init__(self, path: str, part: type[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path, self._part = path, part
        self.box = QCheckBox(tr(part.title or part.key()))
        self.box.setToolTip(tips.lines(page(part)))
        self.box.setAccessibleDescription(tr(about(part)))
        self.box.clicked.connect(self._tell)
        self._why = QLabel()
        self._why.setProperty("role", "muted")
        self._why.setWordWrap(True)
        self._why.setIndent(25)  # below the words beside the box
        self._why.hide()
        self.line = ProblemLine()
        self.line.mended.connect(self.edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 2)
        column.setSpacing(2)
        column.addWidget(self.box)
        column.addWidget(self._why)
        column.addWidget(self.line)

    @property
    def guide_path(self) -> str:
        """Where the guide tells of it."""
        return self.path

    @property
    def words(self) -> str:
        """What a search looks at."""
        title, also = self._part.title, f"{self.path} {other_names(self.path)}"
        return f"{title} {tr(title)} {also} {about(self._part)} {page(self._part)}".lower()

    @property
    def obstacle(self) -> str:
        """Why it cannot be switched on; empty when it can."""
        return "" if self.box.isEnabled() else self._why.text()

    def show_state(
        self, on: bool, problem: Problem | None, running: bool, obstacle: Problem | None = None
    ) -> None:
        """Show whether it is there, what is wrong with it, or why it cannot be there."""
        self.box.setChecked(on)
        barred = obstacle is not None and not on  # what is on can always be switched off
        self.box.setEnabled(not barred)
        self._why.setVisible(barred)
        self._why.setText(tr(obstacle.text) if obstacle is not None else "")
        told = tips.lines(page(self._part))
        self.box.setToolTip(f"{told}\n{tr('Applies to the next run.')}" if running else told)
        icon = theme.icon("lock") if running else QIcon()
        self.box.setIcon(icon)
        self.line.show_problem(problem)

    def _tell(self, on: bool) -> None:
        self.switched.emit(self.path, on)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(theme.icon("info"), tr("What does this do?"), self._explain)
        menu.popup(event.globalPos())

    def _explain(self) -> None:
        self.guide_asked.emit(self.guide_path)
