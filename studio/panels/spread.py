"""A folder in numbers: facts, and how sizes, shapes and brightness are spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import column_of, words
from studio.widgets.histogram import HistogramPlot

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Histogram, Spread


class SpreadPage(QWidget):
    """Told a report and its histograms."""

    def __init__(self) -> None:
        super().__init__()
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 12, 8, 8)
        column.setSpacing(20)
        column.addLayout(self._facts())
        self.sides = HistogramPlot(tr("Shorter side, in pixels"))
        self.aspects = HistogramPlot(tr("Shape, width to height"))
        self.brightness = HistogramPlot(tr("Mean brightness, in percent"))
        for plot in (self.sides, self.aspects, self.brightness):
            column.addWidget(plot)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        column_of(self, area)

    def show_report(self, report: DatasetReport) -> None:
        """Show what is in the folder, while the rest is being counted."""
        self.show_facts(report)
        for plot in (self.sides, self.aspects, self.brightness):
            plot.show_note(tr("Being counted"))

    def show_facts(self, report: DatasetReport) -> None:
        """Show what is in the folder."""
        self.say("sizes", say.sizes(report.sizes) if report.sizes else "")
        self.say("colours", say.colours(report.modes) if report.modes else "")
        self.say("files", say.listing(_named(report.formats)) if report.formats else "")
        self.say("subfolders", say.listing(report.classes, 12) if report.classes else "")

    def show_spread(self, spread: Spread, shorter: int, looked_closer: bool) -> None:
        """Draw the histograms; `shorter` is the shorter side of the run's images."""
        edges = [0 if name.startswith("<") else int(name) for name in spread.sides.names]
        below = [place for place, edge in enumerate(edges) if edge <= shorter]
        _draw(self.sides, spread.sides, below[-1] if below else -1)
        _draw(self.aspects, spread.aspects)
        if looked_closer:
            _draw(self.brightness, spread.brightness, every=4)  # 0, 25, 50 and 75
        else:
            self.brightness.show_note(tr("Known after a closer look at every picture"))

    def say(self, key: str, text: str) -> None:
        """Show one fact, or hide it where there is nothing to say."""
        for label in self.values[key]:
            label.setVisible(bool(text))
        self.values[key][1].setText(text)

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.values: dict[str, tuple[QLabel, QLabel]] = {}
        names = {
            "sizes": tr("Sizes"),
            "colours": tr("Colours"),
            "files": tr("Files"),
            "subfolders": tr("Subfolders"),
        }
        for row, (key, name) in enumerate(names.items()):
            label, value = words(name, "muted", wraps=False), words("")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
            self.values[key] = label, value
        return grid


def _named(formats: Mapping[str, int]) -> dict[str, int]:
    """Return counted kinds of files as they are written."""
    return {"WebP" if name == "WEBP" else name: count for name, count in formats.items()}


def _draw(plot: HistogramPlot, histogram: Histogram, mark: int = -1, every: int = 1) -> None:
    if not histogram.total:
        plot.show_note(tr("No pictures to count"))
        return
    tips = [
        tr("{range}: {count:,}", range=one, count=count)
        for one, count in zip(histogram.ranges, histogram.counts, strict=True)
    ]
    names = [name if place % every == 0 else "" for place, name in enumerate(histogram.names)]
    plot.show_bars(histogram.counts, names, tips, mark)
