"""What is out of the ordinary: counted, shown, explained, and mended by settings alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.data import (
    DatasetReport,
    Finding,
    diagnose,
    safe_fixes,
    scan_folder,
    size_for,
    suggest_size,
)
from gan_engine.data_settings import DataSettings
from gan_engine.device import available_devices


def scene(seed: int, size: tuple[int, int] = (48, 32)) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)


def save(path: Path, image: Image.Image, **how: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **how)


def findings(folder: Path, **changes: object) -> dict[str, Finding]:
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    settings = DataSettings(folder=str(folder), **{"size": 32, **changes})
    found = diagnose(report, settings)
    for one in found:
        assert one.title
        assert one.consequence
        assert one.rule
        assert one.count == len(one.files)
        assert one.examples == one.files[:12]
        assert all(path.startswith("data.") for path in one.fix)
        settings.model_validate(
            settings.model_dump() | {path[5:]: value for path, value in one.fix.items()}
        )
    assert len({one.key for one in found}) == len(found)
    return {one.key: one for one in found}


def test_that_every_kind_of_picture_is_named(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = np.tile(np.linspace(0, 65535, 64), (64, 1))
    save(tmp_path / "plain.jpg", scene(0))
    save(tmp_path / "rotated.jpg", scene(1), exif=exif)
    save(tmp_path / "grey.png", scene(2).convert("L"))
    save(tmp_path / "alpha.png", scene(3).convert("RGBA"))
    save(tmp_path / "cmyk.tif", scene(4).convert("CMYK"))
    save(tmp_path / "deep.png", Image.fromarray(deep.astype(np.uint16)))
    save(tmp_path / "float.tif", Image.fromarray((deep / 65535).astype(np.float32)))
    save(tmp_path / "palette.png", scene(5).quantize(16))
    save(tmp_path / "animated.gif", scene(6), save_all=True, append_images=[scene(7)])
    save(tmp_path / "profile.png", scene(8), icc_profile=b"any")
    (tmp_path / "broken.png").write_bytes(b"")
    found = findings(tmp_path)
    assert found["unreadable"].files == ("broken.png",)
    for key in ("rotated", "alpha", "cmyk", "deep", "float", "animated", "profile"):
        assert [name.split(".")[0] for name in found[key].files] == [key]
    assert set(found["grey"].files) == {"deep.png", "float.tif", "grey.png"}
    assert "palette.png" in found["palette"].files
    assert found["few"].count == 10
    assert not safe_fixes(list(found.values()))


def test_that_an_ordinary_folder_has_no_findings(tmp_path):
    for seed in range(100):
        save(tmp_path / f"{seed}.png", scene(seed))
    assert findings(tmp_path) == {}


def test_that_a_grey_folder_is_better_trained_in_grey(tmp_path):
    for seed in range(3):
        save(tmp_path / f"{seed}.png", scene(seed).convert("L"))
    assert findings(tmp_path)["grey"].fix == {"data.channels": 1}
    assert findings(tmp_path)["grey"].safe_fix
    assert "grey" not in findings(tmp_path, channels=1)


@pytest.mark.parametrize(("small", "safe"), [(5, True), (60, False)])
def test_that_pictures_too_small_are_left_out_when_enough_remain(tmp_path, small, safe):
    for seed in range(120):
        save(tmp_path / f"{seed}.png", scene(seed, (20, 20) if seed < small else (40, 40)))
    found = findings(tmp_path)["small"]
    assert found.count == small
    assert found.safe_fix == safe
    assert found.fix == ({"data.min_side": 32} if safe else {})
    assert "small" not in findings(tmp_path, size=16)


def test_that_odd_shapes_are_named(tmp_path):
    save(tmp_path / "long.png", scene(0, (200, 40)))
    save(tmp_path / "high.png", scene(1, (40, 200)))
    save(tmp_path / "square.png", scene(2, (40, 40)))
    assert findings(tmp_path)["shapes"].files == ("high.png", "long.png")
    assert "shapes" not in findings(tmp_path, fit="pad")
    assert findings(tmp_path, size=32, width=128)["shapes"].files == ("high.png", "square.png")


def test_that_classes_out_of_balance_are_named(tmp_path):
    for seed in range(12):
        save(tmp_path / ("cats" if seed < 10 else "dogs") / f"{seed}.png", scene(seed))
    assert findings(tmp_path)["classes"].files == ("dogs",)
    assert "cats" in findings(tmp_path)["classes"].title


def test_that_pairs_are_pointed_at(tmp_path):
    for seed in range(3):
        save(tmp_path / "wide" / f"{seed}.png", scene(seed, (128, 64)))
        save(tmp_path / "two" / "A" / f"{seed}.png", scene(seed))
        save(tmp_path / "two" / "B" / f"{seed}.jpg", scene(seed + 9))
    assert findings(tmp_path / "wide")["pairs"].count == 3
    assert findings(tmp_path / "two")["paired_folders"].count == 6


@pytest.mark.parametrize(
    ("side", "size"), [(9, 32), (32, 32), (63, 32), (64, 64), (200, 128), (256, 256), (300, 256)]
)
def test_that_a_size_is_suggested_that_most_pictures_fill(tmp_path, side, size):
    for seed in range(8):
        save(tmp_path / f"{seed}.png", scene(seed, (side + 5, side) if seed else (8, 8)))
    *_, report = scan_folder(tmp_path)
    suggestion = suggest_size(report)
    assert suggestion.size == size
    assert f"{side}\u00a0px" in suggestion.reason


def test_that_no_larger_size_is_suggested_than_the_device_trains_within_days(tmp_path):
    for seed in range(4):
        save(tmp_path / f"{seed}.png", scene(seed, (300, 300)))
    *_, report = scan_folder(tmp_path)
    suggestion = suggest_size(report, size_for("cpu"))
    assert suggestion.size == 64
    assert "beyond 64\u00a0px" in suggestion.reason
    assert suggest_size(report, size_for("cuda")).size == 256
    assert size_for("auto") == size_for(available_devices()[0])


def test_that_pairs_which_are_mixed_are_told_before_what_only_looks_odd(tmp_path):
    for n in range(2):
        save(tmp_path / "a" / f"{n}.png", scene(n).convert("L"))
        save(tmp_path / "b" / f"{n}.png", scene(n))
    told = list(findings(tmp_path))
    assert {"grey", "paired_folders"} <= set(told)
    assert told.index("paired_folders") < told.index("grey")
