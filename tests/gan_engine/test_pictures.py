"""Strangers' pictures: a path and a reason for every refusal, and nothing waited for."""

from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.imaging import MAX_PIXELS, ImageError, ImageShape, decode, read_header, thumbnail
from tests.gan_engine.drawn import quarters, save


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello, this is no picture", "no picture of a kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture of a kind"),
        (png_that_claims(60_000, 60_000), "million"),
        (png_that_claims(12_000, 12_000), "million"),
        (png_that_claims(MAX_PIXELS // 1024 + 1, 1024), "million"),
    ],
    ids=["empty", "text", "postscript", "bomb", "smaller bomb", "above our cap"],
)
def test_that_what_is_refused_has_a_path_and_a_reason(tmp_path, content, reason):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    for use in (read_header, lambda p: decode(p, ImageShape(8, 8, 3)), lambda p: thumbnail(p, 9)):
        with pytest.raises(ImageError, match=reason) as caught:
            use(path)
        assert caught.value.path == path
        assert caught.value.hint
        assert str(tmp_path) not in str(caught.value)


def test_that_special_files_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    for path in (tmp_path / "pipe.png", Path(os.devnull), tmp_path):
        with pytest.raises(ImageError, match="not an ordinary file"):
            read_header(path)
    for path in (tmp_path / "loop.png", tmp_path / "gone.png"):
        with pytest.raises(ImageError):
            read_header(path)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "bmp", "gif"])
def test_that_a_picture_cut_short_is_refused_when_it_is_decoded(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = save(tmp_path / f"x.{kind}", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(ImageError):
        decode(path, ImageShape(16, 16, 3))


def test_that_how_deep_a_picture_is_comes_from_its_header(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 256), (8, 1))
    assert read_header(save(tmp_path / "a.png", ramp.astype(np.uint16))).depth == 16
    assert read_header(save(tmp_path / "a.tif", ramp.astype(np.uint16))).depth == 16
    assert read_header(save(tmp_path / "b.tif", ramp.astype(np.float32))).depth == 32
    assert read_header(save(tmp_path / "b.png", quarters())).depth == 8


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "bmp", "gif"])
def test_that_damage_is_decoded_or_refused_and_nothing_else(tmp_path, kind):
    rng, reasons = random.Random(0), []
    image = Image.fromarray(quarters())
    image = image.convert("P") if kind == "gif" else image
    good = save(tmp_path / f"good.{kind}", image).read_bytes()
    path = tmp_path / f"x.{kind}"
    for _ in range(100):
        damaged = bytearray(good)
        for _ in range(rng.choice((1, 2, 8))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged[: rng.randrange(len(good))] if rng.random() < 0.3 else damaged)
        try:
            assert decode(path, ImageShape(8, 8, 3)).shape == (8, 8, 3)
        except ImageError as error:
            reasons.append(error.reason)
    assert all(reasons)
    assert 0 < len(reasons) < 100
