"""Images to take away: one grid, or many single pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from PIL import Image

from gan_engine import durable
from gan_engine.colour import flat
from gan_engine.export.base import Exporter, ExportProgress
from gan_engine.imaging import write_png
from gan_engine.sampling import AT_ONCE, Sampler, open_sampler
from gan_engine.schema import option


class ImageGrid(Exporter):
    """Samples side by side in one PNG; the same seed gives the same grid."""

    title: ClassVar[str] = "Image grid"
    kind: Literal["grid"] = "grid"
    suffix: ClassVar[str] = ".png"
    rows: int = option(8, ge=1, le=100, help="Rows of samples.")
    columns: int = option(8, ge=1, le=100, help="Samples in a row.")
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    truncation: float = option(
        1.0, ge=0, le=2, help="Below 1 the samples are safer and less varied."
    )

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        yield ExportProgress(0, 1, out)
        sampler = open_sampler(source)
        pixels = sampler.grid(self.rows, self.columns, self.seed, self.truncation)
        last = self.seed + self.rows * self.columns - 1
        write_png(out, pixels, _words(sampler, f"{self.seed}-{last}"))
        yield ExportProgress(1, 1, out)


class SingleImages(Exporter):
    """Many samples, a file each, named by their seed."""

    title: ClassVar[str] = "Single images"
    kind: Literal["images"] = "images"
    count: int = option(64, ge=1, le=1_000_000, scale="log", help="How many.")
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    truncation: float = option(
        1.0, ge=0, le=2, help="Below 1 the samples are safer and less varied."
    )
    format: Literal["png", "webp", "jpeg"] = option(
        "png",
        help="PNG and WebP keep every pixel.",
        names={"png": "PNG", "webp": "WebP", "jpeg": "JPEG"},
    )

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        sampler = open_sampler(source)
        for first in range(0, self.count, AT_ONCE):
            yield ExportProgress(first, self.count, out)
            seeds = range(self.seed + first, self.seed + min(first + AT_ONCE, self.count))
            for seed, pixels in zip(seeds, sampler.images(seeds, self.truncation), strict=True):
                path = out / f"seed{seed:08d}.{self.format}"
                if self.format == "png":
                    write_png(path, pixels, _words(sampler, str(seed)))
                else:
                    file = io.BytesIO()
                    picture = Image.fromarray(pixels)
                    if self.format == "jpeg":  # which knows no transparency
                        picture = flat(picture, sampler.config.data.background)
                    picture.save(file, self.format, quality=95, lossless=True)
                    durable.write(path, file.getvalue())
        yield ExportProgress(self.count, self.count, out)


def _words(sampler: Sampler, seeds: str) -> dict[str, str]:
    """Return what an exported picture says of itself: never a path or a name."""
    config = sampler.config
    return {
        "program": "GAN Studio",
        "architecture": config.architecture.kind,
        "loss": config.loss.kind,
        "images_seen": str(sampler.images_seen),
        "seeds": seeds,
    }
