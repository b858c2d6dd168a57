"""What a picture means: expected pixels for every kind, and a reason for every refusal."""

from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan_engine.imaging import (
    MAX_PIXELS,
    ImageError,
    ImageShape,
    decode,
    read_header,
    read_png,
    read_png_text,
    thumbnail,
    tile,
    write_png,
)

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(height: int = 32, width: int = 48) -> np.ndarray:
    """Return a picture that looks different whichever way it is turned."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = RED, GREEN
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = BLUE, WHITE
    return pixels


def save(path: Path, pixels: np.ndarray | Image.Image, **how: object) -> Path:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **how)
    return path


def farthest(one: np.ndarray, two: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - two.astype(int)).max())


# --- upright ------------------------------------------------------------------------------------

STORED = {  # what a camera writes for each orientation, from the definition of the EXIF tag
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif"])
def test_that_pictures_come_out_upright(tmp_path, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](quarters()))
    how = {"lossless": True} if kind == "webp" else {"quality": 95} if kind == "jpg" else {}
    path = save(tmp_path / f"x.{kind}", stored, exif=exif, **how)
    header = read_header(path)
    assert (header.width, header.height, header.rotated) == (48, 32, orientation != 1)
    corners = decode(path, ImageShape(32, 48, 3))[8::16, 12::24]
    assert farthest(corners, np.array([[RED, GREEN], [BLUE, WHITE]])) < 12


def test_that_damaged_exif_costs_no_picture(tmp_path):
    path = save(tmp_path / "x.png", quarters(), exif=b"Exif\0\0MM\0*\0\0\xff\xff")
    assert np.array_equal(decode(path, ImageShape(32, 48, 3)), quarters())


def test_that_a_phones_jpeg_with_a_second_picture_is_a_jpeg(tmp_path):
    image = Image.fromarray(quarters())
    image.save(tmp_path / "x.jpg", "MPO", save_all=True, append_images=[image.rotate(180)])
    header = read_header(tmp_path / "x.jpg")
    assert (header.format, header.frames) == ("JPEG", 1)
    corners = decode(tmp_path / "x.jpg", ImageShape(32, 48, 3))[8::16, 12::24]
    assert farthest(corners, np.array([[RED, GREEN], [BLUE, WHITE]])) < 12


# --- depth --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "dtype"), [("png", "<u2"), ("tif", "<u2"), ("tif", ">u2")])
def test_that_16_bits_keep_their_gradient(tmp_path, kind, dtype):
    ramp = np.tile(np.linspace(0, 65535, 256), (8, 1)).astype(dtype)
    path = save(tmp_path / f"x.{kind}", ramp)
    pixels = decode(path, ImageShape(8, 256, 1))
    assert np.array_equal(pixels[0, :, 0], np.arange(256))


def test_that_a_colour_of_16_bit_grey_can_be_transparent(tmp_path):
    deep = np.full((8, 8), 40_000, np.uint16)
    deep[:, 4:] = 1234
    path = save(tmp_path / "x.png", deep, transparency=1234)
    pixels = decode(path, ImageShape(8, 8, 3), background="#00ff00")
    assert tuple(pixels[0, 7]) == GREEN
    assert tuple(pixels[0, 0]) == (156, 156, 156)


@pytest.mark.parametrize(
    ("low", "high", "first", "last"),
    [(0, 1, 0, 255), (0, 255, 0, 255), (0, 65535, 0, 255), (-2, 3, 0, 255), (0, 0.5, 0, 128)],
)
def test_that_floats_are_not_black(tmp_path, low, high, first, last):
    path = save(tmp_path / "x.tif", np.tile(np.linspace(low, high, 64, dtype=np.float32), (8, 1)))
    pixels = decode(path, ImageShape(8, 64, 1))[0, :, 0]
    assert abs(int(pixels[0]) - first) <= 1
    assert abs(int(pixels[-1]) - last) <= 1
    assert (np.diff(pixels.astype(int)) >= 0).all()


def test_that_numbers_that_are_none_do_not_spoil_a_float_picture(tmp_path):
    values = np.full((8, 8), 0.5, np.float32)
    values[0, 0], values[0, 1] = np.nan, np.inf
    pixels = decode(save(tmp_path / "x.tif", values), ImageShape(8, 8, 1))
    assert pixels[4, 4, 0] == 128


# --- colour and transparency ---------------------------------------------------------------------


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("filter", ["lanczos", "bicubic", "bilinear", "box"])
def test_that_hidden_colours_do_not_come_out(tmp_path, fit, filter):
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[..., 0] = 255  # red where nothing shows
    pixels[10:30, 10:30] = (0, 0, 255, 255)
    path = save(tmp_path / "x.png", pixels)
    seen = decode(path, ImageShape(16, 16, 3), fit, "#00ff00", filter).astype(int)
    assert seen[..., 0].max() == 0
    assert tuple(seen[0, 0]) == GREEN
    assert tuple(seen[8, 8]) == BLUE


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_that_half_transparent_is_half_background(tmp_path, mode):
    image = Image.new("RGBA", (8, 8), (100, 100, 100, 128))
    kind = "tif" if mode == "PA" else "png"
    image = image if mode == "RGBA" else image.convert("LA")
    pixels = decode(save(tmp_path / f"x.{kind}", image), ImageShape(8, 8, 3), background="#c80000")
    assert farthest(pixels[4, 4], np.array([150, 50, 50])) <= 1


def test_that_a_palette_can_be_transparent(tmp_path):
    image = Image.new("P", (8, 8), 0)
    image.putpalette([*RED, *BLUE])
    image.paste(1, (4, 0, 8, 8))
    path = save(tmp_path / "x.png", image, transparency=0)
    pixels = decode(path, ImageShape(8, 8, 3), background="#00ff00")
    assert (tuple(pixels[0, 0]), tuple(pixels[0, 7])) == (GREEN, BLUE)


@pytest.mark.parametrize(("mode", "key"), [("RGB", RED), ("L", 76), ("1", 0)])
def test_that_one_colour_can_be_transparent(tmp_path, mode, key):
    image = Image.new(mode, (8, 8), key)
    path = save(tmp_path / "x.png", image, transparency=key)
    assert tuple(decode(path, ImageShape(8, 8, 3), background="#00ff00")[0, 0]) == GREEN


def test_that_cmyk_is_converted_without_a_profile(tmp_path):
    inks = np.random.default_rng(0).integers(0, 256, (16, 16, 4), np.uint8)
    path = tmp_path / "x.tif"
    Image.frombytes("CMYK", (16, 16), inks.tobytes()).save(path)
    light = 255 - inks.astype(float)
    expected = light[..., :3] * light[..., 3:] / 255
    assert farthest(decode(path, ImageShape(16, 16, 3)), expected.round()) <= 2


def profile(primaries: list[list[float]], gamma: float, space: bytes = b"RGB ") -> bytes:
    """Return an ICC profile of a display with these columns of red, green and blue in XYZ (D50)."""

    def fixed(values: list[float]) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    white = b"XYZ \0\0\0\0" + fixed([0.9642, 1.0, 0.8249])
    tags = {b"wtpt": white}
    if space == b"RGB ":
        for name, column in zip(b"rgb", primaries, strict=True):
            tags[bytes([name]) + b"XYZ"] = b"XYZ \0\0\0\0" + fixed(column)
            tags[bytes([name]) + b"TRC"] = curve
    else:
        tags[b"kTRC"] = curve
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ "
    )
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed([0.9642, 1.0, 0.8249])
    return header.ljust(128, b"\0") + table + body


# Adobe RGB (1998) and sRGB seen under D50, from their published primaries and Bradford's transform.
ADOBE = [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]]
SRGB = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]]


def srgb_of(linear: np.ndarray) -> np.ndarray:
    linear = linear.clip(0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (curve * 255).round()


@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "webp"])
def test_that_colours_are_translated_from_their_profile(tmp_path, kind):
    colours = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    pixels = colours.repeat(16, 0).repeat(16, 1)
    how = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(kind, {})
    path = save(tmp_path / f"x.{kind}", pixels, icc_profile=profile(ADOBE, 2.19921875), **how)
    stored = np.asarray(Image.open(path).convert("RGB"))[8::16, 8::16]
    linear = (stored / 255) ** 2.19921875 @ np.array(ADOBE) @ np.linalg.inv(SRGB)
    seen = decode(path, ImageShape(80, 112, 3))[8::16, 8::16]
    assert read_header(path).profile
    assert farthest(seen, srgb_of(linear)) <= 3
    assert farthest(seen, stored) > 20  # or the profile would prove nothing


def test_that_a_profile_holds_under_transparency_and_in_a_palette(tmp_path):
    icc = profile(ADOBE, 2.19921875)
    plain = save(
        tmp_path / "plain.png", np.full((8, 8, 3), (60, 200, 90), np.uint8), icc_profile=icc
    )
    clear = Image.new("RGBA", (8, 8), (60, 200, 90, 255))
    clear.paste((0, 0, 0, 0), (4, 0, 8, 8))
    path = save(tmp_path / "clear.png", clear, icc_profile=icc)
    palette = save(
        tmp_path / "palette.png",
        Image.new("RGB", (8, 8), (60, 200, 90)).quantize(2),
        icc_profile=icc,
    )
    seen = decode(path, ImageShape(8, 8, 3), background="#3cc85a")
    assert farthest(seen[:, :4], decode(plain, ImageShape(8, 4, 3))) == 0
    assert tuple(seen[0, 7]) == (60, 200, 90)  # the background is sRGB already
    assert farthest(decode(palette, ImageShape(8, 8, 3)), decode(plain, ImageShape(8, 8, 3))) <= 3


def test_that_grey_has_its_own_profiles(tmp_path):
    ramp = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    path = save(tmp_path / "x.png", ramp, icc_profile=profile([], 1.0, b"GRAY"))
    expected = srgb_of(np.arange(256) / 255)
    assert farthest(decode(path, ImageShape(4, 256, 1))[0, :, 0], expected) <= 3


@pytest.mark.parametrize("icc", [b"nonsense", profile(SRGB, 2.2)[:200], profile([], 1.0, b"GRAY")])
def test_that_a_profile_that_does_not_fit_changes_nothing(tmp_path, icc):
    path = save(tmp_path / "x.png", quarters(), icc_profile=icc)
    assert np.array_equal(decode(path, ImageShape(32, 48, 3)), quarters())


def test_that_lab_becomes_colour(tmp_path):
    path = save(tmp_path / "x.tif", Image.new("LAB", (8, 8), (255, 128, 128)))
    assert farthest(decode(path, ImageShape(8, 8, 3)), np.full((8, 8, 3), 255)) <= 3


def test_that_a_camera_s_cmyk_jpeg_is_not_inverted(tmp_path):
    path = save(tmp_path / "x.jpg", Image.new("CMYK", (16, 16), (0, 255, 255, 0)), quality=100)
    assert read_header(path).mode == "CMYK"
    assert farthest(decode(path, ImageShape(8, 8, 3)), np.full((8, 8, 3), RED)) <= 4


def test_that_grey_is_kept_or_spread(tmp_path):
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    path = save(tmp_path / "x.png", grey)
    assert np.array_equal(decode(path, ImageShape(8, 8, 1))[..., 0], grey)
    assert np.array_equal(decode(path, ImageShape(8, 8, 3)), np.repeat(grey[..., None], 3, 2))


def test_that_colour_becomes_grey_when_the_run_is_grey(tmp_path):
    pixels = decode(save(tmp_path / "x.png", quarters()), ImageShape(32, 48, 1))
    assert (pixels.shape, pixels[0, 0, 0], pixels[-1, -1, 0]) == ((32, 48, 1), 76, 255)


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_that_an_animation_is_its_first_frame(tmp_path, kind):
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    how = {"lossless": True} if kind == "webp" else {}
    path = save(tmp_path / f"x.{kind}", frames[0], save_all=True, append_images=frames[1:], **how)
    assert read_header(path).frames == 3
    assert tuple(decode(path, ImageShape(16, 16, 3))[3, 3]) == RED


# --- shape --------------------------------------------------------------------------------------


def test_that_cropping_keeps_the_middle(tmp_path):
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, 20:40] = RED
    seen = decode(save(tmp_path / "x.png", pixels), ImageShape(10, 10, 3), "crop", filter="box")
    assert (seen == RED).all()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("crop", ["top", "content"])
def test_that_cropping_may_keep_the_top_or_what_is_there_to_see(tmp_path, orientation, crop):
    pixels = np.full((60, 20, 3), 128, np.uint8)
    rows = slice(0, 20) if crop == "top" else slice(40, 60)
    noise = np.random.default_rng(0).integers(0, 2, (20, 20, 1), np.uint8) * 255
    pixels[rows] = noise
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](pixels))
    path = save(tmp_path / "x.png", stored, exif=exif)
    seen = decode(path, ImageShape(20, 20, 3), "crop", filter="box", crop=crop)
    assert farthest(seen, noise.repeat(3, 2)) == 0


@pytest.mark.parametrize("crop", ["top", "content"])
def test_that_a_crop_stays_inside_the_picture(tmp_path, crop):
    for number, size in enumerate([(1, 1), (1, 300), (300, 1), (64, 65), (65, 64)]):
        path = save(tmp_path / f"{number}.png", np.full((*size, 3), 90, np.uint8))
        assert (decode(path, ImageShape(16, 24, 3), crop=crop) == 90).all()


def test_that_padding_shows_everything_on_the_background(tmp_path):
    path = save(tmp_path / "x.png", np.full((20, 60, 3), RED, np.uint8))
    seen = decode(path, ImageShape(12, 12, 3), "pad", "#0000ff")
    assert (seen[4:8] == RED).all()
    assert (seen[:4] == BLUE).all()
    assert (seen[8:] == BLUE).all()


def test_that_stretching_uses_every_pixel(tmp_path):
    seen = decode(
        save(tmp_path / "x.png", quarters()), ImageShape(2, 2, 3), "stretch", filter="box"
    )
    assert np.array_equal(seen, [[RED, GREEN], [BLUE, WHITE]])


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 9)])
def test_that_odd_shapes_are_made_to_fit(tmp_path, fit, size):
    path = save(tmp_path / "x.png", np.full((*size, 3), 200, np.uint8))
    pixels = decode(path, ImageShape(16, 24, 3), fit, "#c8c8c8")
    assert pixels.shape == (16, 24, 3)
    assert pixels.flags.c_contiguous
    assert (pixels == 200).all()


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("turn", [1, 6])
def test_that_a_large_jpeg_decoded_at_a_smaller_scale_looks_the_same(tmp_path, fit, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    rough = np.random.default_rng(0).integers(0, 256, (12, 9, 3), np.uint8)
    smooth = Image.fromarray(rough).resize((500, 701), Image.Resampling.BICUBIC)
    fine = save(tmp_path / "x.png", smooth, exif=exif)
    path = save(tmp_path / "x.jpg", smooth, exif=exif, quality=95, subsampling=0)
    shape = ImageShape(32, 40, 3)
    assert farthest(decode(path, shape, fit), decode(fine, shape, fit)) <= 10


# --- refusals -----------------------------------------------------------------------------------


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
    for path in (tmp_path / "pipe.png", tmp_path / "loop.png", tmp_path, tmp_path / "gone.png"):
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


# --- our own pictures ----------------------------------------------------------------------------


def test_that_a_batch_is_laid_out_row_by_row():
    images = torch.stack([torch.full((3, 4, 5), value) for value in (-1.0, 0.0, 1.0)])
    grid = tile(images, columns=2, gap=2, background="#0a141e")
    assert grid.shape == (10, 12, 3)
    assert (grid[:4, :5] == 0).all()
    assert (grid[:4, 7:] == 128).all()
    assert (grid[6:, :5] == 255).all()
    assert (grid[6:, 7:] == (10, 20, 30)).all()
    assert (grid[4:6] == (10, 20, 30)).all()
    assert not grid.flags.writeable


def test_that_grey_and_bytes_are_tiled_too():
    images = torch.arange(2, dtype=torch.uint8).mul(200).view(2, 1, 1, 1).expand(2, 1, 3, 3)
    grid = tile(images, columns=2, gap=0)
    assert grid.shape == (3, 6, 3)
    assert (grid[:, :3] == 0).all()
    assert (grid[:, 3:] == 200).all()


def test_that_samples_out_of_range_or_no_numbers_are_shown_as_the_nearest():
    values = torch.tensor([-9.0, 9.0, float("nan")]).view(3, 1, 1, 1)
    assert tile(values, columns=3, gap=0)[0, :, 0].tolist() == [0, 255, 0]


def test_that_a_png_keeps_its_texts_and_holds_nothing_else(tmp_path):
    text = {"settings": "[loss]\nkind = “hinge”", "images": "120"}
    size = write_png(tmp_path / "in" / "x.png", quarters(), text)
    path = tmp_path / "in" / "x.png"
    assert size == path.stat().st_size
    assert read_png_text(path) == text
    assert np.array_equal(read_png(path), quarters())
    assert not read_png(path).flags.writeable
    data, kinds, at = path.read_bytes(), set(), 8
    while at < len(data):
        kinds.add(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    assert kinds <= {b"IHDR", b"tEXt", b"iTXt", b"IDAT", b"IEND"}


def test_that_only_a_png_is_read_as_one(tmp_path):
    path = save(tmp_path / "x.png", quarters(), format="JPEG")
    with pytest.raises(ImageError):
        read_png(path)


@pytest.mark.parametrize("side", [12, 480])
def test_that_a_thumbnail_keeps_the_shape(tmp_path, side):
    image = Image.fromarray(quarters()).convert("LA")
    pixels = thumbnail(save(tmp_path / "x.png", image), side)
    assert pixels.shape == (side * 2 // 3, side, 3)
    assert not pixels.flags.writeable


# --- transparency that the networks learn ---------------------------------------------------------


def clear_and_solid(path: Path) -> Path:
    """A picture that is green and opaque on the left, and on the right red where nobody sees it."""
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:, :8], pixels[:, 8:] = (0, 200, 0, 255), (200, 0, 0, 0)
    Image.fromarray(pixels).save(path)
    return path


def test_that_with_four_channels_opacity_stays_and_hidden_colours_do_not(tmp_path):
    path = clear_and_solid(tmp_path / "x.png")
    seen = decode(path, ImageShape(16, 16, 4), background="#102030")
    assert (seen[:, :8] == (0, 200, 0, 255)).all()
    assert (seen[:, 8:] == (0x10, 0x20, 0x30, 0)).all()
    small = decode(path, ImageShape(3, 3, 4), background="#102030", filter="box")
    assert farthest(small[1, 1], np.array((0, 200, 0, 128))) <= 1  # half of it, no red mixed in


def test_that_what_has_no_transparency_is_opaque_and_padding_is_not(tmp_path):
    path = tmp_path / "x.png"
    Image.new("L", (20, 10), 90).save(path)
    seen = decode(path, ImageShape(20, 20, 4), fit="pad", background="#ffffff")
    assert (seen[5:15] == (90, 90, 90, 255)).all()
    assert (seen[:5] == (255, 255, 255, 0)).all()


def test_that_grey_stays_grey_and_colours_are_laid_on_the_background_as_before(tmp_path):
    path = clear_and_solid(tmp_path / "x.png")
    assert (
        decode(path, ImageShape(16, 16, 1), background="#ffffff")[0, :, 0].tolist()[8:] == [255] * 8
    )
    assert (decode(path, ImageShape(16, 16, 3), background="#102030")[:, 8:] == (16, 32, 48)).all()


def test_that_a_grid_shows_transparency_on_a_chequerboard():
    images = torch.ones(2, 4, 16, 16)
    images[1, 3] = -1
    grid = tile(images, 2)
    assert (grid[:, :16] == 255).all()
    assert set(grid[:, 18:].ravel().tolist()) == {192, 232}
