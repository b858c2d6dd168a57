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
from gan_engine.errors import FileError
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
    "Half",
    "ImageError",
    "ImageHeader",
    "ImageShape",
    "decode",
    "detail_of",
    "on_chequers",
    "read_header",
    "read_png",
    "read_png_text",
    "thumbnail",
    "tile",
    "write_png",
]

GAP = 2
"""So many pixels lie between the pictures of a grid."""

Crop = Literal["centre", "top", "content"]
Half = Literal["", "left", "right"]
"""Which half of a picture is meant where two of them stand side by side in one file."""

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
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
Detail = NDArray[np.float32]
_DETAIL_SIDE = 64
_LARGE = 2**24
_large_turns = threading.BoundedSemaphore(2)  # however many threads decode, memory stays bounded


class ImageShape(NamedTuple):
    """What one image of a run is: height and width in pixels, and 1, 3 or 4 channels."""

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
    half: Half = "",
    detail: Detail | None = None,
) -> NDArray[np.uint8]:
    """Return the picture at `path` as the networks will see it.

    Args:
        path: An ordinary file, or a file in an archive: `archive.zip/inside.png`.
        shape: What to make of it.
        fit: "crop" what is too long, "pad" with the background, or "stretch".
        background: "#rrggbb", what shows through transparent parts and beside padded pictures.
        filter: One of `FILTERS`.
        crop: What stays of a cropped picture: its centre, its top, or where most detail is.
        half: Only its left or right half, as if that were the picture.
        detail: Where most detail is; without, the picture's own is looked for.

    Returns:
        (H, W, C), contiguous: upright, 8 bits, the first frame of an animation. The fourth channel
        is opacity; where it is zero the colour is the background's.

    Raises:
        ImageError: It cannot be decoded to its end.
    """

    size, mode = (shape.width, shape.height), _MODES[shape.channels]

    def plan(width: int, height: int) -> _Plan:
        across, down = shape.width / width, shape.height / height
        if fit == "crop":
            scale = max(across, down)
            return _Plan(size, (across / scale, down / scale), crop, detail)
        scale = min(across, down)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        return _Plan(inner if fit == "pad" else size)

    small = _read(path, plan, background, FILTERS[filter], half, keeps_alpha=mode == "RGBA")
    if small.size != size:
        kind, colour = (
            ("RGBA", (*rgb(background), 0)) if mode == "RGBA" else ("RGB", rgb(background))
        )
        canvas = Image.new(kind, size, colour)
        canvas.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
        small = canvas
    pixels = np.array(small.convert(mode)).reshape(shape)
    if mode == "RGBA":
        pixels[pixels[..., 3] == 0, :3] = rgb(background)
    return pixels


def detail_of(path: Path | str, half: Half = "") -> Detail:
    """Return where the picture at `path` has something to see, to be added to another's of its pair.

    Raises:
        ImageError: It cannot be decoded to its end.
    """
    side = (_DETAIL_SIDE, _DETAIL_SIDE)
    return _detail(_read(path, lambda *_: _Plan(side), "#ffffff", FILTERS["box"], half))


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
    detail: Detail | None = None


def _read(
    path: Path | str,
    plan: Callable[[int, int], _Plan],
    background: str,
    filter: Image.Resampling,
    half: Half = "",
    keeps_alpha: bool = False,
) -> Image.Image:
    """Return a picture upright, in 8 bits and resized to what `plan` makes of its full size.

    It is resized as it is stored and turned afterwards, when little is left to turn.
    """
    with opened(path) as image:
        full = image.size
        extent: tuple[float, float] = full
        if isinstance(image, ImageFile.ImageFile) and image.format in JPEG and not half:
            extent = _draft(image, plan(*upright_size(image)))
        large = image.width * image.height > _LARGE
        with _large_turns if large else contextlib.nullcontext():
            image.load()
            whole = flat(image, background, keeps_alpha)
        turn = orientation(image)
        if half:
            whole, turn = _half(whole, turn, half), 1
            extent = full = whole.size
        turned = turn >= 5
        made = plan(*(full[::-1] if turned else full))
        x, y = _stored(turn, *_where(whole, turn, made))
        size, keep = made.size, made.keep
        if turned:
            size, keep = size[::-1], keep[::-1]
        (width, height), (across, down) = extent, keep
        left, top = width * (1 - across) * x, height * (1 - down) * y
        box = (left, top, left + width * across, top + height * down)
        small = whole.resize(size, filter, box=box)
        return small.transpose(_UPRIGHT[turn]) if turn > 1 else small


