"""What stands in the way of a start, and what has happened: problems beside a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
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
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gan_engine import notice_of
from studio import theme, tips
from studio.i18n import together, tr
from studio.panels import words as say
from studio.panels.base import Panel, button, column_of, words
from studio.widgets.lists import empty

if TYPE_CHECKING:
    from gan_engine import Changed, Draft, Finished, Notice, Problem, RunConfig, Saved, Started
    from studio.context import Studio
    from studio.worker import RunView

_Index = QModelIndex | QPersistentModelIndex
MOST, MOST_PAST = 1000, 100
"""Lines of the log; older ones go."""
_PATH, _LEVEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class MessagesPanel(Panel):
    """Problems of the settings (a click shows the field) and the log of runs."""

    key, title = "messages", "Messages"
    added = Signal(str)
    """A line came to the log, of this level: "info", "warning" or "error"."""

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft = {}
        self._heard_until = 0.0
        self._ready = self._running = False
        self.problems = _lines(tr("Problems"))
        self.problems.itemClicked.connect(self._show_field)
        self.problems.itemActivated.connect(self._show_field)
        self.log = _lines(tr("Log"))
        self.log.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.log.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.log.customContextMenuRequested.connect(self._show_menu)
        self._problems_title = words(tr("Problems"), "title")
        self._none = words(tr("None. These settings can be trained."), "muted")
        self.start_button = button(tr("Start training"))
        self.start_button.clicked.connect(self._start)
        self._nothing = QWidget()
        column_of(self._nothing, words(tr("What runs say and do is kept here."), "muted"))
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addWidget(self.start_button)
        row.addStretch(1)
        cast(QVBoxLayout, self._nothing.layout()).addLayout(row)
        self._clear = button(tr("Clear"), tr("Empty the log on the screen; files stay."))
        self._clear.setProperty("small", True)
        self._clear.clicked.connect(self.clear)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(_column(self._problems_title, self._none, self.problems))
        split.addWidget(_column(words(tr("Log"), "title"), self._nothing, self.log, self._clear))
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
        run.viewed.connect(self.show_view)
        for at, event in run.story:
            self._show_past(at, event)
        self.show_document(studio.document.draft, studio.document.config, studio.document.problems)

    # --- problems ----------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Show what is wrong with the settings as they are now."""
        self._draft = draft
        self.show_problems([(p.path, self._explain(p), p.severity) for p in problems])
        self._ready = config is not None
        self._enable()

    def _enable(self) -> None:
        """Offer a start while no run is going and nothing is wrong."""
        self.start_button.setEnabled(self._ready and not self._running)
        why = tr("Train a new run with these settings.")
        why = tr("A run is going.") if self._running else why
        why = why if self._ready else tr("Mend what is marked first.")
        self.start_button.setToolTip(tips.lines(why))
        self.start_button.setAccessibleDescription(why)

    @Slot()
    def _start(self) -> None:
        self.action_asked.emit("start")

    def show_problems(self, problems: list[tuple[str, str, str]]) -> None:
        """Show (path, sentence, severity) of every problem; errors first."""
        empty(self.problems)
        for path, text, severity in sorted(problems, key=lambda problem: problem[2]):
            item = QListWidgetItem(_dot(severity), text)
            item.setData(_PATH, path)
            item.setData(_LEVEL, severity)
            item.setToolTip(tr("Show the setting"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{say.level(severity)}: {text}")
            self.problems.addItem(item)
        self._none.setVisible(not problems)
        self.problems.setVisible(bool(problems))
        self._problems_title.setText(
            tr("Problems ({count})", count=len(problems)) if problems else tr("Problems")
        )

    @Slot(QListWidgetItem)
    def _show_field(self, item: QListWidgetItem) -> None:
        self.setting_asked.emit(item.data(_PATH))

    # --- log ---------------------------------------------------------------------------------

    @Slot(object)
    def show_view(self, view: RunView) -> None:
        """Add what a run said so far that another process trains; nobody here has heard it."""
        if view.info.state != "training":
            return
        said = [(at, seen, what) for seen, at, kind, what in view.events if kind == "notice"]
        for at, seen, what in said[-MOST_PAST:]:
            if at > self._heard_until:
                self._heard_until = at
                self._show_past(at, notice_of(seen, what))

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Add what a run wants a person to know."""
        self.add(notice.level, together(tr(notice.text), tr(notice.hint)))

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Add that a run began or went on, with what and on what."""
        name, seen = event.folder.name, say.images(event.images_seen)
        did = tr("“{name}” went on after {seen}.", name=name, seen=seen)
        what = tr(
            "{pictures:,} pictures, G has {g} parameters, D {d}, on {device}.",
            pictures=event.dataset_images,
            g=say.count(event.parameters_g),
            d=say.count(event.parameters_d),
            device=event.device,
        )
        began = tr("“{name}” began.", name=name)
        self.add("info", together(did if event.resumed else began, what))

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Add that a run waits; another one cannot begin meanwhile."""
        self._running = state != "idle"
        self._enable()
        if state == "paused":
            self.add("info", tr("Paused."))

    @Slot(object)
    def show_save(self, event: Saved) -> None:
        """Add that a checkpoint was written."""
        text = tr(
            "Saved after {seen}: {name}, {size} in {seconds:.1f} s.",
            seen=say.images(event.images_seen),
            name=event.path.name,
            size=say.size(event.bytes),
            seconds=event.seconds,
        )
        self.add("info", text)

    @Slot(object)
    def show_change(self, event: Changed) -> None:
        """Add that a live setting took a new value."""
        name = say.label_of(event.path, self._draft)
        old, new = (say.chosen(event.path, one, self._draft) for one in (event.old, event.new))
        seen = say.images(event.images_seen)
        self.add(
            "info",
            tr("{name}: {old} → {new}, from {seen} on.", name=name, old=old, new=new, seen=seen),
        )

    @Slot(object)
    def show_end(self, event: Finished) -> None:
        """Add how a run ended."""
        name, seen = event.folder.name, say.images(event.images_seen)
        if event.reason == "done":
            self.add("info", tr("“{name}” finished after {seen}.", name=name, seen=seen))
        else:
            self.add("info", tr("“{name}” stopped after {seen}.", name=name, seen=seen))

    def _show_past(self, at: float, event: object) -> None:
        """Add what was said before this window was made."""
        said: dict[str, Callable[[Any], None]] = {
            "Notice": self.show_notice,
            "Started": self.show_start,
            "Saved": self.show_save,
            "Changed": self.show_change,
            "Finished": self.show_end,
        }
        self._now = at
        said[type(event).__name__](event)
        self._now = None

    _now: float | None = None

    def add(self, level: str, text: str) -> None:
        """Add a line to the log, with the time; the newest stays in view."""
        bar = self.log.verticalScrollBar()
        following = bar.value() >= bar.maximum() - 4
        item = QListWidgetItem(
            _dot(level), f"{time.strftime('%H:%M', time.localtime(self._now))}   {text}"
        )
        item.setData(_LEVEL, level)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{say.level(level)}: {text}")
        self.log.addItem(item)
        while self.log.count() > MOST:
            self.log.takeItem(0)
        self._show_whether_empty()
        if following:
            self.log.scrollToBottom()
        self.added.emit(level)

    @Slot()
    def clear(self) -> None:
        """Empty the log."""
        empty(self.log)
        self._show_whether_empty()

    def _show_whether_empty(self) -> None:
        self._nothing.setVisible(not self.log.count())
        self.log.setVisible(bool(self.log.count()))
        self._clear.setVisible(bool(self.log.count()))

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy"), QKeySequence.StandardKey.Copy, self.copy)
        menu.addAction(tr("Clear"), self.clear)
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
    made.setItemDelegate(_Line(made))
    made.setIconSize(QSize(12, 16))
    return made


class _Line(QStyledItemDelegate):
    """A line of the lists, its dot beside the first of the lines it wraps to."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        option.decorationAlignment = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter


def _column(
    title: QWidget, instead: QWidget, lines: QWidget, act: QWidget | None = None
) -> QWidget:
    made = QWidget()
    head = QHBoxLayout()
    head.addWidget(title, 1)
    if act is not None:
        head.addWidget(act)
    head.addStrut(24)  # with a button or without
    column = QVBoxLayout(made)
    column.setContentsMargins(16, 6, 16, 6)  # below the dock's title
    column.setSpacing(4)
    column.addLayout(head)
    column.addWidget(instead)
    column.addWidget(lines, 1)
    column.addStretch(0)
    return made


def _dot(level: str) -> QIcon:
    colors = theme.current()
    shades: dict[str, Any] = {"error": colors.error, "warning": colors.warning}
    picture = QPixmap(24, 32)  # as high as a line, and sharp on a fine screen
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(shades.get(level, colors.muted)))
    painter.drawEllipse(2, 5, 8, 8)
    painter.end()
    return QIcon(picture)
