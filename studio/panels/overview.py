"""What is in the folder: how many pictures, what can be mended, and a tab for each way to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from studio.i18n import listed, tr
from studio.panels import words as say
from studio.panels.base import PAGE, Pages, button, words
from studio.panels.findings import Findings
from studio.panels.left_out import LeftOut
from studio.panels.pictures import Pictures
from studio.panels.problem_list import ProblemList
from studio.panels.spread import SpreadPage

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Pixels, Problem
    from studio.clinic import Diagnosis, Progress

PICTURES, FINDINGS, OUT, NUMBERS = range(4)
_NARROW = 400


class LookLine(QWidget):
    """How far a look into the folder is, how long it will take, and a way to stop it."""

    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Pictures looked at"))
        self.text = words("", "muted")
        self.stop_button = button(tr("Cancel"), tr("Stop looking; what is known stays known."))
        self.stop_button.setProperty("small", True)
        self.stop_button.clicked.connect(self.cancel_asked)
        said = QVBoxLayout()
        said.setSpacing(5)
        said.addWidget(self.text)
        said.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(said, 1)
        row.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.hide()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self.text.setText(progress_text(progress))
        self.bar.setRange(0, progress.total if progress.stage != "names" else 0)
        self.bar.setValue(progress.done)
        self.show()


def look_again_button() -> QPushButton:
    """Return the button that reads the folder once more."""
    return button(tr("Look again"), tr("Read the folder once more, after files have changed."))


def progress_text(progress: Progress) -> str:
    """Return how far a look is, in words."""
    if progress.stage == "names":
        return tr("{total:,} files found", total=progress.total)
    share = 100 * progress.done // max(1, progress.total)
    text = (
        tr(
            "Reading sizes and kinds: {done:,} of {total:,}",
            done=progress.done,
            total=progress.total,
        )
        if progress.stage == "headers"
        else tr("Looking for copies, likenesses and blank pictures: {share} %", share=share)
    )
    if progress.left is None:
        return text
    return tr("{text} · about {time} left", text=text, time=say.duration(progress.left))


class Overview(QWidget):
    """A dataset's report, kept up with the settings."""

    folder_asked = Signal()
    rescan_asked = Signal()
    cancel_asked = Signal()
    edited = Signal(object)
    """Settings by path, as one edit."""
    wanted = Signal(object)
    """Names of pictures whose thumbnails are missing."""

    def __init__(self) -> None:
        super().__init__()
        self._total = 0
        self.headline = words("", "headline")
        self.where = words("", "muted")
        self.look_line = LookLine()
        self.look_line.cancel_asked.connect(self.cancel_asked)
        self.notes = ProblemList(leads=False)
        self.pictures, self.findings = Pictures(), Findings()
        self.out, self.spread = LeftOut(), SpreadPage()
        self.findings.edited.connect(self.edited)
        self.findings.some_asked.connect(self._show_some)
        self.findings.unreadable_asked.connect(self._show_unreadable)
        self.findings.wanted.connect(self.wanted)
        self.pictures.grid.wanted.connect(self.wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(*PAGE)
        column.setSpacing(10)
        column.addLayout(self._head())
        column.addWidget(self.look_line)
        column.addWidget(self.notes)
        column.addWidget(self._mend())
        column.addWidget(self._tab_bar())
        self.stack = Pages()
        for page in (self.pictures, self.findings, self.out, self.spread):
            self.stack.addWidget(page)
        column.addWidget(self.stack, 1)
        self.setMinimumWidth(320)

    # --- shown -------------------------------------------------------------------------------

    def show_names(self, names: Sequence[str], where: str) -> None:
        """Show pictures of which nothing is known but their names."""
        count = len(names)
        self.headline.setText(say.pictures(count) if count else tr("No images to learn from"))
        self.where.setText(where)
        self.mend.hide()
        self.findings.show_findings(())
        self.out.show_files({}, ())
        self.pictures.show_out({})
        self.pictures.show_names(names)
        self._count_tabs(count, 0, 0)
        self._show_tab(PICTURES)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the look into the folder is."""
        self.look_line.show_progress(progress)

    def show_rest(self) -> None:
        """Show that nothing is looked at any more."""
        self.look_line.hide()

    def show_report(self, report: DatasetReport, where: str) -> None:
        """Show what is in the folder called `where`."""
        count = len(report.files)
        self._show_headline(report, say.pictures(count))
        others = tr(
            "{where} · {others} left out",
            where=where,
            others=say.others(report.others),
        )
        self.where.setText(others if report.others else where)
        self.pictures.drop([file.path for file in report.bad])
        if tuple(self.pictures.grid.keys) != report.files:
            self.pictures.show_names(report.files)
        self.spread.show_report(report)
        self.out.show_files({}, report.bad)
        self._count_tabs(count, 0, len(report.bad))

    def show_diagnosis(self, diagnosis: Diagnosis, shorter: int) -> None:
        """Show what the settings make of the folder; `shorter` is the shorter side of a run's image."""
        report, out = diagnosis.report, diagnosis.out
        count = say.pictures(len(report.files))
        if diagnosis.pairs is not None:
            count = tr("{count:,} pairs", count=diagnosis.pairs)
        elif out:
            used = sum(name not in out for name in report.files)
            count = tr("{used:,} of {count}", used=used, count=count)
        self._show_headline(report, count)
        self.findings.show_findings(diagnosis.findings)
        bad = [file.path for file in report.bad]
        self.pictures.drop(bad)
        self.spread.show_facts(report)
        self.out.show_files(out, report.bad)
        self.pictures.show_out(out)
        self.spread.show_spread(diagnosis.spread, shorter, diagnosis.looked_closer)
        open_ = [finding for finding in diagnosis.findings if not finding.done]
        self._count_tabs(len(report.files), len(open_), len(out.keys() | set(bad)))
        safe = [finding for finding in open_ if finding.safe_fix]
        self.mend.setVisible(bool(safe))
        self.mend_text.setText(listed((tr(finding.title) for finding in safe), "; "))

    def _show_headline(self, report: DatasetReport, count: str) -> None:
        said = count if report.files else tr("No images to learn from")
        if len(report.sizes) == 1 and report.files:
            size = say.sizes(report.sizes).replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")
            said = tr("{count}, {size}", count=count, size=size)
        self.headline.setText(said)

    def show_problems(self, problems: list[Problem]) -> None:
        """Show what keeps a run from learning from the folder; the rest is among the findings."""
        self.notes.show_problems([one for one in problems if one.severity == "error"])

    def show_thumbnail(self, name: str, pixels: Pixels) -> None:
        """Show one of the folder's pictures wherever it belongs."""
        self.pictures.grid.set_picture(name, pixels)
        self.findings.show_picture(name, pixels)

    @Slot(str)
    def show_picture(self, name: str) -> None:
        """Bring one of the folder's pictures to view, with what is known of it."""
        self._show_tab(PICTURES)
        self.pictures.show_one(name)

    # --- building ----------------------------------------------------------------------------

    def _head(self) -> QGridLayout:
        self.choose_button = button(tr("Other folder…"), tr("Learn from other pictures."))
        self.choose_button.clicked.connect(self.folder_asked)
        self.rescan_button = look_again_button()
        self.rescan_button.clicked.connect(self.rescan_asked)
        self._acts = QHBoxLayout()
        self._acts.setSpacing(6)
        for each in (self.choose_button, self.rescan_button):
            each.setProperty("small", True)
            self._acts.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        self._acts.addStretch(1)
        self._top = grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.headline, 0, 0)
        grid.addLayout(self._acts, 0, 1)
        grid.addWidget(self.where, 1, 0, 1, 2)
        return grid

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below the headline where there is no room for both side by side."""
        super().resizeEvent(event)
        self._top.removeItem(self._acts)
        narrow = self.width() < _NARROW
        self._acts.setContentsMargins(0, 4 if narrow else 0, 0, 0)
        if narrow:
            self._top.addLayout(self._acts, 2, 0, 1, 2)
        else:
            self._top.addLayout(self._acts, 0, 1)

    def _mend(self) -> QWidget:
        self.mend = QFrame()
        self.mend.setProperty("card", True)
        self.mend_text = words("", "muted")
        self.mend_button = button(
            tr("Fix all safe"),
            tr(
                "Change the settings so that these are mended; one step of undo, no file is touched."
            ),
        )
        self.mend_button.clicked.connect(self._mend_all)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(words(tr("This can be mended without a loss"), "title"))
        said.addWidget(self.mend_text)
        row = QHBoxLayout(self.mend)
        row.setContentsMargins(12, 8, 12, 8)
        row.addLayout(said, 1)
        row.addWidget(self.mend_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.mend.hide()
        return self.mend

    def _tab_bar(self) -> QTabBar:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Ways to look at the folder"))
        for _ in range(4):
            self.tabs.addTab("")
        self._count_tabs(0, 0, 0)
        self.tabs.currentChanged.connect(self._turn)
        return self.tabs

    def _count_tabs(self, pictures: int, findings: int, out: int) -> None:
        self.tabs.setTabText(PICTURES, tr("Pictures ({count:,})", count=pictures))
        self.tabs.setTabText(FINDINGS, tr("Findings ({count})", count=findings))
        self.tabs.setTabText(OUT, tr("Left out ({count:,})", count=out))
        self.tabs.setTabText(NUMBERS, tr("Numbers"))

    # --- inside ------------------------------------------------------------------------------

    def _show_tab(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)
        self._turn(place)

    @Slot(int)
    def _turn(self, place: int) -> None:
        self.stack.setCurrentIndex(place)

    @Slot(object, str)
    def _show_some(self, names: Sequence[str], what: str) -> None:
        self.pictures.show_some(names, what)
        self._show_tab(PICTURES)

    @Slot()
    def _show_unreadable(self) -> None:
        self._show_tab(OUT)
        self.out.show_unreadable()

    @Slot()
    def _mend_all(self) -> None:
        fixes: dict[str, object] = {}
        for card in self.findings.cards.values():
            if card.finding is not None and card.finding.safe_fix and not card.finding.done:
                fixes |= card.finding.fix
        self.edited.emit(fixes)
