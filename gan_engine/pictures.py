"""Strangers' pictures, opened safely: which kinds, how large, and a reason for every refusal."""

from __future__ import annotations

import contextlib
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image, UnidentifiedImageError

from gan_engine import archives
from gan_engine.drafts import escape
from gan_engine.errors import FileError
from gan_engine.schema import Message

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
"""What is opened; every other decoder of Pillow stays out of a stranger's reach."""

JPEG = ("JPEG", "MPO")  # a phone's JPEG with a second picture behind the first is an MPO to Pillow

MAX_PIXELS = 2**26
"""What is decoded at most: above the largest cameras, well below Pillow's own limit."""

_ORIENTATION = 0x0112
_DEEP = {"I": 32, "F": 32}

# Pillow warns about odd metadata, which does not matter here, and about bombs, which does.
# Set for the process and once, because the filters of `warnings` are shared by all threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.simplefilter("error", Image.DecompressionBombWarning)


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
    depth: int = 8


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


def read_header(path: Path | str) -> ImageHeader:
    """Return what the picture at `path` says about itself, without decoding it.

    Raises:
        ImageError: It is no ordinary file, no picture, or too large to be opened safely.
    """
    with opened(path) as image:
        return ImageHeader(
            *upright_size(image),
            mode=image.mode,
            format="JPEG" if image.format == "MPO" else str(image.format or "NumPy"),
            frames=1 if image.format in JPEG else int(getattr(image, "n_frames", 1)),
            rotated=orientation(image) != 1,
            alpha=image.has_transparency_data,
            profile=bool(image.info.get("icc_profile")),
            depth=_depth(image),
        )


def suffixes() -> frozenset[str]:
    """Return what the names of pictures that are opened here end with, in lower case."""
    return frozenset(end for end, kind in Image.registered_extensions().items() if kind in FORMATS)


@contextlib.contextmanager
def opened(path: Path | str, formats: tuple[str, ...] = FORMATS) -> Iterator[Image.Image]:
    """Open a picture; whatever opening or using it throws leaves as an ImageError.

    Args:
        path: An ordinary file, or `archive.zip/inside.png`: an archive is read like a folder.
        formats: Some of `FORMATS`.
    """
    try:
        with bytes_or_rows(path) as source:
            if isinstance(source, Image.Image):
                yield source
                return
            with Image.open(source, formats=formats) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise ImageError(path, _too_large(f"{image.width}×{image.height}"))
                yield image
    except ImageError:
        raise
    except archives.ArchiveError as error:
        raise ImageError(path, error.reason) from error
    except Exception as error:  # Pillow throws SyntaxError, ValueError, struct.error, KeyError …
        raise ImageError(path, _reason(error)) from error


@contextlib.contextmanager
def bytes_or_rows(path: Path | str) -> Iterator[BinaryIO | Image.Image]:
    """Open an ordinary file, or what an archive holds at this path.

    Raises:
        ImageError, ArchiveError, OSError: There is nothing to read.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        inside = archives.find(Path(path))
        if inside is None:
            raise
        with archives.opened(*inside) as source:
            yield source
        return
    if not stat.S_ISREG(found.st_mode):  # reading a pipe would wait for ever
        raise ImageError(path, Message("not an ordinary file"))
    if not found.st_size:
        raise ImageError(path, Message("the file is empty"))
    with open(path, "rb") as file:
        yield file


def orientation(image: Image.Image) -> int:
    """Return how a camera was held, 1 to 8; upright where the metadata is damaged."""
    try:
        # The base class's, since the one of PNG files decodes the whole picture first.
        value = Image.Image.getexif(image).get(_ORIENTATION, 1)
    except Exception:  # damaged metadata is no reason to refuse the pixels
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return a picture's width and height as a person sees them."""
    turned = orientation(image) >= 5 and image.format != "TIFF"  # TIFF files open upright
    return (image.height, image.width) if turned else image.size


def _depth(image: Image.Image) -> int:
    """Return how many bits a value has on disk; Pillow opens deep colour as 8 bits and says so."""
    if image.mode in _DEEP:
        # Pillow opens PNG files with 16 bits of grey as 32, for old times' sake.
        return 16 if image.format == "PNG" else _DEEP[image.mode]
    stored = str(getattr(image, "tile", ""))
    return 16 if "16" in image.mode or ";16" in stored else 8


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        kinds = "PNG, JPEG, WebP, BMP, TIFF, GIF"
        return Message("no picture of a kind that is read here ({kinds})", kinds=kinds)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return _too_large("its")
    if isinstance(error, MemoryError):
        return Message("it needs more memory than there is")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
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
