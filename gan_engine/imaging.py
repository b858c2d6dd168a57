"""Images in and out: decode, tile a grid, PNG with its settings."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, PngImagePlugin, UnidentifiedImageError

from gan_engine import durable
from gan_engine.drafts import escape
from gan_engine.errors import FileError
from gan_engine.events import Pixels
from gan_engine.schema import Message

if TYPE_CHECKING:  # a reader of PNG files need not wait for torch
    from torch import Tensor

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
"""What is opened; every other decoder of Pillow stays out of a stranger's reach."""

MAX_PIXELS = 2**26
"""What is decoded at most: above the largest cameras, well below Pillow's own limit."""

FILTERS = {
    "lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
}

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG = ("JPEG", "MPO")  # a phone's JPEG with a second picture behind the first is an MPO to Pillow
_LARGE = 2**24
_large_turns = threading.BoundedSemaphore(2)  # however many threads decode, memory stays bounded

# Pillow warns about odd metadata, which does not matter here, and about bombs, which does.
# Set for the process and once, because the filters of `warnings` are shared by all threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.simplefilter("error", Image.DecompressionBombWarning)


class ImageShape(NamedTuple):
    """What one image of a run is: height and width in pixels, and 1 or 3 channels."""

    height: int
    width: int
    channels: int

    def __str__(self) -> str:
        colour = {1: "grey", 3: "RGB", 4: "RGBA"}.get(self.channels, str(self.channels))
        return f"{self.width}×{self.height} {colour}"


class ImageHeader(NamedTuple):
    """What a picture says about itself before it is decoded; width and height are upright."""

    width: int
    height: int
    mode: str
    format: str
    frames: int = 1
    rotated: bool = False
    alpha: bool = False
    profile: bool = False


class ImageError(FileError):
    """A picture cannot be used; `reason` is a phrase that says why."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path, self.reason = Path(path), reason
        super().__init__(
            "“{name}” cannot be used: {reason}.",
            hint="Leave it out, or save it again as PNG or JPEG.",
            name=escape(self.path.name),
            reason=reason,
        )


# --- reading what strangers made ---------------------------------------------------------------


def read_header(path: Path | str) -> ImageHeader:
    """Return what the picture at `path` says about itself, without decoding it.

    Raises:
        ImageError: It is no ordinary file, no picture, or too large to be opened safely.
    """
    with _opened(path) as image:
        return ImageHeader(
            *_upright_size(image),
            mode=image.mode,
            format="JPEG" if image.format == "MPO" else str(image.format),
            frames=1 if image.format in _JPEG else int(getattr(image, "n_frames", 1)),
            rotated=_orientation(image) != 1,
            alpha=image.has_transparency_data,
            profile=bool(image.info.get("icc_profile")),
        )


def decode(
    path: Path | str,
    shape: ImageShape,
    fit: str = "crop",
    background: str = "#ffffff",
    filter: str = "lanczos",
) -> NDArray[np.uint8]:
    """Return the picture at `path` as the networks will see it.

    Args:
        path: An ordinary file.
        shape: What to make of it.
        fit: "crop" the middle, "pad" with the background, or "stretch".
        background: "#rrggbb", what shows through transparent parts and beside padded pictures.
        filter: One of `FILTERS`.

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
            return _Plan(size, (across / scale, down / scale))
        scale = min(across, down)
        inner = max(1, round(width * scale)), max(1, round(height * scale))
        return _Plan(inner if fit == "pad" else size)

    small = _read(path, plan, background, FILTERS[filter])
    if small.size != size:
        canvas = Image.new("RGB", size, _rgb(background))
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


