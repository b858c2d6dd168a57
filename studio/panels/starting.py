"""Starting from somebody's weights: tensor by tensor, what is expected, found and taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gan_engine import weights_that_fit
from studio.failures import sentence_of
from studio.i18n import tr
from studio.panels.base import button, words
from studio.panels.dialog import Dialog

if TYPE_CHECKING:
    from gan_engine import Match, RunConfig
    from studio.context import Studio


class StartDialog(Dialog):
    """What it shows is for the settings as they were when it was opened."""

    start_asked = Signal(object, object)
    """Settings, and the file with the weights."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Start from weights"), QSize(680, 520), parent)
        self._config: RunConfig | None = None
        self._path = Path()
        self.said = words("", "title")
        self.hint = words("", "muted")
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(tr("Tensors"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        names = (tr("Tensor"), tr("Expected"), tr("Found"), tr("Taken"))
        self.table.setHorizontalHeaderLabels(names)
        if (first := self.table.horizontalHeaderItem(0)) is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.start = button(
            tr("Start training"), tr("Train a new run that begins with what is taken."), True
        )
        cancel = button(tr("Cancel"), tr("Close this; nothing changes."))
        self.start.clicked.connect(self._start)
        cancel.clicked.connect(self.close)
        self.column.addWidget(self.said)
        self.column.addWidget(self.hint)
        self.column.addWidget(self.table, 1)
        self.add_acts(cancel, self.start)

    def bind(self, studio: Studio) -> None:
        self._jobs, self._document = studio.jobs, studio.document
        self.start_asked.connect(studio.run.start)

    def take_over(self, former: Dialog) -> None:
        if isinstance(former, StartDialog):
            self.open_file(former._path)

    def open_file(self, path: Path) -> None:
        """Look into a file of weights, off the window's thread, for the settings as they are."""
        self._path, self._config = path, self._document.config
        self.table.setRowCount(0)
        self.start.setEnabled(False)
        config = self._config
        if config is None:
            self.say(tr("These settings are not ready."), tr("Mend them, then open the file."))
            return
        self.say(
            tr("Looking into “{name}”…", name=path.name),
            tr("It is opened by a process of its own that may do nothing else."),
        )
        job = self._jobs.call(lambda: (path, weights_that_fit(config, path)))
        job.done.connect(self.show_matches)
        job.failed.connect(self.show_refusal)

    # --- shown -------------------------------------------------------------------------------

    def say(self, text: str, hint: str) -> None:
        """Show a sentence and a hint above the table."""
        self.said.setText(text)
        self.hint.setText(hint)

    @Slot(object)
    def show_matches(self, found: tuple[Path, list[Match]]) -> None:
        """Show what fits of a file; another one that was asked for meanwhile counts alone."""
        path, matches = found
        if path != self._path:
            return
        wanted = [match for match in matches if match.expected is not None]
        taken = sum(match.taken for match in matches)
        self.say(
            tr(
                "{taken} of {count} tensors start from “{name}”.",
                taken=taken, count=len(wanted), name=path.name,
            ),
            _rest(taken, len(wanted)),
        )  # fmt: skip
        self.start.setEnabled(taken > 0)
        order = sorted(matches, key=lambda match: (match.expected is None, match.taken))
        self.table.setRowCount(len(order))
        for row, match in enumerate(order):
            cells = (match.name, _shape(match.expected), _shape(match.found), _verdict(match))
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if not match.taken:
                    item.setForeground(self.palette().placeholderText())
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.table.setItem(row, column, item)

    @Slot(object)
    def show_refusal(self, error: Exception) -> None:
        """Say why a file is not opened."""
        text, hint = sentence_of(error)
        self.say(tr(text), tr(hint))

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def _start(self) -> None:
        self.close()
        self.start_asked.emit(self._config, self._path)


def _rest(taken: int, wanted: int) -> str:
    """Return what becomes of the tensors that do not come from the file."""
    if not taken:
        return tr("Choose the architecture and sizes that they were trained with.")
    if taken == wanted:
        return tr("G's average begins with G.")
    return tr("The rest begins as it would without the file. G's average begins with G.")


def _shape(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "—"
    return " × ".join(map(str, shape)) or tr("one number")


def _verdict(match: Match) -> str:
    if match.taken:
        return tr("taken")
    if match.expected is None:
        return tr("not needed")
    return tr("missing") if match.found is None else tr("does not fit")
