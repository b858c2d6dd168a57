"""One picture before and after: what is shown is what a run would learn from, pixel for pixel."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.augment import AUGMENTATIONS, Adaptive, DiffAugment, NoAugmentation
from gan_engine.data import Prepared, prepare, preview
from gan_engine.data_settings import DataSettings
from gan_engine.imaging import ImageError


def scene(seed: int, size: tuple[int, int]) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    root.mkdir()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Maker\0", "Maker X\n100"
    scene(0, (60, 40)).save(root / "a.jpg", exif=exif, quality=95)
    scene(1, (30, 90)).convert("RGBA").save(root / "b.png")
    scene(2, (50, 50)).convert("L").save(root / "c.png")
    scene(3, (33, 44)).save(root / "d.gif", save_all=True, append_images=[scene(4, (33, 44))])
    return root


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"fit": "pad", "background": "#204080"},
        {"fit": "stretch", "filter": "box"},
        {"crop": "top"},
        {"crop": "content", "width": 24},
        {"channels": 1},
    ],
    ids=str,
)
def test_that_what_is_seen_is_what_is_prepared(folder, change):
    settings = DataSettings(folder=str(folder), size=16, **change)
    *_, made = prepare(settings)
    assert isinstance(made, Prepared)
    for name, image in zip(made.files, made.images, strict=True):
        shown = preview(settings, name)
        assert np.array_equal(shown.seen, np.broadcast_to(image, shown.seen.shape))
        assert np.array_equal(shown.mirrored, shown.seen[:, ::-1])
        assert not shown.seen.flags.writeable
        assert shown.augmented is None


def test_that_a_picture_is_shown_in_its_own_shape_with_what_is_known_of_it(folder):
    settings = DataSettings(folder=str(folder), size=16, flip=False)
    shown = preview(settings, "a.jpg", side=30)
    assert shown.original.shape == (30, 20, 3)  # upright
    assert (shown.header.width, shown.header.height) == (40, 60)
    assert shown.orientation == 6
    assert shown.camera == "Maker X100"
    assert shown.bytes == (folder / "a.jpg").stat().st_size
    assert shown.modified == (folder / "a.jpg").stat().st_mtime
    assert shown.mirrored is None
    assert preview(settings, "d.gif").header.frames == 2
    assert preview(settings, "d.gif", side=0).original.shape == (44, 33, 3)


@pytest.mark.parametrize("part", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_one_draw_of_the_augmentation_is_shown(folder, part):
    settings = DataSettings(folder=str(folder), size=16)
    first, same = (preview(settings, "b.png", part(), seed=5).augmented for _ in range(2))
    if part is NoAugmentation:
        assert first is None
        return
    assert first.shape == (16, 16, 3)
    assert np.array_equal(first, same)
    draws = [preview(settings, "b.png", part(), seed=seed).augmented for seed in range(6)]
    assert len({draw.tobytes() for draw in draws}) > 1


def test_that_grey_images_are_augmented_too(folder):
    settings = DataSettings(folder=str(folder), size=16, channels=1)
    for part in (DiffAugment(), Adaptive()):
        shown = preview(settings, "a.jpg", part, seed=3).augmented
        assert shown.shape == (16, 16, 3)
        assert np.array_equal(shown[..., 0], shown[..., 2])


def test_that_pictures_in_archives_have_previews(folder):
    with zipfile.ZipFile(folder / "set.zip", "w") as archive:
        for name in ("a.jpg", "b.png"):
            archive.write(folder / name, name)
    inside = preview(DataSettings(folder=str(folder / "set.zip"), size=16), "b.png")
    outside = preview(DataSettings(folder=str(folder), size=16), "b.png")
    assert np.array_equal(inside.seen, outside.seen)
    assert inside.bytes == 0


def test_that_a_picture_that_cannot_be_read_is_refused_with_the_reason(folder):
    (folder / "x.png").write_bytes(b"")
    os.mkfifo(folder / "pipe.png")
    settings = DataSettings(folder=str(folder), size=16)
    for name, reason in (("x.png", "empty"), ("pipe.png", "ordinary"), ("gone.png", "not there")):
        with pytest.raises(ImageError, match=reason):
            preview(settings, name)


def test_that_two_pictures_side_by_side_are_shown_as_the_two_halves_that_are_prepared(folder):
    settings = DataSettings(folder=str(folder), size=16, pairs="side_by_side")
    *_, made = prepare(settings)
    assert isinstance(made, Prepared)
    for name, image in zip(made.files, made.images, strict=True):
        shown = preview(settings, name, DiffAugment())
        assert np.array_equal(shown.seen, np.concatenate([image[..., :3], image[..., 3:]], 1))
        assert shown.augmented is None


def test_that_a_pair_in_two_folders_is_shown_as_it_is_prepared(folder):
    for number, name in enumerate(("a.jpg", "b.png", "c.png")):
        for side in "ab":
            (folder / side).mkdir(exist_ok=True)
        (folder / name).rename(folder / "a" / name)
        scene(9 + number, (40, 70)).save(folder / "b" / f"{name[0]}.bmp")
    (folder / "d.gif").unlink()
    settings = DataSettings(folder=str(folder), size=16, pairs="folders", crop="content")
    *_, made = prepare(settings)
    assert isinstance(made, Prepared)
    for name, image in zip(made.files, made.images, strict=True):
        pair = name, f"b/{name[2]}.bmp"
        one, two = (preview(settings, which, pair=pair) for which in pair)
        assert np.array_equal(one.seen, np.concatenate([image[..., :3], image[..., 3:]], 1))
        assert np.array_equal(one.seen, two.seen)
        assert (one.partner, two.partner) == pair[::-1]
        assert np.array_equal(one.beside, two.original)
        assert np.array_equal(two.beside, one.original)
    off = settings.model_copy(update={"pairs": "off"})
    assert preview(off, pair[0], pair=pair).beside is None
    (folder / "b" / "c.bmp").write_bytes(b"")
    with pytest.raises(ImageError, match=r"c\.bmp"):
        preview(settings, *pair[:1], pair=pair)


def test_that_transparent_parts_are_shown_on_the_background(folder):
    Image.new("RGBA", (20, 20), (200, 0, 0, 0)).save(folder / "clear.png")
    Image.new("RGBA", (20, 20), (200, 0, 0, 255)).save(folder / "solid.png")
    settings = DataSettings(folder=str(folder), size=16, channels=4, background="#0000ff")
    assert (preview(settings, "clear.png").seen == (0, 0, 255)).all()
    assert (preview(settings, "solid.png", DiffAugment()).seen == (200, 0, 0)).all()