def _half(whole: Image.Image, turn: int, half: Half) -> Image.Image:
    """Return the left or right half of an upright picture; an odd column in the middle is in none.

    It is cut out: a resizing filter would look beyond the edge of a mere box.
    """
    upright = whole.transpose(_UPRIGHT[turn]) if turn > 1 else whole
    width, height = max(1, upright.width // 2), upright.height
    left = 0 if half == "left" else upright.width - width
    return upright.crop((left, 0, left + width, height))


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


def _where(image: Image.Image, turn: int, plan: _Plan) -> tuple[float, float]:
    """Return where the kept window of the upright picture lies: 0 is left or top, 1 the other end."""
    if plan.crop == "centre" or plan.keep == (1.0, 1.0):
        return 0.5, 0.5
    if plan.crop == "top":
        return 0.5, 0.0
    detail = plan.detail
    if detail is None:
        small = image.convert("L").resize((_DETAIL_SIDE, _DETAIL_SIDE), Image.Resampling.BOX)
        detail = _detail(small.transpose(_UPRIGHT[turn]) if turn > 1 else small)
    return _busiest(detail.sum(0), plan.keep[0]), _busiest(detail.sum(1), plan.keep[1])


def _stored(turn: int, x: float, y: float) -> tuple[float, float]:
    """Return where a place in an upright picture, 0 to 1 from its top left, is as it is stored."""
    if turn >= 5:
        x, y = y, x
    right, below = turn in (2, 3, 7, 8), turn in (3, 4, 6, 7)
    return 1 - x if right else x, 1 - y if below else y


def _detail(image: Image.Image) -> Detail:
    """Return how much the small picture changes from pixel to pixel: (63, 63)."""
    grey = np.asarray(image.convert("L"), np.float32)
    return np.abs(np.diff(grey, axis=0))[:, 1:] + np.abs(np.diff(grey, axis=1))[1:]


def _busiest(detail: NDArray[np.float32], share: float) -> float:
    """Return where a window over `share` of a row sees most detail; the middle, when all is even."""
    length = max(1, round(len(detail) * share))
    sums = np.convolve(detail, np.ones(length, np.float32), "valid")
    best = np.flatnonzero(sums >= sums.max() * 0.999)
    middle = (len(sums) - 1) / 2
    start = best[np.abs(best - middle).argmin()]
    return float(start / (2 * middle)) if middle else 0.5


# --- our own pictures ----------------------------------------------------------------------------


def tile(images_NCHW: Tensor, columns: int, gap: int = GAP, background: str = "#202020") -> Pixels:
    """Return a batch laid out row by row as one picture, put together on the batch's device.

    Args:
        images_NCHW: One, three or four channels; floats in [-1, 1], or uint8. What is transparent
            is laid on a chequerboard.
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
    images = on_chequers(images) if images.shape[1] == 4 else images
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


def on_chequers(images_N4HW: Tensor) -> Tensor:
    """Return uint8 images laid on a chequerboard where they are transparent: (N, 3, H, W) uint8."""
    height, width = images_N4HW.shape[2:]
    cell = max(2, min(height, width) // 8)
    levels = images_N4HW.float()
    down, right = (levels.new_ones(side).cumsum(0).sub(1) // cell for side in (height, width))
    board_HW = 192 + 40 * ((down[:, None] + right) % 2)
    opacity = levels[:, 3:] / 255
    return (levels[:, :3] * opacity + board_HW * (1 - opacity)).round().byte()


def write_png(
    path: Path, pixels: Pixels, text: Mapping[str, str] | None = None, run: Path | None = None
) -> int:
    """Write a PNG that holds `text` and nothing else besides its pixels; return its bytes.

    `run` is the folder of the run that is being trained, if it is a part of one.

    Raises:
        FileError: Its name ends as another kind of file does.
        SpaceError: The disk is full or not writable.
    """
    if path.suffix.lower() not in ("", ".png"):
        raise FileError(
            "“{name}” would be a PNG under another name.",
            hint="Let it end in .png.",
            name=path.name,
        )
    chunks = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        chunks.add_text(key, value)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=chunks)
    return durable.write(path, buffer.getvalue(), run=run)


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
