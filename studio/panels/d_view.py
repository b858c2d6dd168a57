"""The tutorial's numbers: how bright samples are beside reals, and what D says of each region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gan_engine import get, put
from studio import theme
from studio.i18n import together, tr
from studio.panels import words as say
from studio.panels.base import words
from studio.widgets.elided import ElidedLabel
from studio.widgets.image_view import ImageView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gan_engine import Draft, Pixels, Statistics

_GAP = 1
_LEAST = 0.05
"""Logits of less than this are never the full colour: D as good as guesses."""


class DView(QWidget):
    """Told statistics with every sample grid."""

    def __init__(self) -> None:
        super().__init__()
        self._columns = 8
        self._found: Statistics | None = None
        self._means = words("", wraps=False), words("", wraps=False)
        self._formula = QLabel(
            "G(z) = 1/\N{WORD JOINER}(HW)\N{NO-BREAK SPACE}Σ<sub>ij</sub>\N{NO-BREAK SPACE}G<sub>ij</sub>"
        )
        self._formula.setTextFormat(Qt.TextFormat.RichText)
        self._formula.setWordWrap(True)  # beside its title only where there is room
        self._formula.setToolTip(
            tr("The mean intensity of an image, from −1 for black to 1 for white.")
        )
        self._draft: Draft = {}
        self._turns = words("")
        self._map_size, self._why = ElidedLabel(), words("", "muted")
        self._why.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.maps = ImageView(), ImageView()
        self._names = words(tr("Reals"), "muted", wraps=False), words(tr("Fakes"), "muted", False)
        means = QHBoxLayout()
        means.setSpacing(6)
        for name, label in zip((tr("Real"), tr("Samples")), self._means, strict=True):
            means.addWidget(words(name, "muted", wraps=False))
            means.addWidget(label)
            means.addSpacing(10)
        means.addStretch(1)
        pictures = QGridLayout()
        pictures.setSpacing(4)
        for place, view in enumerate(self.maps):
            view.setMinimumSize(64, 64)
            pictures.addWidget(self._names[place], 0, place)
            pictures.addWidget(view, 1, place)
        pictures.setRowStretch(1, 1)
        self.maps[0].setAccessibleName(tr("What D says of each region of real images"))
        self.maps[1].setAccessibleName(tr("What D says of each region of samples"))
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 0)
        column.setSpacing(3)
        column.addWidget(self._turns)
        column.addSpacing(3)
        column.addLayout(_headed(words(tr("Mean intensity"), "title", wraps=False), self._formula))
        column.addLayout(means)
        column.addSpacing(3)
        column.addLayout(_headed(words(tr("D's patch map"), "title", wraps=False), self._map_size))
        column.addWidget(self._why)
        column.addLayout(pictures, 1)
        self.show_statistics(None)

    # --- shown -------------------------------------------------------------------------------

    def show_layout(self, columns: int) -> None:
        """Say how many samples a row of the grid has."""
        self._columns = max(1, columns)

    def show_turns(self, draft: Draft) -> None:
        """Say how often each network learns in a round, and which of them rests."""
        self._draft = draft
        steps = get(draft, "training.d_steps", 1)
        turns = tr("D learns once, then G once.")
        if steps != 1:
            turns = tr("D learns {count} times, then G once.", count=steps)
        rest = [
            tr("{name} rests: its learning rate is 0.", name=name)
            for name in ("D", "G")
            if get(draft, f"optimizer_{name.lower()}.rate") == 0
        ]
        self._turns.setText(together(turns, *rest))

    def show_change(self, path: str, value: object) -> None:
        """Say what a setting that was changed while the run trains means for both."""
        self.show_turns(put(self._draft, path, value))

    def show_means(self, real: float, fake: float) -> None:
        """Show how bright both were on average; of a run that is over nothing more is known."""
        self._means[0].setText(say.exact(real))
        self._means[1].setText(say.exact(fake))

    def show_statistics(self, found: Statistics | None) -> None:
        """Show the numbers of the newest samples; None is none yet."""
        self._found = found
        there = found is not None and found.fake_maps.ndim == 3 and found.fake_maps.size > 0
        for widget in (*self.maps, *self._names):
            widget.setVisible(there)
        self._map_size.setVisible(there)
        self._why.setVisible(not there)
        if found is None:
            for label in self._means:
                label.setText("–")
            self._why.setText(tr("It is drawn with every sample grid, while a run trains."))
            return
        for label, values in zip(self._means, (found.real_means, found.fake_means), strict=True):
            mean, spread = float(np.mean(values)), float(np.std(values))
            label.setText(tr("{mean} ± {spread}", mean=f"{mean:.3f}", spread=f"{spread:.3f}"))
        if not there:
            self._why.setText(
                tr(
                    "D says one thing of a whole image here, so there is no map. With the patch map"
                    " as D's head it judges each region by itself."
                )
            )
            return
        self._draw()

    def said(self) -> str:
        """Return everything it says."""
        labels = (self._turns, *self._means, self._map_size, self._why)
        return " ".join(label.text() for label in labels if not label.isHidden())

    # --- inside ------------------------------------------------------------------------------

    def _draw(self) -> None:
        assert self._found is not None
        height, width = self._found.fake_maps.shape[1:]
        both = (self._found.real_maps, self._found.fake_maps)
        full = max(_LEAST, *(float(np.abs(maps).max(initial=0.0)) for maps in both))
        self._map_size.setText(
            tr(
                "H × W of D: {height} × {width}. Orange is taken for real, blue for generated, in"
                " full colour at a score of ±{full}. The loss is averaged over the map, not the"
                " scores.",
                height=height,
                width=width,
                full=f"{full:.2g}",
            )
        )
        for view, maps in zip(self.maps, both, strict=True):
            view.show_pixels(_coloured(maps, self._columns, full))

    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)  # type: ignore[arg-type]
        if getattr(self, "_found", None) is not None and not self.maps[0].isHidden():
            self._draw()


def _headed(title: QWidget, beside: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(title)
    row.addWidget(beside, 1)
    return row


def _coloured(maps_Nhw: NDArray[np.float32], columns: int, full: float) -> Pixels:
    """Return maps of logits as one picture: blue below zero, orange above, grey at it."""
    count, height, width = maps_Nhw.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    canvas = np.zeros((rows * columns, height + _GAP, width + _GAP), np.float32)
    canvas[:count, :height, :width] = maps_Nhw
    edge = np.ones((rows * columns, height + _GAP, width + _GAP), bool)
    edge[:count, :height, :width] = False
    turned = (0, 2, 1, 3)
    shape = rows * (height + _GAP), columns * (width + _GAP)
    whole = (
        canvas.reshape(rows, columns, height + _GAP, width + _GAP).transpose(turned).reshape(shape)
    )
    gaps = edge.reshape(rows, columns, height + _GAP, width + _GAP).transpose(turned).reshape(shape)
    strength = np.clip(whole / full, -1, 1)[..., None]
    colors = theme.current()
    low, high = (_rgb(colors.series[place]) for place in (0, 1))
    neutral, gap = _rgb(colors.edge), _rgb(colors.canvas)
    ends = np.where(strength > 0, high, low)
    painted = neutral + np.abs(strength) * (ends - neutral)
    painted[gaps] = gap
    pixels = painted.round().astype(np.uint8)[: shape[0] - _GAP, : shape[1] - _GAP]
    return np.ascontiguousarray(pixels)


def _rgb(color: str) -> NDArray[np.float32]:
    return np.array([int(color[n : n + 2], 16) for n in (1, 3, 5)], np.float32)
