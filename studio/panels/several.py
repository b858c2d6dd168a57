"""Start on several GPUs: how many, what would be started, and what stands in the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from gan_engine import paths
from studio.i18n import together, tr
from studio.panels.base import button, words
from studio.panels.dialog import Dialog

if TYPE_CHECKING:
    from gan_engine import RunConfig
    from studio.context import Studio
    from studio.several import Several

MOST_PROCESSES = 8


class SeveralDialog(Dialog):
    """What it starts lives on without the window."""

    start_asked = Signal(object, int)
    """A prepared folder, and how many processes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Start on several GPUs"), QSize(620, 380), parent)
        self._several: Several | None = None
        self._config: RunConfig | None = None
        self._folder: Path | None = None
        """What was made for the command that was copied."""
        self.situation = words("")
        self.on_cpu = QCheckBox(tr("Advanced: processes on the CPU instead, to try it out"))
        self.on_cpu.setAccessibleName(self.on_cpu.text())
        self.count = QSpinBox()
        self.count.setAccessibleName(tr("Number of processes"))
        self.count.lineEdit().setTextMargins(8, 0, 0, 0)  # as all other fields have
        self.objection = words("", "error")
        self.command = QPlainTextEdit()
        self.command.setReadOnly(True)
        self.command.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.command.setAccessibleName(tr("Command"))
        self.copy = button(
            tr("Copy"), tr("Make the run's folder and copy the command, to start it in a terminal.")
        )
        self.start = button(tr("Start"), tr("Start the processes and watch the run."), primary=True)
        close = button(tr("Cancel"), tr("Close this; nothing changes."))
        how_many = QHBoxLayout()
        how_many.addWidget(words(tr("Processes"), wraps=False))
        how_many.addWidget(self.count)
        how_many.addStretch(1)
        self.column.addWidget(self.situation)
        self.column.addWidget(self.on_cpu)
        self.column.addLayout(how_many)
        self.column.addWidget(self.objection)
        self.column.addWidget(
            words(tr("This is started, and can be started in any terminal:"), "muted")
        )
        self.column.addWidget(self.command, 1)
        self.add_acts(close, self.start, aside=self.copy)
        self.on_cpu.toggled.connect(self._take_choice)
        self.count.valueChanged.connect(self._show_command)
        self.copy.clicked.connect(self._copy)
        self.start.clicked.connect(self._start)
        close.clicked.connect(self.reject)

    def bind(self, studio: Studio) -> None:
        self._several = studio.several
        studio.document.changed.connect(self.show_document)
        self.start_asked.connect(studio.several.start)
        self.show_document(studio.document.draft, studio.document.config, [])

    def take_over(self, former: Dialog) -> None:
        if isinstance(former, SeveralDialog):
            self.on_cpu.setChecked(former.on_cpu.isChecked())
            self.count.setValue(former.count.value())
            self._folder = former._folder
            self._show_command()

    @Slot(object, object, object)
    def show_document(self, draft: object, config: RunConfig | None, problems: object) -> None:
        """Take the settings as they are now."""
        self._config, self._folder = config, None
        self._refresh()

    @Slot()
    def _take_choice(self) -> None:
        self._folder = None  # it was made for another device
        self._refresh()

    def _refresh(self) -> None:
        if self._several is None:
            return
        gpus, on_cpu = self._several.gpus, self.on_cpu.isChecked()
        self.on_cpu.setVisible(gpus < 2)
        if gpus < 2:
            text = tr(
                "It takes two GPUs; torch finds {count} that it can train on here.", count=gpus
            )
        else:
            text = tr(
                "Each of the {count} GPUs of this computer trains a share of every batch.",
                count=gpus,
            )
        more = tr("The run goes on when this window is closed; open its folder to watch it again.")
        self.situation.setText(together(text, more))
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
        count, example = self.count.value(), self._folder or paths.runs() / "…"
        wrong = self._several.objection(self._config, count) if self._config else ""
        self.objection.setText(
            wrong if self._config else tr("These settings cannot be trained yet.")
        )
        self.objection.setVisible(bool(self.objection.text()) and possible)
        self.command.setPlainText(self._several.line(example, count))
        able = possible and self._config is not None and not wrong
        self.start.setEnabled(able)
        self.copy.setEnabled(able)

    def _prepared(self) -> Path | None:
        """Return the folder of the run to be, made now if it was not."""
        if self._folder is None and self._several is not None and self._config is not None:
            self._folder = self._several.prepare(self._config, self.on_cpu.isChecked())
            self._show_command()
        return self._folder

    @Slot()
    def _copy(self) -> None:
        if self._prepared() is not None:
            QApplication.clipboard().setText(self.command.toPlainText())

    @Slot()
    def _start(self) -> None:
        if (folder := self._prepared()) is not None:
            self.start_asked.emit(folder, self.count.value())
            self._folder = None
            self.accept()
