"""What a picture's numbers mean: expected pixels for deep, float, CMYK, profiled and transparent ones."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.imaging import ImageShape, decode, read_header
from tests.gan_engine.drawn import BLUE, GREEN, RED, farthest, quarters, save

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
