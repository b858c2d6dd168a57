"""What a scan found: how many pictures of which kinds, what is wrong, and the pictures themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gan_engine import unescape
from studio.panels import words as say
from studio.panels.base import button, words
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
        self.notes = ProblemList()
        self.thumbnails = ThumbnailGrid()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 12, 16)
        column.setSpacing(10)
        column.addLayout(self._head())
        column.addLayout(self._facts())
        column.addWidget(self.notes)
        column.addWidget(self._bad_files())
        column.addWidget(self.thumbnails, 1)

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

    def _head(self) -> QHBoxLayout:
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(self.headline)
        titles.addWidget(self.where)
        self.choose_button = button("Other folder…", "Learn from other pictures.")
        self.choose_button.clicked.connect(self.folder_asked)
        self.rescan_button = button(
            "Look again", "Read the folder once more, after files have changed."
        )
        self.rescan_button.clicked.connect(self.rescan_asked)
        row = QHBoxLayout()
        row.addLayout(titles, 1)
        row.addWidget(self.rescan_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignTop)
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
        self.bad_toggle = QToolButton()
        self.bad_toggle.setCheckable(True)
        self.bad_toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.bad_toggle.setArrowType(Qt.ArrowType.RightArrow)
        self.bad_toggle.setAutoRaise(True)
        self.bad_toggle.toggled.connect(self._unfold)
        self.bad = QTreeWidget()
        self.bad.setAccessibleName("Files that cannot be used")
        self.bad.setHeaderLabels(["File", "Why it cannot be used"])
        self.bad.setRootIsDecorated(False)
        self.bad.setWordWrap(True)
        self.bad.setUniformRowHeights(False)
        self.bad.setMaximumHeight(170)
        self.bad.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.bad.header().setMaximumSectionSize(260)
        self.bad.setVisible(False)
        self._bad_box = QWidget()
        column = QVBoxLayout(self._bad_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bad_toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.bad)
        self._bad_box.setVisible(False)
        return self._bad_box

    def _unfold(self, on: bool) -> None:
        self.bad_toggle.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self.bad.setVisible(on)

    def _show_bad(self, report: DatasetReport) -> None:
        self.bad.clear()
        for file in report.bad[:MOST_BAD]:
            item = QTreeWidgetItem([file.path, file.reason])
            item.setToolTip(0, str(report.folder / unescape(file.path)))
            item.setToolTip(1, file.reason)
            self.bad.addTopLevelItem(item)
        more = f"; the first {MOST_BAD:,} are listed" if len(report.bad) > MOST_BAD else ""
        text = f"{say.plural(len(report.bad), 'file')} cannot be used and will be left out{more}"
        self.bad_toggle.setText(text)
        self._bad_box.setVisible(bool(report.bad))
        self.bad_toggle.setChecked(0 < len(report.bad) <= 5)
