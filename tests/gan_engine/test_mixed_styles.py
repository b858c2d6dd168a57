"""Styles are mixed after training: the layout of one seed, the details of another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_engine import parse, read_png
from gan_engine.checkpoint import Checkpoint
from gan_engine.errors import EngineError
from gan_engine.export import ImageGrid, MixedStyles, export
from gan_engine.export import images as images_module
from gan_engine.export import styles as styles_module
from gan_engine.imaging import read_png_text
from gan_engine.sampling import Sampler
from gan_engine.training.session import Session

CLASSES = ("a", "b", "c")


def sampler_of(kind: str = "style", classes: bool = False, channels: int = 3) -> Sampler:
    """Return a G of 16 px that has learned nothing, as from a file."""
    import torch

    from gan_engine.data.classes import Classes

    nets = {"kind": kind, "width": 16, "z_dim": 8}
    data = {"size": 16, "classes": classes, "channels": channels}
    training = {"device": "cpu", "batch_size": 4}
    config = parse({"data": data, "architecture": nets, "training": training})
    told = Classes(CLASSES, np.arange(12) % 3) if classes else None
    pixels = np.zeros((12, 16, 16, channels), np.uint8)
    saved = Session(config, pixels, torch.device("cpu"), told).snapshot()
    return Sampler(Checkpoint("checkpoint", saved.draft, saved.counters, saved.tensors), Path("g"))


def same(one: np.ndarray, two: np.ndarray) -> bool:
    """Whether pictures are equal up to how many were made at once."""
    return one.shape == two.shape and bool(np.abs(one.astype(int) - two.astype(int)).max() <= 1)


def test_that_layers_before_are_one_seeds_and_those_after_the_others() -> None:
    sampler = sampler_of()
    own, other = sampler.images([3]), sampler.images([4])
    assert same(sampler.mixed([3], [3], 2), own)
    apart = [
        np.abs(sampler.mixed([3], [4], layer).astype(int) - own.astype(int)).mean()
        for layer in (1, 3, 5)
    ]
    assert apart[0] > apart[1] > apart[2] > 0
    assert (sampler.mixed([3], [4], 1) != other).any()


def test_that_truncation_and_classes_reach_both() -> None:
    sampler = sampler_of(classes=True)
    assert same(sampler.mixed([1], [1], 3), sampler.images([1]))
    assert same(sampler.mixed([1, 2], [4, 5], 3)[:1], sampler.mixed([1], [4], 3))
    middle = sampler.images([1], truncation=0.0)  # seeds 1 and 4 are of one class
    assert same(sampler.mixed([1], [4], 3, truncation=0.0), middle)


@pytest.mark.parametrize("layer", [0, 6, 9])
def test_that_a_layer_that_is_not_there_is_refused_with_those_that_are(layer: int) -> None:
    with pytest.raises(EngineError, match="no layer") as error:
        sampler_of().mixed([1], [2], layer)
    assert "1 to 5" in str(error.value.hint)


def test_that_a_generator_without_styles_says_so() -> None:
    with pytest.raises(EngineError, match="no styles"):
        sampler_of("dcgan").mixed([1], [2], 3)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_that_the_picture_has_both_beside_what_they_make(
    channels: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler, out = sampler_of(channels=channels), tmp_path / "styles.png"
    monkeypatch.setattr(styles_module, "open_sampler", lambda source: sampler)
    list(export(tmp_path, MixedStyles(rows=2, columns=3, seed=7, layer=3, truncation=0.7), out))
    picture = read_png(out)
    assert picture.shape[:2] == (3 * 18 - 2, 4 * 18 - 2)

    def cell(row: int, column: int) -> np.ndarray:
        return picture[18 * row : 18 * row + 16, 18 * column : 18 * column + 16]

    alone = sampler.images(range(7, 12), 0.7)[..., : picture.shape[2]]
    if channels != 4:  # what is transparent may be laid on something in what is read back
        assert same(cell(1, 0), alone[0])
        assert same(cell(0, 3), alone[4])
        assert same(cell(2, 3), sampler.mixed([8], [11], 3, 0.7)[0])
    assert len(np.unique(cell(0, 0))) == 1


@pytest.mark.parametrize("channels", [3, 4])
def test_that_an_exported_grid_of_classes_has_a_column_a_class(
    channels: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler, out = sampler_of(classes=True, channels=channels), tmp_path / "grid.png"
    monkeypatch.setattr(images_module, "open_sampler", lambda source: sampler)
    list(export(tmp_path, ImageGrid(rows=2, columns=8, seed=5), out))
    picture = read_png(out)
    assert picture.shape[:2] == (2 * 18 - 2, 3 * 18 - 2)
    assert read_png_text(out)["seeds"] == "5-6"
    if channels == 3:
        tile = picture[18:34, 36:52]  # the third class of the second seed
        assert same(tile, sampler.images([6], label=2)[0])
