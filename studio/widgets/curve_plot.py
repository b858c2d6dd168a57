"""Live curves over images seen: band and mean, smoothing, log axis, markers, exact read-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QContextMenuEvent, QHideEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import Curve, Marker, images_text, value_text
from studio.widgets.legend import Legend, LegendEntry
from studio.widgets.plot_area import PlotArea
from studio.widgets.series import Floats, Series, Stretch, heights

Readings = Mapping[str, tuple[Floats, Floats]]
_ROOM, _MOST_ROOM = 0.06, 0.2
"""How much of a view lies above and below its curves at first, and before it is made tighter."""
_AHEAD = 0.03
"""How much of a view a run that goes on may fill: axes that move with every reading are most of what
a plot costs, and no rest for the eye."""


@dataclass
class _Line:
    """One series with everything that shows it."""

    label: str
    color: int | str
    dash: str
    series: Series
    curve: Curve
    shown: bool = True
    drawn: tuple[Stretch | None, Stretch | None] = field(default=(None, None))

    @property
    def paint(self) -> str:
        """Its colour in the theme in force."""
        if isinstance(self.color, str):
            return self.color
        series = theme.current().series
        return series[self.color % len(series)]


class CurvePlot(QWidget):
    """Follows the newest reading until a person zooms; a double click follows again."""

    pointed = Signal(object)
    """The mouse is at this number of images, or None."""
    zoomed = Signal(float, float)
    """A person moved the view: its first and last number of images."""
    followed = Signal()
    """A person wants to see everything again."""
    menu_asked = Signal(object)
    """What can be done with this plot should be shown at this place of the screen."""

    def __init__(self, title: str = "", parent: QWidget | None = None, names: int = 1) -> None:
        """Make one without curves, whose names take at most so many lines."""
        super().__init__(parent)
        self._lines: dict[str, _Line] = {}
        self._raw, self._smooth, self._log, self._weight = True, True, False, 0.9
        self._following, self._stale, self._moving = True, False, False
        self._settled = False
        """Whether the view may stay as it is while what is drawn fits into it."""
        self._cursor: float | None = None
        self._tagged = True
        self.as_read = False
        """Whether readings are so few that an average over them would lag far behind."""
        self._better: Literal["", "lower", "higher"] = ""
        self._name = title
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        self._legend = Legend(names)
        self._legend.setAccessibleName(tr("{plot}: which curves are shown", plot=title))
        self._legend.toggled.connect(self._toggle)
        self.area = PlotArea()
        self.area.pointed.connect(self.pointed)
        self.area.pointed.connect(self.show_cursor)
        self.area.zoomed.connect(self._take_zoom)
        self.area.fit_asked.connect(self.followed)
        self.area.fit_asked.connect(self.follow)
        self.area.x_changed.connect(self._take_range)
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 10, 0)
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._legend, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 2)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self.setMinimumSize(220, 130)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title or tr("Curves"))
        self._name_entries()

    # --- what is shown ---------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the plot is called."""
        return self._name

    @property
    def said(self) -> str:
        """What is above it: its name, and where there is a best reading, that."""
        return self._title.text()

    @property
    def keys(self) -> tuple[str, ...]:
        """The series there are."""
        return tuple(self._lines)

    def series(self, key: str) -> Series:
        """Return a series."""
        return self._lines[key].series

    def add_series(self, key: str, label: str, color: int | str = -1, dash: str = "") -> None:
        """Make room for a series; colour and dash are places in the theme's, the next by default."""
        if key in self._lines:
            return
        place = len(self._lines)
        chosen = place if color in (-1, "") else color
        dash = dash or theme.DASHES[place % len(theme.DASHES)]
        line = _Line(label, chosen, dash, Series(self._weight), Curve())
        line.curve.set_look(line.paint, line.dash)
        self._lines[key] = line
        self.area.box.addItem(line.curve, ignoreBounds=True)
        self._name_entries()

    def mark_best(self, better: Literal["lower", "higher"]) -> None:
        """Mark the best reading of the first series from now on."""
        self._better = better

    def best(self) -> tuple[float, float] | None:
        """Return when the best reading was taken, and what it was; None where that has no meaning."""
        line = next(iter(self._lines.values()), None)
        if not self._better or line is None or not np.isfinite(line.series.y).any():
            return None
        y = line.series.y
        place = int(np.nanargmin(y) if self._better == "lower" else np.nanargmax(y))
        return float(line.series.x[place]), float(y[place])

    def readings(self) -> dict[str, tuple[Floats, Floats]]:
        """Return everything that was read, by what each curve is called."""
        title, found = self._name, {}
        for line in self._lines.values():
            name = line.label if line.label == title else f"{title}: {line.label}"
            if len(line.series):
                found[name] = line.series.x.copy(), line.series.y.copy()
        return found

    def rename_series(self, key: str, label: str) -> None:
        """Call a series something else."""
        self._lines[key].label = label
        self._name_entries()

    def extend(self, readings: Readings) -> None:
        """Append readings, {key: (images seen, values)}; a series that is new is added."""
        self.take(readings)
        self.renew()

    def take(self, readings: Readings) -> None:
        """Append readings without drawing them; `renew` does."""
        self._stale = True
        for key, (x, y) in readings.items():
            self.add_series(key, key)
            self._lines[key].series.extend(np.asarray(x, float), np.asarray(y, float))

    def set_all(self, readings: Readings) -> None:
        """Replace every reading, as when another run is looked at."""
        for line in self._lines.values():
            line.series.clear()
        self._following, self._settled = True, False
        self.extend(readings)

    def clear(self) -> None:
        """Forget readings and markers; the series stay."""
        self.area.markers.clear()
        self.set_all({})

    def show_raw(self, on: bool) -> None:
        """Show the band between least and most, and the mean."""
        self._raw = on
        self._fit_anew()

    def show_smooth(self, on: bool) -> None:
        """Show the smoothed line."""
        self._smooth = on
        self._fit_anew()

    def show_log(self, on: bool) -> None:
        """Use a logarithmic axis; what is not positive is not on it."""
        self._log = self.area.values.log = on
        self.area.values.picture = None
        self._fit_anew()

    def set_smoothing(self, weight: float) -> None:
        """Set how much of the average stays at the next reading, from 0 to below 1."""
        self._weight = weight
        for line in self._lines.values():
            line.series.smooth_by(weight)
        self._fit_anew()

    def add_marker(self, x: float, text: str, kind: str) -> None:
        """Mark a moment: "changed", "saved", "resumed" or "notice"."""
        self.area.markers.append(Marker(float(x), text, kind))
        self.area.viewport().update()

    def set_markers(self, markers: Sequence[tuple[float, str, str]]) -> None:
        """Replace all markers: (images seen, text, kind)."""
        self.area.markers = [Marker(float(x), text, kind) for x, text, kind in markers]
        self.area.viewport().update()

    # --- where one looks -------------------------------------------------------------------

    def extent(self) -> tuple[float, float] | None:
        """Return the first and last number of images there is a reading of."""
        filled = [line.series.x for line in self._lines.values() if len(line.series)]
        if not filled:
            return None
        return min(float(x[0]) for x in filled), max(float(x[-1]) for x in filled)

    @property
    def span(self) -> tuple[float, float]:
        """The first and last number of images in sight."""
        start, end = self.area.box.viewRange()[0]
        return float(start), float(end)

    @property
    def crosshair(self) -> float | None:
        """How many images the crosshair is at; None where there is none."""
        return self._cursor

    def follow(self) -> None:
        """Show everything, and what comes."""
        self._following = True
        self._fit_anew()

    def look_at(self, start: float, end: float) -> None:
        """Show this stretch, and stay there."""
        self._following = False
        self._turn_to(start, end)
        self._fit_anew()

    def show_cursor(self, x: float | None, tagged: bool = True) -> None:
        """Read every series out at `x` images; None shows the newest readings again.

        `tagged` also says in the plot how many images that is.
        """
        self._cursor, self._tagged = x, tagged
        self._place_dots()
        self._read_out()

    def _place_dots(self) -> None:
        x, dots = self._cursor, []
        for line in self._lines.values():
            found = None if x is None or not line.shown else line.series.nearest(x)
            y = self._height(found[1]) if found else float("nan")
            if found and np.isfinite(y):
                dots.append((found[0], y, line.paint))
        self.area.show_cursor(x, dots, self._tagged)

    def reading(self, key: str) -> float:
        """Return what the legend says: the reading at the crosshair, or the newest; NaN for none."""
        series = self._lines[key].series
        found = series.nearest(float("inf") if self._cursor is None else self._cursor)
        return found[1] if found else float("nan")

    def _height(self, y: float) -> float:
        if not self._log:
            return y
        return float(np.log10(y)) if y > 0 else float("nan")

    def _take_zoom(self) -> None:
        self.zoomed.emit(*self.span)

    def _take_range(self, start: float, end: float) -> None:
        if not self._moving:
            self._following = False
            self._fit_anew()

    def _turn_to(self, start: float, end: float) -> None:
        self._moving = True
        if end <= start:  # a single moment: in the middle of a stretch from the beginning
            start, end = (0.0, 2 * start) if start > 0 else (start, start + 1.0)
        self.area.box.setXRange(start, end, padding=0)
        self._moving = False

    # --- drawing ---------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether there is something to draw, and somebody who sees it."""
        return self._stale and not self.visibleRegion().isEmpty()

    def renew(self) -> None:
        """Draw what is new; a plot that nobody sees waits until it is painted."""
        self._stale = True
        if self.waits:
            self._draw()

    def _fit_anew(self) -> None:
        self._settled = False
        self._place_dots()
        self.renew()

    def _draw(self) -> None:
        self._stale = False
        extent = self.extent()
        if self._following and extent is not None:
            self._follow(*extent)
        start, end = self.span
        averaged = self._smooth and not self.as_read
        for line in self._lines.values():
            raw = smooth = None
            if line.shown and (self._raw or not averaged):
                raw = line.series.stretch(start, end, log=self._log)
            if line.shown and averaged:
                smooth = line.series.stretch(start, end, smooth=True, log=self._log)
            line.drawn = raw, smooth
            line.curve.set_stretches(raw, smooth)
        self._fit(*heights([line.drawn for line in self._lines.values()]))
        self._settled = True
        self.area.box.prepareForPaint()  # else it moves the curves while they are painted: once more
        self._show_best()
        self._read_out()

    def _follow(self, first: float, last: float) -> None:
        """Show everything; a view that is settled has room for some readings more, and then stays."""
        start, end = self.span
        if self._settled and start == first and last > end:
            last += _AHEAD * (last - first)
        elif self._settled and start == first and last > end - 2 * _AHEAD * (end - start):
            return
        self._turn_to(first, last)

    def _fit(self, low: float, high: float) -> None:
        """Turn to these heights; a view that is settled stays while it fits about as well."""
        bottom, top = self.area.box.viewRange()[1]
        room = (high - low) * _ROOM or max(abs(high) * 0.1, 1e-3)
        fits = bottom <= low and high <= top and top - bottom <= (1 + 2 * _MOST_ROOM) * (high - low)
        if not (self._settled and fits):
            self.area.box.setYRange(low - room, high + room, padding=0)

    def _show_best(self) -> None:
        best = self.best()
        text = self._name
        if best is not None:
            seen, value = images_text(best[0]), value_text(best[1])
            text = tr("{name} · best {value} at {images}", name=text, value=value, images=seen)
        if text != self._title.text():
            self._title.setText(text)
        height = self._height(best[1]) if best is not None else float("nan")
        self.area.show_best((best[0], height) if best is not None and np.isfinite(height) else None)

    def _read_out(self) -> None:
        self._legend.show_values({key: value_text(self.reading(key)) for key in self._lines})

    def _name_entries(self) -> None:
        self._legend.show_entries(
            [
                LegendEntry(key, line.label, line.paint, line.dash, line.shown)
                for key, line in self._lines.items()
            ]
        )
        self._read_out()

    def _toggle(self, key: str) -> None:
        self._lines[key].shown = not self._lines[key].shown
        self._name_entries()
        self._fit_anew()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what nobody has seen so far; a picture that is taken of the plot comes here as well."""
        if self._stale:
            self._draw()
        super().paintEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.show_cursor(None)
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "area"):
            for line in self._lines.values():
                line.curve.set_look(line.paint, line.dash)
            self.area.recolor()
            self._name_entries()
