"""What the window begins with: pictures to learn from, runs to go on with, what a crash left behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gan_engine import paths
from studio.i18n import tr
from studio.panels.base import PAGE, Panel, button, words
from studio.panels.run_cards import RunCards
from studio.panels.run_words import row_of
from studio.widgets.drop_zone import DropZone
from studio.widgets.image_view import to_image
from studio.widgets.notice import NoticeBar

if TYPE_CHECKING:
    from gan_engine import Pixels, RunInfo
    from studio.context import Studio

RECENT = 12
WIDEST = 980
"""Pixels; on a wide screen the page stays in the middle."""
_NARROW, _LEAST = 540, 300
_TILE, _TILES = 44, 8


class Mosaic(QWidget):
    """A few of the built-in pictures in a row, on white as they are learned."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: list[QPixmap] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(2 * _TILE)

    def add(self, pixels: Pixels) -> None:
        """Show one more."""
        self._pictures.append(QPixmap.fromImage(to_image(pixels)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_TILE * _TILES // 2, 2 * _TILE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        across = max(1, min(len(self._pictures) // 2, self.width() // _TILE))
        left = (self.width() - across * _TILE) // 2
        for place, picture in enumerate(self._pictures[: 2 * across]):
            row, column = divmod(place, across)
            painter.drawPixmap(left + column * _TILE, row * _TILE, _TILE, _TILE, picture)
        painter.end()


class StartPanel(Panel):
    """The page that is shown first."""

    key, title = "start", "Start"

    folder_chosen = Signal(object)
    """This folder was dropped or chosen."""
    run_opened = Signal(object)
    """The run in this folder is to be looked at."""
    answered = Signal(str)
    """What was answered to the offer, by the name it came with."""

    def __init__(self) -> None:
        super().__init__()
        self.offer = NoticeBar()
        self.offer.setProperty("framed", True)
        self.offer.act.connect(self._answer)
        self.zone = DropZone()
        self.zone.folder_dropped.connect(self.folder_chosen)
        self.recent = RunCards()
        self.recent.clicked.connect(self._open)
        self.recent.activated.connect(self._open)
        self._none = words(
            tr("Every training becomes a run. It appears here with its newest samples."), "muted"
        )
        self._recent_title = words(tr("Recent runs"), "title")
        self._first = first = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        first.setSpacing(16)
        first.addWidget(self.zone, 3)
        first.addWidget(self._builtin(), 2)
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.offer)
        column.addWidget(words(tr("What shall it learn?"), "headline"))
        column.addLayout(first)
        column.addSpacing(8)
        column.addWidget(self._recent_title)
        column.addWidget(self._none)
        column.addWidget(self.recent)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*PAGE)
        row.addStretch(1)
        row.addWidget(inside, 1000)
        row.addStretch(1)
        self.show_runs([])

    def bind(self, studio: Studio) -> None:
        studio.library.changed.connect(self.show_runs)
        studio.library.pictured.connect(self.show_picture)
        studio.run.state_changed.connect(self.show_state)
        self.recent.wanted.connect(studio.library.want_pictures)
        self.run_opened.connect(studio.run.open_folder)
        every = sorted(paths.builtin_images().rglob("*.webp"))
        some = every[:: max(1, len(every) // (2 * _TILES))][: 2 * _TILES]
        self._pictures = studio.jobs.thumbnails(some, 2 * _TILE)
        self._pictures.progressed.connect(self.show_builtin)
        self.show_runs(studio.library.runs)

    def take_over(self, former: Panel) -> None:
        super().take_over(former)
        if isinstance(former, StartPanel):
            self.offer.take_over(former.offer)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_runs(self, runs: list[RunInfo]) -> None:
        """Show the newest runs."""
        begun = [info for info in runs if info.state != "unstarted"]
        self.recent.show_rows([row_of(info) for info in begun[:RECENT]])
        self._none.setVisible(not begun)
        self.recent.setVisible(bool(begun))

    @Slot(object)
    def show_picture(self, found: tuple[Path, Pixels]) -> None:
        """Show a run's newest samples on its card."""
        path, pixels = found
        self.recent.runs.show_picture(path, QPixmap.fromImage(to_image(pixels)))

    @Slot(object)
    def show_builtin(self, found: tuple[Path, Pixels]) -> None:
        """Show one of the built-in pictures."""
        self.mosaic.add(found[1])

    @Slot(str, object, object, object)
    def show_offer(self, level: str, text: str, hint: str, answers: list[tuple[str, str]]) -> None:
        """Offer what can be done about a run that a crash ended: answers are (label, name)."""
        self.offer.show_notice(level, text, hint, answers)

    @Slot(str)
    def show_state(self, state: str) -> None:
        """A run that begins makes the offer pointless."""
        if state != "idle":
            self.offer.hide_notice()

    # --- inside ------------------------------------------------------------------------------

    def _builtin(self) -> QWidget:
        self.mosaic = Mosaic()
        self.builtin_button = button(
            tr("Try the built-in images"), tr("420 small emoji that come with the program.")
        )
        self.builtin_button.clicked.connect(self._try)
        card = QFrame()
        card.setProperty("card", True)
        title = words(tr("No pictures at hand?"), "title")
        text = words(
            tr("420 small emoji are built in: shapes within a minute on any computer."), "muted"
        )
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(10)
        column.addStretch(1)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for widget in (self.mosaic, title, text):
            column.addWidget(widget)
        column.addWidget(self.builtin_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return card

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the two ways to begin below each other where the page is narrow."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = self.width() < _NARROW
        self._first.setDirection(way.TopToBottom if narrow else way.LeftToRight)

    @Slot()
    def _try(self) -> None:
        self.action_asked.emit("open_builtin")

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.run_opened.emit(self.recent.runs.rows[index.row()].key)

    @Slot(str)
    def _answer(self, name: str) -> None:
        self.offer.hide_notice()
        self.answered.emit(name)
