"""What can be taken away: a list to choose from, and how the chosen thing is to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gan_engine import (
    EXPORTERS,
    Draft,
    EngineError,
    Exporter,
    Part,
    parse,
    part_of,
    put,
    settings_of,
)
from studio import theme
from studio.forms import Form
from studio.i18n import tr
from studio.meanings import page
from studio.panels.base import words

_LOOKED_AT = {
    *("seed", "rows", "columns", "near", "distance"),
    *("through", "chosen", "of_class", "truncation"),
}


class ExportChoice(QScrollArea):
    """A line for each exporter, and below the chosen one's the form of its settings."""

    chosen = Signal()
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.buttons = QButtonGroup(self)
        self.forms: list[Form] = []
        self._abouts: list[QLabel] = []
        self._barred: dict[int, str] = {}
        """Why something cannot be taken away, by its place."""
        self._values: list[Draft] = [_defaults(kind) for kind in EXPORTERS]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has it
        inner = QWidget()
        inner.setMinimumHeight(1)  # its own idea is that of every text at its narrowest
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(2)
        for number, kind in enumerate(EXPORTERS):
            self._add(number, kind)
        self._column.addStretch(1)
        self.setWidget(inner)
        self.choose(0)
        self.buttons.idClicked.connect(self._turn)

    def _add(self, number: int, kind: type[Exporter]) -> None:
        line = QRadioButton(tr(kind.title))
        about = page(kind)
        line.setAccessibleDescription(about)
        text = words(about, "muted")
        text.setIndent(25)
        self._abouts.append(text)
        self.buttons.addButton(line, number)
        form = Form(root=kind)
        form.edited.connect(self._edit)
        form.show_draft(self._values[number])
        form.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        form.setContentsMargins(24, 0, 0, 0)
        self.forms.append(form)
        for part in (line, text, form):
            self._column.addWidget(part)
        self._column.addSpacing(theme.GRID)

    @property
    def number(self) -> int:
        """The place of what is chosen."""
        return max(0, self.buttons.checkedId())

    @property
    def kind(self) -> type[Exporter]:
        """What is to be taken away."""
        found: type[Exporter] = EXPORTERS[self.number]
        return found

    @property
    def whole_height(self) -> int:
        """How high it would have to be to show everything, in pixels."""
        self._column.activate()
        frame = self.height() - self.viewport().height()
        return self._column.totalHeightForWidth(self.viewport().width()) + frame

    def sizeHint(self) -> QSize:
        """Ask for no more than has been given: whoever shows it knows how much there is."""
        return self.minimumSize()

    def made(self) -> Exporter | None:
        """Return what is chosen; None where its settings are wrong, which its form says."""
        self.forms[self.number].flush()
        made: Exporter | None = part_of(self.kind, self._values[self.number])[0]
        return made

    def choose(self, number: int) -> None:
        """Choose the exporter at this place."""
        self.buttons.button(number).setChecked(True)
        self._turn(number)

    def begin_with(self, looked: Mapping[str, Any], key: str = "") -> None:
        """Offer the seeds, rows, columns and truncation that somebody has just looked at.

        Args:
            looked: The settings of what was looked at.
            key: The exporter that takes just that away; empty leaves the choice as it is.
        """
        looked = {"chosen": looked.get("through", ""), **looked}
        for number, kind in enumerate(EXPORTERS):
            same = {s.name for s in settings_of(kind)} & set(looked) & _LOOKED_AT
            self._values[number] |= {name: looked[name] for name in same}
            self.forms[number].show_draft(self._values[number])
            if kind.key() == key and number not in self._barred:
                self.choose(number)

    def take_over(self, former: ExportChoice) -> None:
        """Choose and set what is chosen and set in another one."""
        self._values = former._values
        for form, values in zip(self.forms, self._values, strict=True):
            form.show_draft(values)
        self.choose(former.number)

    def rule_out(self, draft: Draft, of_run: bool) -> None:
        """Turn off what there is nothing of, with the reason beside it.

        Args:
            draft: The settings of the networks.
            of_run: Whether it is taken from a run's folder, not from a file of weights.
        """
        self._barred = _objections(draft, of_run)
        for number, kind in enumerate(EXPORTERS):
            self._abouts[number].setText(tr(self._barred.get(number, "")) or page(kind))
            self.buttons.button(number).setEnabled(number not in self._barred)
        if self.number in self._barred:
            self.choose(0)

    def show_busy(self, busy: bool) -> None:
        """Take no other choice while something is written."""
        for number, form in enumerate(self.forms):
            form.setEnabled(not busy)
            self.buttons.button(number).setEnabled(not busy and number not in self._barred)

    @Slot(int)
    def _turn(self, number: int) -> None:
        for place, form in enumerate(self.forms):
            form.setVisible(place == number and bool(self._values[number]))
        self.chosen.emit()
        self.ensureWidgetVisible(self.forms[number])

    @Slot(str, object)
    def _edit(self, path: str, value: object) -> None:
        values = self._values[self.number] = put(self._values[self.number], path, value)
        self.forms[self.number].show_draft(values, part_of(self.kind, values)[1])
        self.edited.emit()


def _objections(draft: Draft, of_run: bool) -> dict[int, str]:
    """Return, by its place, what there is nothing of with these settings, and why."""
    try:
        architecture = parse(draft, despite=("data.folder", "training.device")).architecture
    except EngineError:
        return {}  # what it is from will say so itself
    found = {place: kind.objection(architecture, of_run) for place, kind in enumerate(EXPORTERS)}
    return {place: why for place, why in found.items() if why}


def _defaults(kind: type[Part]) -> dict[str, Any]:
    return kind().model_dump(exclude={"kind"})
