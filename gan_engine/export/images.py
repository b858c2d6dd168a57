"""Images to take away: one grid, or many single pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gan_engine import durable
from gan_engine.colour import flat
from gan_engine.export.base import Exporter, ExportProgress, Need
from gan_engine.grid_layout import lay_out
from gan_engine.imaging import GAP, tile, write_png
from gan_engine.route import Route, chosen, distance, near, of_class, spots_in, truncation
from gan_engine.sampling import AT_ONCE, Sampler, open_sampler
from gan_engine.schema import option
from gan_engine.spot import Spot

Format = Literal["png", "webp", "jpeg"]
FORMAT_NAMES: dict[Format, str] = {"png": "PNG", "webp": "WebP", "jpeg": "JPEG"}


class ImageGrid(Exporter):
    """Samples side by side in one PNG; the same seed gives the same grid."""

    title: ClassVar[str] = "Image grid"
    kind: Literal["grid"] = "grid"
    needs: ClassVar[Need] = "seeds"
    suffix: ClassVar[str] = ".png"
    rows: int = option(8, ge=1, le=100, help="Rows of samples.")
    columns: int = option(8, ge=1, le=100, help="Samples in a row.")
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    near: str = near()
    distance: float = distance()
    of_class: str = of_class()
    truncation: float = truncation()

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        yield ExportProgress(0, 1, out)
        sampler = open_sampler(source)
        if self.near.strip() or self.of_class:
            cells, columns = self.rows * self.columns, self.columns
            route = Route.of(self.seed, cells, "", self.near, self.distance)
            spots = sampler.classed(route.at(0), self.of_class)
            made, told = sampler.at(spots, self.truncation), ", ".join(map(str, spots))
        else:
            plan = lay_out(self.rows, self.columns, self.seed, len(sampler.classes))
            made, columns = sampler.images(plan.seeds, self.truncation, plan.labels), plan.columns
            told = f"{plan.seeds[0]}-{plan.seeds[-1]}"
        write_png(out, side_by_side(made, columns), words_of(sampler, told, self.truncation))
        yield ExportProgress(1, 1, out)


class SingleImages(Exporter):
    """Many samples, a file each, named by their seed."""

    title: ClassVar[str] = "Single images"
    kind: Literal["images"] = "images"
    needs: ClassVar[Need] = "seeds"
    count: int = option(64, ge=1, le=1_000_000, scale="log", help="How many.")
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    chosen: str = chosen()
    of_class: str = of_class()
    truncation: float = truncation()
    format: Format = option("png", help="PNG and WebP keep every pixel.", names=FORMAT_NAMES)

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        chosen, sampler = spots_in(self.chosen), open_sampler(source)
        count, background = len(chosen) or self.count, sampler.config.data.background
        for first in range(0, count, AT_ONCE):
            yield ExportProgress(first, count, out)
            seeds = range(self.seed + first, self.seed + min(first + AT_ONCE, count))
            spots = list(chosen[first : first + AT_ONCE]) or [Spot(seed) for seed in seeds]
            spots = sampler.classed(spots, self.of_class) if self.of_class else spots
            made = sampler.at(spots, self.truncation)
            for spot, pixels in zip(spots, made, strict=True):
                name = spot.file_name if chosen else f"seed{spot.seed:08d}"
                name += f"-class{spot.label}" if self.of_class and not chosen else ""
                words = words_of(sampler, str(spot), self.truncation)
                write_picture(out / f"{name}.{self.format}", pixels, self.format, words, background)
        yield ExportProgress(count, count, out)


def side_by_side(images_NHWC: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Return images as one picture: (H, W, 3), or with opacity cut out, (H, W, 4)."""
    if images_NHWC.shape[3] == 4:
        return cut_out(images_NHWC, columns)
    return tile(torch.from_numpy(images_NHWC).permute(0, 3, 1, 2), columns)


def cut_out(images_NHW4: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Return images with opacity as one picture, nothing between them: (rows, columns, 4)."""
    count, height, width, channels = images_NHW4.shape
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + GAP, width + GAP, channels), np.uint8)
    cells[:count, :height, :width] = images_NHW4
    grid = cells.reshape(rows, columns, height + GAP, width + GAP, channels)
    grid = grid.transpose(0, 2, 1, 3, 4).reshape(rows * (height + GAP), -1, channels)
    return np.ascontiguousarray(grid[:-GAP, :-GAP])


def write_picture(
    path: Path,
    pixels: NDArray[np.uint8],
    format: Format,
    words: Mapping[str, str],
    background: str,
) -> None:
    """Write one picture, (H, W, 3) or with opacity (H, W, 4); JPEG lays it on the background."""
    if format == "png":
        write_png(path, pixels, words)
        return
    file, picture = io.BytesIO(), Image.fromarray(pixels)
    picture = flat(picture, background) if format == "jpeg" else picture
    picture.save(file, format, quality=95, lossless=True, exact=True)
    durable.write(path, file.getvalue())


def words_of(sampler: Sampler, seeds: str = "", truncation: float = 1.0) -> dict[str, str]:
    """Return what an exported picture says of itself: never a path or a name."""
    config = sampler.config
    words = {
        "program": "GAN Studio",
        "architecture": config.architecture.kind,
        "loss": config.loss.kind,
        "images_seen": str(sampler.images_seen),
    }
    return {**words, "seeds": seeds, "truncation": str(truncation)} if seeds else words
