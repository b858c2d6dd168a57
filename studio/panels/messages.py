"""What stands in the way of a start, and what has happened: problems beside a log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.panels import words as say
from studio.panels.base import Panel, button, words

if TYPE_CHECKING:
    from gan_engine import Changed, Draft, Finished, Notice, Problem, RunConfig, Saved, Started
    from studio.context import Studio

MOST = 1000
"""Lines of the log; older ones go."""
_PATH, _LEVEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class MessagesPanel(Panel):
    """Problems of the settings (a click shows the field) and the log of runs."""

    key, title = "messages", "Messages"

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft = {}
        self.problems = _lines("Problems")
        self.problems.itemClicked.connect(self._show_field)
        self.problems.itemActivated.connect(self._show_field)
        self.log = _lines("Log")
        self.log.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.log.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.log.customContextMenuRequested.connect(self._show_menu)
        self._problems_title = words("Problems", "title")
        self._none = words("None. These settings can be trained.", "muted")
        self._nothing = words("What runs say and do is kept here.", "muted")
        self._clear = button("Clear", "Empty the log on the screen; files stay.")
        self._clear.setProperty("small", True)
        self._clear.clicked.connect(self.clear)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(_column(self._problems_title, self._none, self.problems))
        split.addWidget(_column(words("Log", "title"), self._nothing, self.log, self._clear))
        split.setSizes([400, 600])
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self.show_problems([])
        self.clear()

    def bind(self, studio: Studio) -> None:
        self._explain = studio.document.explain
        studio.document.changed.connect(self.show_document)
        run = studio.run
        run.noticed.connect(self.show_notice)
        run.started.connect(self.show_start)
        run.state_changed.connect(self.show_state)
        run.saved.connect(self.show_save)
        run.setting_changed.connect(self.show_change)
        run.finished.connect(self.show_end)
        self.show_document(studio.document.draft, studio.document.config, studio.document.problems)

    # --- problems ----------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Show what is wrong with the settings as they are now."""
        self._draft = draft
        self.show_problems([(p.path, self._explain(p), p.severity) for p in problems])

    def show_problems(self, problems: list[tuple[str, str, str]]) -> None:
        """Show (path, sentence, severity) of every problem; errors first."""
        self.problems.clear()
        for path, text, severity in sorted(problems, key=lambda problem: problem[2]):
            item = QListWidgetItem(_dot(severity), text)
            item.setData(_PATH, path)
            item.setData(_LEVEL, severity)
            item.setToolTip("Show the setting")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{severity}: {text}")
            self.problems.addItem(item)
        self._none.setVisible(not problems)
        self.problems.setVisible(bool(problems))
        self._problems_title.setText(f"Problems ({len(problems)})" if problems else "Problems")

    @Slot(QListWidgetItem)
    def _show_field(self, item: QListWidgetItem) -> None:
        self.setting_asked.emit(item.data(_PATH))

    # --- log ---------------------------------------------------------------------------------

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Add what a run wants a person to know."""
        self.add(notice.level, f"{notice.text} {notice.hint}".strip())

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Add that a run began or went on, with what and on what."""
        did = f"went on after {say.images(event.images_seen)}" if event.resumed else "began"
        networks = (
            f"G has {say.count(event.parameters_g)} parameters, D {say.count(event.parameters_d)}"
        )
        pictures = say.plural(event.dataset_images, "picture")
        self.add("info", f"{event.folder.name} {did}: {pictures}, {networks}, on {event.device}.")

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Add that a run waits."""
        if state == "paused":
            self.add("info", "Paused.")

    @Slot(object)
    def show_save(self, event: Saved) -> None:
        """Add that a checkpoint was written."""
        what = f"{say.size(event.bytes)} in {event.seconds:.1f} s"
        self.add("info", f"Saved after {say.images(event.images_seen)}: {event.path.name}, {what}.")

    @Slot(object)
    def show_change(self, event: Changed) -> None:
        """Add that a live setting took a new value."""
        name = say.label_of(event.path, self._draft)
        old, new = say.value(event.old), say.value(event.new)
        self.add("info", f"{name}: {old} → {new}, from {say.images(event.images_seen)} on.")

    @Slot(object)
    def show_end(self, event: Finished) -> None:
        """Add how a run ended."""
        how = "finished" if event.reason == "done" else "stopped"
        self.add("info", f"{event.folder.name} {how} after {say.images(event.images_seen)}.")

    def add(self, level: str, text: str) -> None:
        """Add a line to the log, with the time; the newest stays in view."""
        bar = self.log.verticalScrollBar()
        following = bar.value() >= bar.maximum() - 4
        item = QListWidgetItem(_dot(level), f"{time.strftime('%H:%M')}   {text}")
        item.setData(_LEVEL, level)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{level}: {text}")
        self.log.addItem(item)
        while self.log.count() > MOST:
            self.log.takeItem(0)
        self._show_whether_empty()
        if following:
            self.log.scrollToBottom()

    @Slot()
    def clear(self) -> None:
        """Empty the log."""
        self.log.clear()
        self._show_whether_empty()

    def _show_whether_empty(self) -> None:
        self._nothing.setVisible(not self.log.count())
        self.log.setVisible(bool(self.log.count()))
        self._clear.setVisible(bool(self.log.count()))

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", QKeySequence.StandardKey.Copy, self.copy)
        menu.addAction("Clear", self.clear)
        menu.popup(self.log.viewport().mapToGlobal(point))

    @Slot()
    def copy(self) -> None:
        """Put the chosen lines, or all, on the clipboard."""
        chosen = self.log.selectedItems() or [self.log.item(i) for i in range(self.log.count())]
        QApplication.clipboard().setText("\n".join(item.text() for item in chosen))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for lines in self.findChildren(QListWidget):
                for item in (lines.item(row) for row in range(lines.count())):
                    item.setIcon(_dot(item.data(_LEVEL)))


def _lines(name: str) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setWordWrap(True)
    made.setFrameShape(QListWidget.Shape.NoFrame)
    made.setResizeMode(QListView.ResizeMode.Adjust)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    made.setTextElideMode(Qt.TextElideMode.ElideNone)
    return made


def _column(
    title: QWidget, instead: QWidget, lines: QWidget, act: QWidget | None = None
) -> QWidget:
    made = QWidget()
    head = QHBoxLayout()
    head.addWidget(title, 1)
    if act is not None:
        head.addWidget(act)
    column = QVBoxLayout(made)
    column.setContentsMargins(10, 6, 10, 6)
    column.setSpacing(4)
    column.addLayout(head)
    column.addWidget(instead)
    column.addWidget(lines, 1)
    column.addStretch(0)
    return made


def _dot(level: str) -> QIcon:
    colors = theme.current()
    shades: dict[str, Any] = {"error": colors.error, "warning": colors.warning}
    picture = QPixmap(12, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(shades.get(level, colors.muted)))
    painter.drawEllipse(2, 2, 8, 8)
    painter.end()
    return QIcon(picture)
