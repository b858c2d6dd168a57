"""Images in and out: upright, fitted to a shape, laid out as a grid, kept as PNG."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from gan_engine.errors import FileError
from gan_engine.imaging import (
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
from tests.gan_engine.drawn import BLUE, GREEN, RED, WHITE, farthest, quarters, save

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


def test_that_no_png_is_written_under_the_name_of_another_kind(tmp_path):
    with pytest.raises(FileError, match=r"“grid\.jpg”.*end in \.png"):
        write_png(tmp_path / "grid.jpg", quarters())
    assert not (tmp_path / "grid.jpg").exists()


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


def test_that_a_grid_shows_transparency_on_a_chequerboard():
    images = torch.ones(2, 4, 16, 16)
    images[1, 3] = -1
    grid = tile(images, 2)
    assert (grid[:, :16] == 255).all()
    assert set(grid[:, 18:].ravel().tolist()) == {192, 232}
