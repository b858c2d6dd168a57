"""Styles mixed: samples that have the layout of one seed and the details of another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from gan_engine.export.base import Exporter, ExportProgress, Need
from gan_engine.export.images import side_by_side, words_of
from gan_engine.imaging import write_png
from gan_engine.route import truncation
from gan_engine.sampling import open_sampler
from gan_engine.schema import option

_DARK = 0x20
"""The corner that shows nothing, as dark as what is between the samples."""


class MixedStyles(Exporter):
    """Each row's sample with the finer styles of each column's, in one PNG."""

    title: ClassVar[str] = "Mixed styles (Style)"
    kind: Literal["styles"] = "styles"
    needs: ClassVar[Need] = "styles"
    suffix: ClassVar[str] = ".png"
    rows: int = option(4, ge=1, le=50, help="How many samples give shape and layout.")
    columns: int = option(6, ge=1, le=50, help="How many samples give what is finer.")
    seed: int = option(
        0, ge=0, le=2**31 - 1, help="The first row's seed; the others follow, the columns' last."
    )
    layer: int = option(
        4, ge=1, le=15,
        help="From which layer of G on a column counts: early ones change shapes, late ones colours.",
    )  # fmt: skip
    truncation: float = truncation()

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        yield ExportProgress(0, 1, out)
        sampler = open_sampler(source)
        last = self.seed + self.rows + self.columns - 1
        down = range(self.seed, self.seed + self.rows)
        across = range(self.seed + self.rows, last + 1)
        rows, columns = zip(*itertools.product(down, across), strict=True)
        mixed = sampler.mixed(rows, columns, self.layer, self.truncation)
        top = sampler.images(across, self.truncation)
        corner = np.full_like(top[:1], 0 if top.shape[3] == 4 else _DARK)
        cells = [corner, top]
        for row, image in enumerate(sampler.images(down, self.truncation)):
            cells += [image[None], mixed[row * self.columns : (row + 1) * self.columns]]
        picture = side_by_side(np.concatenate(cells), self.columns + 1)
        write_png(out, picture, words_of(sampler, f"{self.seed}-{last}", self.truncation))
        yield ExportProgress(1, 1, out)
