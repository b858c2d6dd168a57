"""Pictures that move: a walk from sample to sample, and how the samples of a run grew."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_engine import durable
from gan_engine.colour import flat
from gan_engine.errors import EngineError, FileError
from gan_engine.export.base import Exporter, ExportProgress, Need, folder_of
from gan_engine.export.images import side_by_side
from gan_engine.extras import adding, missing
from gan_engine.history import History
from gan_engine.imaging import GAP, read_png
from gan_engine.route import Route, distance, near, of_class, through, truncation
from gan_engine.sampling import AT_ONCE, open_sampler
from gan_engine.schema import option
from gan_engine.spot import Spot

Frame = NDArray[np.uint8]
FORMATS = {"": "WEBP", ".webp": "WEBP", ".gif": "GIF", ".png": "PNG", ".mp4": "MP4"}
VIDEO_PX = 720
"""A video of smaller pictures shows each pixel as a square: players blur what they enlarge."""
MOST = 2**29
"""So many bytes the pictures of one animation may take, before they are packed."""
LAST_S = 2.0
"""So much longer the end of a time lapse is shown."""


class Animation(Exporter):
    """What moves; the file's ending says in which format."""

    suffix: ClassVar[str] = ".webp"
    others: ClassVar[tuple[str, ...]] = (".mp4", ".gif", ".png")


