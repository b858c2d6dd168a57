"""Two pictures are alike where their edges, their colours and the pattern of these all agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_engine.data.likeness import SIDE, alike, look

Pixels = NDArray[np.uint8]


def scene(seed: int) -> Pixels:
    rough = np.random.default_rng(seed).integers(0, 200, (6, 6, 3), np.uint8)
    return np.asarray(Image.fromarray(rough).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def are_alike(one: Pixels, other: Pixels) -> bool:
    return bool(alike([look(one), look(other)]))


def test_that_a_copy_a_shade_brighter_is_alike() -> None:
    assert are_alike(scene(0), scene(0) + 3)


def test_that_the_same_scene_at_night_is_another_picture() -> None:
    assert not are_alike(scene(0), (scene(0) * 0.6).astype(np.uint8))


def test_that_small_things_on_equal_grounds_are_others_elsewhere() -> None:
    def dot(at: int) -> Pixels:
        ground = np.full((SIDE, SIDE, 3), 250, np.uint8)
        ground[at : at + 4, at : at + 4] = 90
        return ground

    assert are_alike(dot(0), dot(0))
    assert not are_alike(dot(0), dot(28))


def test_that_a_faint_texture_tells_two_sides_of_one_colour_apart() -> None:
    def wall(seed: int) -> Pixels:
        rough = np.random.default_rng(seed).integers(0, 7, (4, 8, 3), np.uint8)
        levels = np.zeros((8, 8, 3), np.uint8)
        levels[:, 4:] = 200
        levels[:4] += rough
        return levels.repeat(SIDE // 8, 0).repeat(SIDE // 8, 1)

    assert are_alike(wall(0), wall(0))
    assert not are_alike(wall(0), wall(1))
