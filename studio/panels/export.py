"""Taking something away from a run: what, how, where to; then where it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from gan_engine import (
    Draft,
    Exporter,
    ExportProgress,
    escape,
    paths,
    unescape,
)
from studio.failures import sentence_of
from studio.i18n import together, tr
from studio.panels.base import button, words
from studio.panels.dialog import Dialog
from studio.panels.export_choice import ExportChoice
from studio.panels.save_choice import SaveChoice
from studio.widgets.reveal import reveal

if TYPE_CHECKING:
    from gan_engine import Started
    from studio.context import Studio
    from studio.exploring import Exploring
    from studio.jobs import Job
    from studio.worker import RunView


LEAST = 160
"""So many pixels of what there is to choose are always seen."""


class ExportDialog(Dialog):
    """Training and looking go on while it is open and while it works."""

    export_asked = Signal(object, object)
    """An exporter with its settings, and the path it should write."""
    folder_used = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Export"), QSize(560, 480), parent)
        self.setMinimumWidth(480)
        self._source: Path | None = None
        self._folder = paths.home() / "exports"
        self._job: Job | None = None
        self._written: Path | None = None
        self._named = False
        self._exploring: Exploring | None = None
        self._looked: tuple[Draft, str, int | str | None] | None = None
        self.what = ExportChoice()
        self.what.chosen.connect(self._choose)
        self.what.edited.connect(self._enable)
        self.source_text = words("", "muted")
        self.save = SaveChoice()
        column = self.column
        # Its own idea of the least height is that of every text at its narrowest.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.source_text)
        column.addWidget(self.save)
        column.addWidget(words(tr("What"), "title"))
        column.addWidget(self.what, 1)
        column.addWidget(words(tr("Where"), "title"))
        column.addLayout(self._where())
        column.addWidget(self.endings)
        column.addWidget(self._report())
        self._add_buttons()
        self._choose()

    def bind(self, studio: Studio) -> None:
        self._jobs, run = studio.jobs, studio.run
        last = studio.preferences.last_export_folder
        if last and Path(last).is_dir():
            self._folder = Path(last)
        self._preferences = studio.preferences
        self.export_asked.connect(self._export)
        self.folder_used.connect(self._keep_folder)
        run.started.connect(self.show_start)
        run.viewed.connect(self.show_view)
        run.saved.connect(self.show_saved)
        self.show_source(run.source, run.draft)
        self._exploring = studio.exploring

    def take_over(self, former: Dialog) -> None:
        if not isinstance(former, ExportDialog):
            return
        self.what.take_over(former.what)
        self.save.setCurrentIndex(max(0, self.save.findData(former.save.currentData())))
        self.path.setText(former.path.text())
        self._named = former._named
        if former._job is not None:
            self._follow(former._job)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Export from the run that begins."""
        self.show_source(event.folder, event.draft)

    @Slot(object)
    def show_view(self, view: RunView) -> None:
        """Export from what is looked at."""
        self.show_source(view.info.folder, view.info.draft)

    @Slot(object)
    def show_saved(self, _event: object) -> None:
        """Offer the save that was just written, too."""
        self.save.show_saves(self._source)

    def show_source(self, source: Path | None, draft: Draft | None = None) -> None:
        """Say what is exported from, a run's folder or a file of weights; `draft` has its settings."""
        if source != self._source:
            self._named = False
        self._source = source
        if source is None:
            self.source_text.setText(tr("There is no run yet: train one or open one first."))
        else:
            run = tr("From the run “{name}”.", name=escape(source.name))
            file = tr("From the file “{name}”.", name=escape(source.name))
            self.source_text.setText(file if source.is_file() else run)
        self.save.show_saves(source)
        self.what.rule_out(draft or {}, of_run=source is None or source.is_dir())
        self._suggest()
        self._enable()

    @Slot(object)
    def show_progress(self, progress: ExportProgress) -> None:
        """Show how far the export is."""
        self.bar.setRange(0, progress.total if progress.total > 1 else 0)
        self.bar.setValue(progress.done)

    @Slot(object)
    def show_done(self, progress: ExportProgress) -> None:
        """Say what was written and where, and what could not be."""
        self._written = progress.path
        self.folder_used.emit(str(progress.path.parent))
        written = tr("Written: {path}", path=progress.path)
        self._tell(f"{written}\n{tr(progress.note)}" if progress.note else written, "good")
        self.show_button.show()

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say why nothing was written."""
        text, hint = sentence_of(error)
        self._tell(together(text, hint), "error")

    # --- building ----------------------------------------------------------------------------

    def _where(self) -> QHBoxLayout:
        self.path = QLineEdit()
        self.path.setAccessibleName(tr("Where to write it"))
        self.path.textEdited.connect(self._name)
        self.endings = words("", "muted")
        self.browse_button = button(tr("Choose…"), tr("Choose where to write it."))
        self.browse_button.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.browse_button)
        return row

    def _report(self) -> QWidget:
        box = QWidget()
        self.note = words("", "muted")
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Export"))
        self.bar.setTextVisible(False)
        self.bar.hide()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        return box

    def _add_buttons(self) -> None:
        self.show_button = button(tr("Show in folder"))
        self.cancel_button = button(tr("Close"))
        self.export_button = button(tr("Export"), primary=True)
        self.show_button.hide()
        self.show_button.clicked.connect(self._reveal)
        self.cancel_button.clicked.connect(self._cancel)
        self.export_button.clicked.connect(self._ask)
        self.add_acts(self.cancel_button, self.export_button, aside=self.show_button)

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def _choose(self) -> None:
        kind = self.what.kind
        ends = ", ".join((kind.suffix, *kind.others))
        self.endings.setText(tr("Its ending says what kind of file: {endings}.", endings=ends))
        self.endings.setVisible(bool(kind.others))
        self._fit()
        self._named = False
        self._suggest()
        self._enable()

    def _fit(self) -> None:
        """Be as high as what is chosen needs, and never higher than the screen."""
        self.column.activate()
        others = self.column.totalHeightForWidth(self.width()) - self.what.minimumHeight()
        room = int(0.9 * self.screen().availableGeometry().height()) - others
        self.what.setMinimumHeight(max(LEAST, min(self.what.whole_height, room)))
        self.resize(self.width(), others + self.what.minimumHeight())

    def _begin(self) -> None:
        """Offer what has been explored since this was last asked for."""
        found = self._exploring
        if found is None or found.now is None or found.now.source != self._source or self._job:
            return
        label, names = found.sight.label, found.now.classes
        of_class = "" if label is None else unescape(names[label])
        seen = {**found.sight.how.model_dump(), "of_class": of_class}
        if found.nearest is not None:
            seen["chosen"] = str(found.nearest)
        looked = seen, found.takes_away, found.save
        if looked != self._looked:
            self._looked = looked
            self.what.begin_with(*looked[:2])
            self.save.choose(found.save)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._begin()
        self._fit()  # only now the words have the font of the window

    @Slot(str)
    def _name(self, text: str) -> None:
        self._named = bool(text)
        self._enable()

    def _suggest(self) -> None:
        """Name a file that is not there yet, unless a name was typed."""
        if self._source is None or self._named:
            return
        self.path.setText(str(self._fresh(self._folder, self._source)))

    def _fresh(self, folder: Path, source: Path) -> Path:
        """Return a name in a folder that nothing has yet."""
        kind = self.what.kind
        stem = f"{source.stem if source.is_file() else source.name}-{kind.key()}"
        path, number = folder / f"{stem}{kind.suffix}", 2
        while path.exists():
            path, number = folder / f"{stem}-{number}{kind.suffix}", number + 1
        return path

    def _target(self) -> Path:
        """Return where what was typed leads: beside what is suggested, into a folder, to its ending."""
        kind = self.what.kind
        path = self._folder / paths.expanded(self.path.text().strip())
        if not kind.suffix:
            return path
        if os.path.isdir(path):
            return self._fresh(path, self._source or path)
        ends = path.suffix.lower() in (kind.suffix, *kind.others)
        return path if ends else path.with_name(path.name + kind.suffix)

    def _enable(self) -> None:
        busy = self._job is not None
        text = self.path.text().strip()
        target = self._target()
        replaces = bool(text and self.what.kind.suffix) and os.path.isfile(target)
        self.export_button.setEnabled(not busy and bool(text) and self._source is not None)
        self.export_button.setText(tr("Replace") if replaces else tr("Export"))
        self.cancel_button.setText(tr("Cancel") if busy else tr("Close"))
        self.what.show_busy(busy)
        for part in (self.path, self.browse_button):
            part.setEnabled(not busy)
        self.save.setEnabled(not busy and self.what.kind.needs != "run")
        if busy:
            return
        if replaces:
            self._tell(tr("There is a file of that name; it will be replaced."), "warning")
        elif text and not self.what.kind.suffix and os.path.isdir(target) and os.listdir(target):
            said = tr(
                "There is a folder of that name; its files of the same names will be replaced."
            )
            self._tell(said, "warning")
        elif self._written is None:
            self._tell("", "muted")

    @Slot()
    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Where to write it"), str(self._folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        if self.what.kind.suffix:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setNameFilters(
                [f"*{end}" for end in (self.what.kind.suffix, *self.what.kind.others)]
            )
            dialog.setDefaultSuffix(self.what.kind.suffix[1:])
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it is said in this window
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_path)
        dialog.show()

    @Slot(str)
    def _take_path(self, name: str) -> None:
        self._written = None
        self.path.setText(name)
        self._name(name)

    @Slot()
    def _ask(self) -> None:
        exporter = self.what.made()
        if exporter is None:
            return self._tell(tr("Mend what is marked first."), "error")
        self.export_asked.emit(exporter, self._target())

    @Slot(object, object)
    def _export(self, exporter: Exporter, out: Path) -> None:
        if self._source is None:
            return
        save = None if exporter.needs == "run" else self.save.source
        self._follow(self._jobs.export(save or self._source, exporter, out))

    def _follow(self, job: Job) -> None:
        """Show how an export gets on that has begun."""
        self._written = None
        self.show_button.hide()
        self._tell(tr("Writing…"), "muted")
        self.bar.setRange(0, 0)
        self.bar.show()
        self._job = job
        job.progressed.connect(self.show_progress)
        job.done.connect(self.show_done)
        job.failed.connect(self.show_failure)
        job.cancelled.connect(self._tell_cancelled)
        job.ended.connect(self._end)
        self._enable()

    @Slot()
    def _end(self) -> None:
        self._job = None
        self.bar.hide()
        said, role = self.note.text(), str(self.note.property("role"))
        if self._written is not None:  # else the name that was typed is there to be mended
            self._named = False
            self._suggest()
        self._enable()
        self._tell(said, role)

    @Slot()
    def _tell_cancelled(self) -> None:
        self._tell(tr("Cancelled."), "muted")

    def _tell(self, text: str, role: str) -> None:
        self.note.setText(text)
        self.note.setProperty("role", role)
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        else:
            self.close()

    @Slot()
    def _reveal(self) -> None:
        if self._written is not None:
            reveal(self._written if self._written.is_dir() else self._written.parent)

    @Slot(str)
    def _keep_folder(self, folder: str) -> None:
        self._folder = Path(folder)
        self._preferences.set("last_export_folder", folder)
