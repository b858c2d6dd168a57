"""Two to six runs side by side: samples at the same moment, curves over each other, settings that differ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gan_engine import EngineError, escape
from studio import theme
from studio.comparison import MOST, differences_of, grids_at, moments_of
from studio.failures import sentence_of
from studio.i18n import together, tr
from studio.panels import words as say
from studio.panels.base import PAGE, EmptyState, Pages, Panel, button, column_of, words
from studio.panels.overlay import DASHES, Overlay, RunCurves
from studio.panels.run_words import metric_names
from studio.widgets.curve_items import pen_of
from studio.widgets.elided import ElidedLabel
from studio.widgets.image_view import ImageView
from studio.widgets.timeline import Timeline

if TYPE_CHECKING:
    from gan_engine import Pixels, RunInfo
    from studio.context import Studio
    from studio.worker import RunView

OFFERED = 20
"""The newest runs that can be added from the page; others are chosen in the list of runs."""
_VIEW_PX = 200
_NARROW_PX = 260


class Swatch(QWidget):
    """The line a run's curves are drawn in."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setFixedSize(40, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        series, painter = theme.current().series, QPainter(self)
        color = QColor(series[self._place % len(series)])
        painter.setPen(pen_of(color, 2, DASHES[self._place]))
        painter.drawLine(0, self.height() // 2, self.width(), self.height() // 2)
        painter.end()


class RunCard(QFrame):
    """One of the runs: its line, its name, a way to leave it out, and its samples of the moment."""

    removed = Signal(object)

    def __init__(self, place: int, view: RunView) -> None:
        super().__init__()
        self.folder = view.info.folder
        self.setProperty("card", True)
        self.name = ElidedLabel(title=True)
        self.name.setText(escape(view.info.title))
        self.name.setToolTip(f"{self.name.text()}\n{escape(str(view.info.folder))}")
        self.moment = words("", "muted", wraps=False)
        close = QToolButton()
        close.setProperty("tight", True)
        close.setToolTip(tr("Leave this run out"))
        close.setAccessibleName(tr("Leave {name} out", name=escape(view.info.title)))
        theme.wear(close, "close", "muted")
        close.clicked.connect(self._remove)
        self.samples = ImageView()
        self.samples.setMinimumHeight(_VIEW_PX)
        self.samples.setAccessibleName(tr("Samples of {name}", name=escape(view.info.title)))
        self.samples.show_text("" if view.grids else tr("This run kept no samples."))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Swatch(place))
        head.addWidget(self.moment, 1)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 8)
        column.setSpacing(6)
        column.addWidget(self.name)
        column.addLayout(head)
        column.addWidget(self.samples, 1)

    def show_samples(self, grid: Pixels | EngineError) -> None:
        """Show these samples, or in their place why they cannot be read."""
        if isinstance(grid, EngineError):
            why, _ = sentence_of(grid)  # its hint is for pictures that a run learns from
            self.samples.show_text(together(why, tr("Look at another moment.")))
        self.samples.show_pixels(None if isinstance(grid, EngineError) else grid)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.folder)