@contextlib.contextmanager
def _opened(path: Path | str, formats: tuple[str, ...] = FORMATS) -> Iterator[ImageFile.ImageFile]:
    """Open a picture; whatever opening or using it throws leaves as an ImageError."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for ever
            raise ImageError(path, Message("not an ordinary file"))
        if not found.st_size:
            raise ImageError(path, Message("the file is empty"))
        with open(path, "rb") as file, Image.open(file, formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageError(path, _too_large(f"{image.width}×{image.height}"))
            yield image
    except ImageError:
        raise
    except Exception as error:  # Pillow throws SyntaxError, ValueError, struct.error, KeyError …
        raise ImageError(path, _reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        kinds = "PNG, JPEG, WebP, BMP, TIFF, GIF"
        return Message("no picture of a kind that is read here ({kinds})", kinds=kinds)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return _too_large("its")
    if isinstance(error, MemoryError):
        return Message("it needs more memory than there is")
    if isinstance(error, FileNotFoundError):
        return Message("it is not there")
    if isinstance(error, OSError) and error.errno and error.strerror:
        return Message("it cannot be read ({why})", why=error.strerror)
    why = (str(error).splitlines() or [""])[0][:160] or type(error).__name__
    return Message("cut short or damaged ({why})", why=why)


def _too_large(size: str) -> str:
    return Message(
        "{size} pixels are more than the {cap:.0f} million that are safe to open",
        size=size,
        cap=MAX_PIXELS / 1e6,
    )


class _Plan(NamedTuple):
    """Which (width, height) a picture gets, and which share of each, around the middle, is kept."""

    size: tuple[int, int]
    keep: tuple[float, float] = (1.0, 1.0)


def _read(
    path: Path | str,
    plan: Callable[[int, int], _Plan],
    background: str,
    filter: Image.Resampling,
) -> Image.Image:
    """Return a picture upright, in 8 bits and resized to what `plan` makes of its full size.

    It is resized as it is stored and turned afterwards: the kept share is around the middle
    either way, and little is left to turn.
    """
    with _opened(path) as image:
        full = image.size
        extent = _draft(image, plan(*_upright_size(image))) if image.format in _JPEG else full
        large = image.width * image.height > _LARGE
        with _large_turns if large else contextlib.nullcontext():
            image.load()
            flat = _flat(image, background)
        orientation = _orientation(image)
        turned = orientation >= 5
        size, keep = plan(*(full[::-1] if turned else full))
        if turned:
            size, keep = size[::-1], keep[::-1]
        (width, height), (across, down) = extent, keep
        left, top = width * (1 - across) / 2, height * (1 - down) / 2
        box = (left, top, width * (1 + across) / 2, height * (1 + down) / 2)
        small = flat.resize(size, filter, box=box)
        return small.transpose(_UPRIGHT[orientation]) if orientation > 1 else small


def _draft(image: ImageFile.ImageFile, plan: _Plan) -> tuple[float, float]:
    """Have a JPEG decoded only twice as finely as needed; return its size in coarser pixels."""
    width, height = _upright_size(image)
    wanted = max(plan.size[0] / (width * plan.keep[0]), plan.size[1] / (height * plan.keep[1]))
    factor = int(0.5 / wanted)
    if factor > 1:
        coarse = -(-image.width // factor), -(-image.height // factor)
        if (drafted := image.draft(None, coarse)) is not None:
            return drafted[1][2], drafted[1][3]
    return image.size


def _orientation(image: Image.Image) -> int:
    """Return how a camera was held, 1 to 8; upright where the metadata is damaged."""
    try:
        # The base class's, since the one of PNG files decodes the whole picture first.
        value = Image.Image.getexif(image).get(_ORIENTATION, 1)
    except Exception:  # damaged metadata is no reason to refuse the pixels
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _upright_size(image: Image.Image) -> tuple[int, int]:
    turned = _orientation(image) >= 5 and image.format != "TIFF"  # TIFF files open upright
    return (image.height, image.width) if turned else image.size


# --- meaning -------------------------------------------------------------------------------------


def _flat(image: Image.Image, background: str) -> Image.Image:
    """Return `image` in 8 bits, "L" or "RGB", laid on `background` where it is transparent.

    Resizing comes after this, so that colours under transparent pixels never mix in.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        flat = Image.new("RGB", image.size, _rgb(background))
        flat.paste(image, mask=image)
        return flat
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a deep grey image in 8 bits; Pillow's own conversion would clip it."""
    deep = np.asarray(image)
    values = np.nan_to_num(deep.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    black, span = _range(image.mode, values)
    values = ((values - black) * (255 / span)).clip(0, 255)
    grey = Image.fromarray(np.rint(values).astype(np.uint8))
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey.putalpha(Image.fromarray(np.where(deep == key, 0, 255).astype(np.uint8)))
    return grey


def _range(mode: str, values: NDArray[np.float32]) -> tuple[float, float]:
    """Return which value is black and how far white is from it: 16 bits, or what the values fit."""
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 65535:
        return low, (high - low) or 1.0
    return 0.0, next(white for white in (1.0, 255.0, 65535.0) if high <= white)


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
    for channel, level in enumerate(_rgb(background)):
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
    with _opened(path, ("PNG",)) as image:
        return _read_only(np.array(image.convert("RGB")))


def read_png_text(path: Path | str) -> dict[str, str]:
    """Return the texts in front of a PNG's pixels, by key.

    Raises:
        ImageError: It is no PNG, or damaged.
    """
    with _opened(path, ("PNG",)) as image:
        return {str(key): value for key, value in image.info.items() if isinstance(value, str)}


def _read_only(pixels: NDArray[np.uint8]) -> Pixels:
    pixels.setflags(write=False)
    return pixels


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
