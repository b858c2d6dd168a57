"""What a scan found: how many pictures of which kinds, what is wrong, and the pictures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gan_engine import unescape
from studio.forms.rows import Fold
from studio.panels import words as say
from studio.panels.base import button, column_of, words
from studio.panels.problem_list import ProblemList
from studio.widgets.thumbnails import ThumbnailGrid

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Problem

_FACTS = ("Sizes", "Colours", "Files", "Subfolders", "Networks see")
MOST_BAD = 1000
"""Unusable files shown by name; the rest is counted."""


class Findings(QWidget):
    """A dataset's report."""

    folder_asked = Signal()
    rescan_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.headline = words("", "headline")
        self.where = words("", "muted")
        self.notes = ProblemList(leads=False)
        self.thumbnails = ThumbnailGrid()
        self.thumbnails.setMinimumHeight(220)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 16, 12, 16)
        column.setSpacing(10)
        column.addWidget(self.headline)
        column.addWidget(self.where)
        column.addLayout(self._buttons())
        column.addLayout(self._facts())
        column.addWidget(self.notes)
        column.addWidget(self._bad_files())
        column.addWidget(self.thumbnails, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(320)
        area.setWidget(inner)
        column_of(self, area)

    # --- shown -------------------------------------------------------------------------------

    def show_report(self, report: DatasetReport, where: str) -> None:
        """Show what is in the folder called `where`."""
        count = len(report.files)
        size = f", {say.sizes(report.sizes)}" if len(report.sizes) == 1 else ""
        self.headline.setText(
            f"{say.plural(count, 'image')}{size}" if count else "No images to learn from"
        )
        others = f" · {say.plural(report.others, 'other file')} left out" if report.others else ""
        self.where.setText(where + others)
        self._say("Sizes", say.sizes(report.sizes) if len(report.sizes) > 1 else "")
        self._say("Colours", say.colours(report.modes) if report.modes else "")
        self._say("Files", say.listing(report.formats) if report.formats else "")
        classes = report.classes
        self._say("Subfolders", say.listing(classes) if classes else "")
        self._show_bad(report)
        self.thumbnails.set_items(report.files)

    def show_shape(self, text: str) -> None:
        """Show what every picture becomes."""
        self._say("Networks see", text)

    def show_problems(self, problems: list[Problem]) -> None:
        """Show what is wrong with the folder as a whole."""
        self.notes.show_problems(problems)

    # --- building ----------------------------------------------------------------------------

    def _buttons(self) -> QHBoxLayout:
        self.choose_button = button("Other folder…", "Learn from other pictures.")
        self.choose_button.clicked.connect(self.folder_asked)
        self.rescan_button = button(
            "Look again", "Read the folder once more, after files have changed."
        )
        self.rescan_button.clicked.connect(self.rescan_asked)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.choose_button)
        row.addWidget(self.rescan_button)
        row.addStretch(1)
        return row

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._values: dict[str, tuple[QLabel, QLabel]] = {}
        for row, name in enumerate(_FACTS):
            label, value = words(name, "muted", wraps=False), words("")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
            self._values[name] = label, value
        return grid

    def _say(self, name: str, text: str) -> None:
        for label in self._values[name]:
            label.setVisible(bool(text))
        self._values[name][1].setText(text)

    def _bad_files(self) -> QWidget:
        self.bad = QTreeWidget()
        self.bad.setAccessibleName("Files that cannot be used")
        self.bad.setHeaderLabels(["File", "Why it cannot be used"])
        self.bad.setRootIsDecorated(False)
        self.bad.setWordWrap(True)
        self.bad.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.bad.setFixedHeight(130)
        self.bad.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for column in (0, 1):
            self.bad.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.bad_fold = Fold("", "fold", opened=False)
        self.bad_fold.stack.addWidget(self.bad)
        self.bad_fold.hide()
        return self.bad_fold

    def _show_bad(self, report: DatasetReport) -> None:
        self.bad.clear()
        for file in report.bad[:MOST_BAD]:
            item = QTreeWidgetItem([file.path, file.reason])
            item.setToolTip(0, str(report.folder / unescape(file.path)))
            item.setToolTip(1, file.reason)
            self.bad.addTopLevelItem(item)
        more = f"; the first {MOST_BAD:,} are listed" if len(report.bad) > MOST_BAD else ""
        self.bad_fold.show_title(f"{say.plural(len(report.bad), 'file')} left out{more}")
        self.bad_fold.setVisible(bool(report.bad))
