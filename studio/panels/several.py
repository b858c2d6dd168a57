"""Start on several GPUs: how many, what would be started, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gan_engine import paths
from studio.i18n import tr
from studio.panels.base import button, words

if TYPE_CHECKING:
    from gan_engine import RunConfig
    from studio.context import Studio
    from studio.several import Several

MOST_PROCESSES = 8


class SeveralDialog(QDialog):
    """Blocks nothing; what it starts lives on without the window."""

    start_asked = Signal(int, bool)
    """So many processes; whether they train on the CPU."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Start on several GPUs"))
        self.setModal(False)
        self.resize(620, 380)
        self._several: Several | None = None
        self._config: RunConfig | None = None
        self.situation = words("")
        self.on_cpu = QCheckBox(tr("Advanced: processes on the CPU instead, to try it out"))
        self.on_cpu.setAccessibleName(self.on_cpu.text())
        self.count = QSpinBox()
        self.count.setAccessibleName(tr("Number of processes"))
        self.objection = words("", "error")
        self.command = QPlainTextEdit()
        self.command.setReadOnly(True)
        self.command.setAccessibleName(tr("Command"))
        self.copy = button(tr("Copy"), tr("Copy the command, to start it in a terminal."))
        self.start = button(tr("Start"), tr("Start the processes and watch the run."), primary=True)
        close = button(tr("Cancel"))
        how_many = QHBoxLayout()
        how_many.addWidget(words(tr("Processes, one a GPU"), wraps=False))
        how_many.addWidget(self.count)
        how_many.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.situation)
        column.addWidget(self.on_cpu)
        column.addLayout(how_many)
        column.addWidget(self.objection)
        column.addWidget(words(tr("This is started, and can be started in any terminal:"), "muted"))
        column.addWidget(self.command, 1)
        column.addLayout(buttons)
        self.on_cpu.toggled.connect(self._refresh)
        self.count.valueChanged.connect(self._show_command)
        self.copy.clicked.connect(self._copy)
        self.start.clicked.connect(self._start)
        close.clicked.connect(self.reject)

    def bind(self, studio: Studio) -> None:
        """Show what these settings would be started with; start it when asked."""
        self._several = studio.several
        studio.document.changed.connect(self.show_document)
        self.start_asked.connect(self._begin)
        self.show_document(studio.document.draft, studio.document.config, [])

    @Slot(object, object, object)
    def show_document(self, draft: object, config: RunConfig | None, problems: object) -> None:
        """Take the settings as they are now."""
        self._config = config
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if self._several is None:
            return
        gpus, on_cpu = self._several.gpus, self.on_cpu.isChecked()
        self.on_cpu.setVisible(gpus < 2)
        if gpus < 2:
            text = tr(
                "This computer has no two GPUs that torch can train on ({count} found).", count=gpus
            )
        else:
            text = tr(
                "Each of the {count} GPUs of this computer trains a share of every batch.",
                count=gpus,
            )
        more = tr("The run goes on when this window is closed; open its folder to watch it again.")
        self.situation.setText(f"{text} {more}")
        self.count.setRange(2, MOST_PROCESSES if on_cpu or gpus < 2 else gpus)
        if gpus >= 2 and not on_cpu:
            self.count.setValue(gpus)
        self.count.setEnabled(gpus >= 2 or on_cpu)
        self._show_command()

    @Slot()
    def _show_command(self) -> None:
        if self._several is None:
            return
        possible = self._several.gpus >= 2 or self.on_cpu.isChecked()
        count, example = self.count.value(), paths.runs() / "NEW-RUN"
        wrong = self._several.objection(self._config, count) if self._config else ""
        self.objection.setText(
            wrong if self._config else tr("These settings cannot be trained yet.")
        )
        self.objection.setVisible(bool(self.objection.text()) and possible)
        self.command.setPlainText(self._several.line(example, count))
        self.start.setEnabled(possible and self._config is not None and not wrong)

    @Slot()
    def _copy(self) -> None:
        QApplication.clipboard().setText(self.command.toPlainText())

    @Slot()
    def _start(self) -> None:
        self.start_asked.emit(self.count.value(), self.on_cpu.isChecked())
        self.accept()

    @Slot(int, bool)
    def _begin(self, count: int, on_cpu: bool) -> None:
        if self._several is not None and self._config is not None:
            self._several.start(self._config, count, on_cpu)