class ComparePanel(Panel):
    """The page where runs are held against each other."""

    key, title = "compare", "Compare"

    run_added = Signal(object)
    run_removed = Signal(object)
    newest_asked = Signal()
    grids_wanted = Signal(object)
    """Which grids are to be shown: {run's folder: path}."""

    def __init__(self) -> None:
        super().__init__()
        self._views: list[RunView] = []
        self._runs: list[RunInfo] = []
        self._moments: list[int] = []
        self.cards: dict[Path, RunCard] = {}
        self.empty = EmptyState(
            tr("Compare runs"),
            tr(
                "Samples at the same moment, curves over each other and the settings that differ, of"
                " two to six runs. Choose them in the list of runs, with Ctrl or Shift."
            ),
            tr("Compare the two newest runs"),
        )
        self.empty.pressed.connect(self._take_wish)
        self._stack = Pages()
        column_of(self, self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content())

    def bind(self, studio: Studio) -> None:
        self._comparison, self._library = studio.comparison, studio.library
        studio.comparison.changed.connect(self.show_views)
        studio.comparison.pictured.connect(self.show_grid)
        studio.library.changed.connect(self.show_runs)
        self.run_added.connect(studio.comparison.add)
        self.run_removed.connect(studio.comparison.remove)
        self.grids_wanted.connect(studio.comparison.want_grids)
        self.newest_asked.connect(self._compare_newest)
        self.show_runs(studio.library.runs)
        self.show_views(studio.comparison.views)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_runs(self, runs: list[RunInfo]) -> None:
        """Know which runs can be added."""
        self._runs = [info for info in runs if info.state not in ("unreadable", "unstarted")]
        enough = len(self._runs) > 1
        act = tr("Compare the two newest runs") if enough else tr("Choose images")
        self.empty.button.setText(act)
        self.empty.button.setAccessibleName(act)
        self._offer()

    @Slot(object)
    def show_views(self, views: list[RunView]) -> None:
        """Show these runs instead."""
        self._views = views
        self._stack.setCurrentIndex(1 if views else 0)
        self._moments = moments_of(views)
        self._lay_out()
        names = [escape(view.info.title) for view in views]
        self.curves.show_runs([RunCurves(_short(view.info), view.scalars) for view in views])
        self._fill_table(names)
        self._more.setVisible(len(views) == 1)
        self.timeline.set_steps(self._moments)
        self._want()
        self._offer()

    @Slot(object)
    def show_grid(self, found: tuple[Path, Path, Pixels | EngineError]) -> None:
        """Show a run's samples, or why there are none to see."""
        folder, _, grid = found
        if folder in self.cards:
            self.cards[folder].show_samples(grid)

    # --- building ----------------------------------------------------------------------------

    def _content(self) -> QWidget:
        self.add_button = button(tr("Add a run"), tr("One of the newest runs."))
        self._menu = QMenu(self.add_button)
        self.add_button.setMenu(self._menu)
        head = QHBoxLayout()
        head.addWidget(words(tr("Samples at the same moment"), "title"), 1)
        head.addWidget(self.add_button)
        self._cells = QGridLayout()
        self._cells.setSpacing(8)
        self.timeline = Timeline()
        self.timeline.moved.connect(self._move)
        self._more = words(tr("Add another run to compare it with."), "muted")
        self.curves = Overlay()
        self.same = words(tr("These runs have the same settings."), "muted")
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("Settings that differ"))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().hide()
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(*PAGE)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self._cells)
        for widget in (
            self._more,
            self.timeline,
            words(tr("Curves"), "title"),
            self.curves,
            words(tr("Settings that differ"), "title"),
            self.same,
            self.table,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        return page

    def _lay_out(self) -> None:
        for card in self.cards.values():
            self._cells.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = {}
        for place, view in enumerate(self._views):
            card = self.cards[view.info.folder] = RunCard(place, view)
            card.removed.connect(self.run_removed)
        self._arrange()

    def _arrange(self) -> None:
        across = max(1, min(3, len(self.cards), self.width() // _NARROW_PX))
        for place, card in enumerate(self.cards.values()):
            self._cells.addWidget(card, place // across, place % across)
        for column in range(3):
            self._cells.setColumnStretch(column, 1 if column < across else 0)

    def _fill_table(self, names: list[str]) -> None:
        rows: list[tuple[str, list[str]]] = [
            (tr("Images seen"), [say.count(view.info.images_seen) for view in self._views])
        ]
        best = dict.fromkeys(view.info.best[0] for view in self._views if view.info.best)
        for metric in best:
            label = tr("Best {metric}", metric=metric_names().get(metric, metric))
            rows.append((label, [_best(view.info, metric) for view in self._views]))
        drafts = [view.info.draft for view in self._views]
        found = differences_of(drafts) if drafts else []
        for one in found:
            draft = drafts[next(i for i, value in enumerate(one.values) if value is not None)]
            label = say.label_of(one.path, draft)
            values = [
                "–" if value is None else say.chosen(one.path, value, draft) for value in one.values
            ]
            rows.append((label, values))
        self.same.setVisible(len(self._views) > 1 and not found)
        self.table.setColumnCount(len(names) + 1)
        self.table.setHorizontalHeaderLabels([tr("Setting"), *names])
        self.table.setRowCount(len(rows))
        for number, (label, values) in enumerate(rows):
            for column, text in enumerate([label, *values]):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, column, item)
        header = self.table.horizontalHeader()
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        height = header.sizeHint().height() + sum(map(self.table.rowHeight, range(len(rows))))
        self.table.setFixedHeight(height + 6)

    # --- inside ------------------------------------------------------------------------------

    def _offer(self) -> None:
        """Fill the menu with the newest runs that are not here yet."""
        self._menu.clear()
        here = {view.info.folder for view in self._views}
        for info in [run for run in self._runs if run.folder not in here][:OFFERED]:
            action = self._menu.addAction(escape(info.title))
            action.setData(info.folder)
            action.triggered.connect(self._add)
        self.add_button.setEnabled(not self._menu.isEmpty() and len(here) < MOST)

    @Slot()
    def _add(self) -> None:
        self.run_added.emit(self.sender().data())  # type: ignore[attr-defined]

    @Slot()
    def _take_wish(self) -> None:
        """Compare what there is; with less than two runs, lead to where one begins."""
        if len(self._runs) > 1:
            self.newest_asked.emit()
        else:
            self.page_asked.emit("start")

    @Slot()
    def _compare_newest(self) -> None:
        self._comparison.show([info.folder for info in self._runs[:2]])

    @Slot(int)
    def _move(self, index: int) -> None:
        self._want()

    def _want(self) -> None:
        index = self.timeline.index
        if not 0 <= index < len(self._moments):
            return
        found = grids_at(self._views, self._moments[index])
        for folder, (seen, _) in found.items():
            self.cards[folder].moment.setText(say.images(seen))
        self.grids_wanted.emit({folder: path for folder, (_, path) in found.items()})

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._arrange()


def _short(info: RunInfo) -> str:
    """Return a name for a legend: the title a person gave, else the folder's number."""
    number = re.match(r"\d+", info.name)
    name: str = escape(info.notes.title or (number[0] if number else info.name))
    return name


def _best(info: RunInfo, metric: str) -> str:
    return say.exact(info.best[1]) if info.best and info.best[0] == metric else "–"