class Walk(Animation):
    """An animation from sample to sample: WebP, MP4, GIF or PNG."""

    title: ClassVar[str] = "Walk from sample to sample"
    kind: Literal["walk"] = "walk"
    needs: ClassVar[Need] = "seeds"
    rows: int = option(2, ge=1, le=50, help="Rows of samples; each goes a way of its own.")
    columns: int = option(3, ge=1, le=50, help="Samples in a row.")
    stops: int = option(
        6, ge=2, le=200, help="How many samples each passes, where you choose none below."
    )
    steps: int = option(30, ge=1, le=600, help="Pictures from one sample to the next.")
    rate: int = option(25, ge=1, le=50, unit="/s", help="Pictures a second.")
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    near: str = near()
    distance: float = distance()
    through: str = through()
    of_class: str = of_class()
    truncation: float = truncation()

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        _check_name(out)
        cells, distance = self.rows * self.columns, self.distance
        route = Route.of(self.seed, cells, self.through, self.near, distance)
        stops = len(route.chosen) or self.stops
        total = stops * self.steps
        yield ExportProgress(0, total, out)
        sampler = open_sampler(source)
        shape = sampler.config.data.shape

        def settled(stop: int) -> list[Spot]:
            return sampler.classed(route.at(stop), self.of_class)

        _check_size(total, self.rows * (shape.height + GAP), self.columns * (shape.width + GAP))
        frames = list[Frame]()
        # A picture's cells together, and as many pictures as are made in one go anyway.
        together = max(1, AT_ONCE // cells)
        for first in range(0, total, together):
            numbers = range(first, min(first + together, total))
            ways = [
                one.towards(other, number % self.steps / self.steps)
                for number in numbers
                for one, other in zip(
                    *(settled((number // self.steps + further) % stops) for further in (0, 1)),
                    strict=True,
                )
            ]
            made = sampler.at(ways, self.truncation)
            frames += [
                side_by_side(made[at : at + cells], self.columns)
                for at in range(0, len(made), cells)
            ]
            yield ExportProgress(min(first + together, total - 1), total, out)
        write_animation(out, frames, [1 / self.rate] * total, sampler.config.data.background)
        yield ExportProgress(total, total, out)


class TimeLapse(Animation):
    """The run's sample grids, first to last: WebP, MP4, GIF or PNG."""

    title: ClassVar[str] = "Time lapse of the training"
    kind: Literal["time_lapse"] = "time_lapse"
    needs: ClassVar[Need] = "run"
    seconds: float = option(
        10.0, ge=1, le=120, unit="s", help="How long it takes, without its end."
    )
    rate: int = option(20, ge=1, le=50, unit="/s", help="Pictures a second at most.")

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        _check_name(out)
        with closing(History(folder_of(source))) as history:
            every = [path for _, path in history.grids()]
        if len(every) < 2:
            raise EngineError(
                "“{name}” has fewer than two sample grids.",
                hint="Let it train until it has drawn some.",
                name=source.name,
            )
        count = min(len(every), max(2, round(self.seconds * self.rate)))
        chosen = [every[round(i * (len(every) - 1) / (count - 1))] for i in range(count)]
        last = read_png(chosen[-1])
        _check_size(count, *last.shape[:2])
        frames = list[Frame]()
        for number, path in enumerate(chosen):
            yield ExportProgress(number, count, out)
            frames.append(_fitted(read_png(path), last))
        shown = [self.seconds / count] * count
        shown[-1] += LAST_S
        write_animation(out, frames, shown)
        yield ExportProgress(count, count, out)


def write_animation(
    path: Path, frames: Sequence[Frame], seconds: Sequence[float], background: str = "#ffffff"
) -> None:
    """Write pictures one after the other, for ever, as what the file's name ends in.

    Args:
        path: Ends in one of `FORMATS`, or in nothing.
        frames: Of one size, (H, W, 3), or with opacity (H, W, 4); GIF and MP4 lay them on the
            background.
        seconds: How long each is shown; all equally long but the last, which is shown longer.

    Raises:
        SpaceError: The disk is full or not writable.
    """
    kind = FORMATS[path.suffix.lower()]
    pictures = [Image.fromarray(frame) for frame in frames]  # PNG looks at them twice
    if kind in ("GIF", "MP4"):
        pictures = [flat(picture, background) for picture in pictures]
    if kind == "MP4":
        durable.write(path, _video(pictures, seconds))
        return
    file = io.BytesIO()
    pictures[0].save(
        file,
        kind,
        save_all=True,
        append_images=pictures[1:],
        duration=[round(1000 * one) for one in seconds],
        loop=0,
        **({"quality": 90, "method": 2} if kind == "WEBP" else {}),
    )
    durable.write(path, file.getvalue())


def _video(pictures: Sequence[Image.Image], seconds: Sequence[float]) -> bytes:
    """Return pictures as an H.264 video."""
    import av

    width, height = pictures[0].size
    times = max(1, VIDEO_PX // height)
    rate = Fraction(1 / seconds[0]).limit_denominator(1000)
    rest = round(float(rate) * (seconds[-1] - seconds[0]))
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "16"})
        # Its colours are told for four pixels at once.
        stream.width, stream.height = width * times // 2 * 2, height * times // 2 * 2
        stream.pix_fmt = "yuv420p"
        for picture in (*pictures, *[pictures[-1]] * rest):
            large = picture.resize((width * times, height * times), Image.Resampling.NEAREST)
            large = large.crop((0, 0, stream.width, stream.height))
            container.mux(stream.encode(av.VideoFrame.from_image(large)))  # type: ignore[no-untyped-call]
        container.mux(stream.encode())
    return file.getvalue()


def _check_name(out: Path) -> None:
    if out.suffix.lower() == ".mp4" and (lacking := missing(["av"])):
        raise EngineError(
            "MP4 needs a package that is not installed: av.",
            hint=adding(lacking),
        )
    if out.suffix.lower() not in FORMATS:
        raise FileError(
            "“{name}” is no name of an animation.",
            hint="Let it end in .webp, .mp4, .gif or .png.",
            name=out.name,
        )


def _check_size(count: int, height: int, width: int) -> None:
    """Refuse what would not fit in memory, or in the formats."""
    if count * height * width * 4 > MOST or max(height, width) > 2**14 - 1:
        raise EngineError(
            "{count:,} pictures of {width:,}×{height:,} pixels are too much for one animation.",
            hint="Ask for fewer pictures, rows or columns.",
            count=count,
            width=width,
            height=height,
        )


def _fitted(frame: Frame, last: Frame) -> Frame:
    """Return a grid as large as the last one; a run's grids may have been laid out otherwise once."""
    if frame.shape == last.shape:
        return frame
    height, width = last.shape[:2]
    return np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.NEAREST))
