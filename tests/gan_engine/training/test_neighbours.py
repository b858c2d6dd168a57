"""The training image that a sample is nearest to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan_engine.config import RunConfig
from gan_engine.data.prepare import Prepared, prepare
from gan_engine.errors import DataError, SpaceError
from gan_engine.training import Neighbours, Pin, read_pins, write_pins

Make = Callable[..., RunConfig]


def prepared(config: RunConfig) -> Prepared:
    return next(found for found in prepare(config.data) if isinstance(found, Prepared))


def test_that_a_training_image_is_its_own_nearest_and_a_copy(tiny: Make) -> None:
    config = tiny(data={"flip": False})
    images = prepared(config)
    found = Neighbours(config.draft()).of(np.array(images.images[3:6]))
    assert [near.index for near in found] == [3, 4, 5]
    assert [near.name for near in found] == list(images.files[3:6])
    assert all(near.ratio == pytest.approx(0, abs=0.02) for near in found)
    assert (found[0].pixels == images.images[3]).all()


def test_that_a_mirror_image_is_a_copy_where_training_mirrors(tiny: Make) -> None:
    turned = np.array(prepared(tiny()).images[3:4])[:, :, ::-1]
    near = Neighbours(tiny(data={"flip": True}).draft()).of(turned)[0]
    assert (near.index, near.mirrored) == (3, True)
    plain = Neighbours(tiny(data={"flip": False}).draft()).of(turned)[0]
    assert not plain.mirrored
    assert plain.ratio >= near.ratio


def test_that_noise_is_like_no_training_image(tiny: Make) -> None:
    config = tiny()
    prepared(config)
    noise = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.uint8)
    assert all(near.ratio > 1 for near in Neighbours(config.draft()).of(noise))


def test_that_images_that_are_not_prepared_any_more_are_missed_with_a_reason(
    tiny: Make, emoji: Path
) -> None:
    config = tiny()
    with pytest.raises(DataError, match="no longer there"):
        Neighbours(config.draft()).of(np.zeros((1, 16, 16, 3), np.uint8))


def test_that_pins_are_kept_and_a_file_that_makes_no_sense_holds_none(tmp_path: Path) -> None:
    pins = (Pin(7), Pin(8, "cat"))
    write_pins(tmp_path, pins)
    assert read_pins(tmp_path) == pins
    (tmp_path / "pins.json").write_text("{nonsense")
    assert read_pins(tmp_path) == ()
    assert read_pins(tmp_path / "nowhere") == ()
    with pytest.raises(SpaceError, match="is gone"):
        write_pins(tmp_path / "nowhere", pins)
    assert not (tmp_path / "nowhere").exists()
