"""What people's folders hold: a way to make each hostile entry, and what must become of it."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

TRAINED, OTHER = "trained", "other"


def photo(seed: int = 0, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Return a smooth picture, different for each seed."""
    rough = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    """Return a picture as a file of some kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *extra: bytes) -> bytes:
    """Return a PNG that claims a size and brings next to no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 99))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + pixels


def bmp_bomb() -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 60, 0, 0, 54)
        + struct.pack("<IiiHH", 40, 60000, 60000, 1, 24)
        + b"\0" * 30
    )


def gif_bomb() -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HH", 60000, 60000)
        + b"\0\0\0,\0\0\0\0"
        + struct.pack("<HH", 60000, 60000)
        + b"\0\x02\0;"
    )


def tiff_of(values: np.ndarray) -> bytes:
    return encoded(Image.fromarray(values), "TIFF")


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(photo(orientation), "JPEG", exif=exif)


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "x" * 3_000_000, zip=True)
    return info


RAMP = np.tile(np.linspace(0, 1, 40), (30, 1))
Write = Callable[[Path], object]


def holds(data: bytes) -> Write:
    return lambda path: path.write_bytes(data)


def cut(data: bytes, share: float = 0.6) -> Write:
    return holds(data[: int(len(data) * share)])


JPEG, PNG, GIF = encoded(photo(1), "JPEG"), encoded(photo(2), "PNG"), encoded(photo(3), "GIF")
WEBP, BMP, TIFF = encoded(photo(4), "WEBP"), encoded(photo(5), "BMP"), encoded(photo(6), "TIFF")

ENTRIES: dict[bytes, tuple[Write, str]] = {
    # names
    b"plain.png": (holds(PNG), TRAINED),
    b"UPPER.JPG": (holds(JPEG), TRAINED),
    b"-rf.png": (holds(PNG), TRAINED),
    b"two\nlines.png": (holds(PNG), TRAINED),
    b"caf\xe9.png": (holds(PNG), TRAINED),
    "猫🐈.webp".encode(): (holds(WEBP), TRAINED),
    "\u202egnp.bmp".encode(): (holds(BMP), TRAINED),
    b"%s {0} {name}.tif": (holds(TIFF), TRAINED),
    b"a|b;c.gif": (holds(GIF), TRAINED),
    b"n" * 251 + b".png": (holds(PNG), TRAINED),
    b"no ending": (holds(JPEG), TRAINED),
    b"wrong.png": (holds(JPEG), TRAINED),
    b".hidden.png": (holds(PNG), OTHER),
    b"Thumbs.db": (holds(b"\xd0\xcf\x11\xe0"), OTHER),
    b"caption.txt": (holds(b"a cat"), OTHER),
    # empty, cut short, something else
    b"empty.jpg": (holds(b""), "empty"),
    b"text.png": (holds(b"<html>404 not found</html>"), "no picture of a kind"),
    b"zeros.jpg": (holds(b"\0" * 5000), "no picture of a kind"),
    b"signature.png": (holds(b"\x89PNG\r\n\x1a\n"), "no picture of a kind|damaged"),
    b"cut.jpg": (cut(JPEG), "damaged"),
    b"cut.png": (cut(PNG), "damaged"),
    b"cut.webp": (cut(WEBP), "damaged|no picture"),
    b"cut.gif": (cut(GIF), "damaged"),
    b"cut.bmp": (cut(BMP), "damaged"),
    b"cut.tif": (cut(TIFF), "damaged"),
    b"script.png": (holds(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), "no picture"),
    b"phone.heic": (holds(b"\0\0\0\x18ftypheic"), "HEIC"),
    b"drawing.svg": (holds(b"<svg/>"), "SVG"),
    b"camera.nef": (holds(TIFF), "NEF"),
    # bombs
    b"bomb.png": (holds(png(60_000, 60_000)), "million"),
    b"bomb.bmp": (holds(bmp_bomb()), "million"),
    b"bomb.gif": (holds(gif_bomb()), "million"),
    b"texts.png": (lambda p: photo().save(p, pnginfo=texts()), "too large|damaged"),
    b"profile.png": (
        holds(png(8, 8, chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 2**26)))),
        "damaged",
    ),
    # no files
    b"pipe.png": (os.mkfifo, "not an ordinary file"),
    b"pipe": (os.mkfifo, OTHER),
    b"self.png": (lambda p: p.symlink_to(p.name), "cannot be read"),
    b"gone.jpg": (lambda p: p.symlink_to("nowhere.jpg"), "cannot be read"),
    b"device.png": (lambda p: p.symlink_to("/dev/zero"), "not an ordinary file"),
    b"linked.png": (lambda p: p.symlink_to("plain.png"), TRAINED),
    b"round": (lambda p: p.symlink_to(".", target_is_directory=True), ""),
    b"folder.png": (lambda p: p.mkdir(), ""),
    # meaning
    b"cmyk.jpg": (holds(encoded(photo(7).convert("CMYK"), "JPEG")), TRAINED),
    b"palette.png": (holds(encoded(photo(8).quantize(9), "PNG", transparency=0)), TRAINED),
    b"alpha.png": (holds(encoded(photo(9).convert("RGBA"), "PNG")), TRAINED),
    b"one bit.png": (holds(encoded(photo(10).convert("1"), "PNG")), TRAINED),
    b"deep.png": (
        holds(encoded(Image.fromarray((RAMP * 65535).astype(np.uint16)), "PNG")),
        TRAINED,
    ),
    b"float.tif": (holds(tiff_of(RAMP.astype(np.float32))), TRAINED),
    b"nan.tif": (holds(tiff_of(np.full((8, 8), np.nan, np.float32))), TRAINED),
    b"moving.gif": (
        holds(encoded(photo(11), "GIF", save_all=True, append_images=[photo(12)])),
        TRAINED,
    ),
    b"sideways.jpg": (holds(turned(6)), TRAINED),
    b"bad exif.png": (holds(encoded(photo(), "PNG", exif=b"Exif\0\0MM\0*\0\0\xff\xff")), TRAINED),
    b"bad profile.png": (holds(encoded(photo(), "PNG", icc_profile=b"nonsense")), TRAINED),
    b"dot.png": (holds(encoded(photo(13, (1, 1)), "PNG")), TRAINED),
    b"thread.png": (holds(encoded(photo(14, (3000, 1)), "PNG")), TRAINED),
    b"tail.jpg": (holds(JPEG + b"\0" * 9000), TRAINED),
}
"""Each entry's name as bytes, how to make it, and what becomes of it: trained on, another file,
nothing (""), or what the reason for refusing it says (one of several, with | between)."""
