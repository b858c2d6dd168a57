"""Images in and out: decode, tile a grid, PNG with its settings."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, PngImagePlugin

from gan_engine import durable
from gan_engine.colour import flat, rgb
from gan_engine.events import Pixels
from gan_engine.pictures import (
    FORMATS,
    JPEG,
    MAX_PIXELS,
    ImageError,
    ImageHeader,
    opened,
    orientation,
    read_header,
    upright_size,
)

if TYPE_CHECKING:  # a reader of PNG files need not wait for torch
    from torch import Tensor

__all__ = [
    "FILTERS",
    "FORMATS",
    "MAX_PIXELS",
    "Crop",
    "ImageError",
    "ImageHeader",
    "ImageShape",
    "decode",
    "read_header",
    "read_png",
    "read_png_text",
    "thumbnail",
    "tile",
    "write_png",
]

Crop = Literal["centre", "top", "content"]

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
}

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Where the top of an upright picture is, as it is stored: (left to right, top to bottom).
_TOP = {
    1: (0.5, 0.0),
    2: (0.5, 0.0),
    3: (0.5, 1.0),
    4: (0.5, 1.0),
    5: (0.0, 0.5),
    6: (0.0, 0.5),
    7: (1.0, 0.5),
    8: (1.0, 0.5),
}
_LARGE = 2**24
_large_turns = threading.BoundedSemaphore(2)  # however many threads decode, memory stays bounded


class ImageShape(NamedTuple):
    """What one image of a run is: height and width in pixels, and 1 or 3 channels."""

    height: int
    width: int
    channels: int

    def __str__(self) -> str:
        colour = {1: "grey", 3: "RGB", 4: "RGBA"}.get(self.channels, str(self.channels))
        return f"{self.width}×{self.height} {colour}"


# --- reading what strangers made ---------------------------------------------------------------


def decode(
    path: Path | str,
    shape: ImageShape,
    fit: str = "crop",
    background: str = "#ffffff",
    filter: str = "lanczos",
    crop: Crop = "centre",
) -> NDArray[np.uint8]:
    """Return the picture at `path` as the networks will see it.

    Args:
        path: An ordinary file, or a file in an archive: `archive.zip/inside.png`.
        shape: What to make of it.
        fit: "crop" what is too long, "pad" with the background, or "stretch".
        background: "#rrggbb", what shows through transparent parts and beside padded pictures.
        filter: One of `FILTERS`.
        crop: What stays of a cropped picture: its centre, its top, or where most detail is.

    Returns:
        (H, W, C), contiguous: upright, 8 bits, the first frame of an animation.

    Raises:
        ImageError: It cannot be decoded to its end.
    """

    size = shape.width, shape.height

    def plan(width: int, height: int) -> _Plan:
        across, down = shape.width / width, shape.height / height
        if fit == "crop":
            scale = max(across, down)
            return _Plan(size, (across / scale, down / scale), crop)
        scale = min(across, down)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        return _Plan(inner if fit == "pad" else size)

    small = _read(path, plan, background, FILTERS[filter])
    if small.size != size:
        canvas = Image.new("RGB", size, rgb(background))
        canvas.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
        small = canvas
    return np.array(small.convert("L" if shape.channels == 1 else "RGB")).reshape(shape)


def thumbnail(path: Path | str, side: int, background: str = "#ffffff") -> Pixels:
    """Return the picture at `path` in its own shape, its longest side `side` pixels.

    Raises:
        ImageError: It cannot be decoded to its end.
    """

    def plan(width: int, height: int) -> _Plan:
        scale = side / max(width, height)
        return _Plan((max(1, round(width * scale)), max(1, round(height * scale))))

    small = _read(path, plan, background, Image.Resampling.LANCZOS)
    return _read_only(np.array(small.convert("RGB")))


class _Plan(NamedTuple):
    """Which (width, height) a picture gets, which share of each is kept, and of which part."""

    size: tuple[int, int]
    keep: tuple[float, float] = (1.0, 1.0)
    crop: Crop = "centre"


def _read(
    path: Path | str,
    plan: Callable[[int, int], _Plan],
    background: str,
    filter: Image.Resampling,
) -> Image.Image:
    """Return a picture upright, in 8 bits and resized to what `plan` makes of its full size.

    It is resized as it is stored and turned afterwards, when little is left to turn.
    """
    with opened(path) as image:
        full = image.size
        extent: tuple[float, float] = full
        if isinstance(image, ImageFile.ImageFile) and image.format in JPEG:
            extent = _draft(image, plan(*upright_size(image)))
        large = image.width * image.height > _LARGE
        with _large_turns if large else contextlib.nullcontext():
            image.load()
            whole = flat(image, background)
        turn = orientation(image)
        turned = turn >= 5
        size, keep, crop = plan(*(full[::-1] if turned else full))
        if turned:
            size, keep = size[::-1], keep[::-1]
        (width, height), (across, down) = extent, keep
        right, below = _where(whole, keep, crop, turn)
        left, top = width * (1 - across) * right, height * (1 - down) * below
        box = (left, top, left + width * across, top + height * down)
        small = whole.resize(size, filter, box=box)
        return small.transpose(_UPRIGHT[turn]) if turn > 1 else small


def _draft(image: ImageFile.ImageFile, plan: _Plan) -> tuple[float, float]:
    """Have a JPEG decoded only twice as finely as needed; return its size in coarser pixels."""
    width, height = upright_size(image)
    wanted = max(plan.size[0] / (width * plan.keep[0]), plan.size[1] / (height * plan.keep[1]))
    factor = int(0.5 / wanted)
    if factor > 1:
        coarse = -(-image.width // factor), -(-image.height // factor)
        if (drafted := image.draft(None, coarse)) is not None:
            return drafted[1][2], drafted[1][3]
    return image.size


def _where(
    image: Image.Image, keep: tuple[float, float], crop: Crop, turn: int
) -> tuple[float, float]:
    """Return where the kept window of a picture as stored lies: 0 is left or top, 1 the other end."""
    if crop == "centre" or keep == (1.0, 1.0):
        return 0.5, 0.5
    if crop == "top":
        return _TOP[turn]
    small = np.asarray(image.convert("L").resize((64, 64), Image.Resampling.BOX), np.float32)
    detail = np.abs(np.diff(small, axis=0))[:, 1:] + np.abs(np.diff(small, axis=1))[1:]
    return _busiest(detail.sum(0), keep[0]), _busiest(detail.sum(1), keep[1])


def _busiest(detail: NDArray[np.float32], share: float) -> float:
    """Return where a window over `share` of a row sees most detail; the middle, when all is even."""
    length = max(1, round(len(detail) * share))
    sums = np.convolve(detail, np.ones(length, np.float32), "valid")
    best = np.flatnonzero(sums >= sums.max() * 0.999)
    middle = (len(sums) - 1) / 2
    start = best[np.abs(best - middle).argmin()]
    return float(start / (2 * middle)) if middle else 0.5


# --- our own pictures ----------------------------------------------------------------------------


def tile(images_NCHW: Tensor, columns: int, gap: int = 2, background: str = "#202020") -> Pixels:
    """Return a batch laid out row by row as one picture, put together on the batch's device.

    Args:
        images_NCHW: One or three channels; floats in [-1, 1], or uint8.
        columns: How many side by side.
        gap: How many pixels between them.
        background: "#rrggbb", what shows between them and in empty places.

    Returns:
        (rows (H + gap) - gap, columns (W + gap) - gap, 3), read-only.
    """
    images = images_NCHW.detach()
    if images.is_floating_point():
        levels = (images.float().nan_to_num(nan=-1.0) + 1.0) * 127.5
        images = levels.round().clamp(0, 255).byte()
    count, _, height, width = images.shape
    rows = -(-count // columns)
    canvas = images.new_empty((rows * columns, 3, height + gap, width + gap))
    for channel, level in enumerate(rgb(background)):
        canvas[:, channel].fill_(level)
    canvas[:count, :, :height, :width] = images  # grey spreads over the three
    grid = canvas.view(rows, columns, 3, height + gap, width + gap).permute(0, 3, 1, 4, 2)
    grid = grid.reshape(rows * (height + gap), columns * (width + gap), 3)
    grid = grid[: grid.shape[0] - gap, : grid.shape[1] - gap].contiguous()
    return _read_only(grid.cpu().numpy())


def write_png(path: Path, pixels: Pixels, text: Mapping[str, str] | None = None) -> int:
    """Write a PNG that holds `text` and nothing else besides its pixels; return its bytes.

    Raises:
        SpaceError: The disk is full or not writable.
    """
    chunks = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        chunks.add_text(key, value)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=chunks)
    return durable.write(path, buffer.getvalue())


def read_png(path: Path | str) -> Pixels:
    """Return the pixels of a PNG file.

    Raises:
        ImageError: It is no PNG, or damaged.
    """
    with opened(path, ("PNG",)) as image:
        return _read_only(np.array(image.convert("RGB")))


def read_png_text(path: Path | str) -> dict[str, str]:
    """Return the texts in front of a PNG's pixels, by key.

    Raises:
        ImageError: It is no PNG, or damaged.
    """
    with opened(path, ("PNG",)) as image:
        return {str(key): value for key, value in image.info.items() if isinstance(value, str)}


def _read_only(pixels: NDArray[np.uint8]) -> Pixels:
    pixels.setflags(write=False)
    return pixels
