"""Inception is the published network, fed as FID feeds it, and opens no other file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from gan_engine.drafts import escape
from gan_engine.errors import FileError
from gan_engine.metrics import InceptionFid
from gan_engine.metrics.inception import (
    Inception,
    _Mixed,
    clean_resize,
    inception_features,
    legacy_resize,
)
from gan_engine.metrics.inception_fid import BYTES, with_weights
from tests.gan_engine.metrics.conftest import dice


@pytest.fixture(scope="module")
def network() -> Inception:
    """Weights that keep what they are shown at its size, as learned ones do."""
    network, random = Inception(), dice()
    for weight in network.parameters():
        if weight.ndim == 4:
            weight.copy_(torch.randn(weight.shape, generator=random))
            weight *= (2 / weight[0].numel()) ** 0.5
    return network


def test_that_it_has_as_many_weights_as_published(network: Inception) -> None:
    """23,834,568 less the 1,000 classes' 2,049,000, in 94 convolutions."""
    assert sum(weight.numel() for weight in network.parameters()) == 21_785_568
    assert sum(isinstance(module, nn.Conv2d) for module in network.modules()) == 94


def test_that_its_names_and_shapes_are_the_weight_files(network: Inception) -> None:
    state = network.state_dict()
    known = {
        "Conv2d_1a_3x3.conv.weight": (32, 3, 3, 3),
        "Conv2d_4a_3x3.bn.running_var": (192,),
        "Mixed_5b.branch_pool.conv.weight": (32, 192, 1, 1),
        "Mixed_5d.branch5x5_2.conv.weight": (64, 48, 5, 5),
        "Mixed_6a.branch3x3.conv.weight": (384, 288, 3, 3),
        "Mixed_6c.branch7x7dbl_4.conv.weight": (160, 160, 7, 1),
        "Mixed_6e.branch7x7_2.conv.weight": (192, 192, 1, 7),
        "Mixed_7a.branch7x7x3_4.conv.weight": (192, 192, 3, 3),
        "Mixed_7b.branch3x3dbl_1.conv.weight": (448, 1280, 1, 1),
        "Mixed_7c.branch3x3_2b.conv.weight": (384, 384, 3, 1),
    }
    assert {name: tuple(state[name].shape) for name in known} == known


def test_that_what_is_beside_a_map_does_not_count_in_its_averages() -> None:
    even = torch.ones(1, 2, 5, 5)
    assert torch.allclose(_Mixed(2, [("average",)])(even), even)


def test_that_weights_decide_its_features(network: Inception, pictures: Tensor) -> None:
    again = with_weights(network.state_dict(), "cpu")
    found = inception_features(network, pictures[:2], "clean")
    assert found.shape == (2, 2048)
    assert torch.equal(inception_features(again, pictures[:2], "clean"), found)
    legacy = inception_features(network, pictures[:2], "legacy")
    assert not torch.allclose(legacy, found, rtol=1e-3)


@pytest.mark.parametrize("size", [32, 299, 512])
def test_that_the_clean_resize_is_pillows_bicubic(size: int) -> None:
    levels = torch.randint(0, 256, (1, 1, size, size), generator=dice()).float()
    picture = Image.fromarray(levels[0, 0].numpy())
    expected = np.asarray(picture.resize((299, 299), Image.Resampling.BICUBIC)).clip(0, 255)
    assert np.abs(clean_resize(levels)[0, 0].numpy() - expected).max() < 0.02


@pytest.mark.parametrize("size", [(5, 3), (8, 8), (20, 17)])
def test_that_the_legacy_resize_takes_pixels_from_the_corner(size: tuple[int, int]) -> None:
    levels = torch.rand(1, 2, *size, generator=dice()) * 255
    found = legacy_resize(levels, 8)

    def between(column: Tensor, place: float) -> Tensor:
        low = int(place)
        high = min(low + 1, column.shape[-1] - 1)
        return column[..., low] + (column[..., high] - column[..., low]) * (place - low)

    height, width = size
    for i in range(8):
        for j in range(8):
            row = between(levels.transpose(2, 3), i * height / 8)
            assert torch.allclose(found[..., i, j], between(row, j * width / 8), atol=1e-3)


def test_that_the_network_is_shown_images_as_they_would_be_saved() -> None:
    class Echo(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.mean((1, 2, 3))

    plain = torch.tensor([-3.0, -1.0, 0.001, 1.0]).view(4, 1, 1, 1).expand(4, 3, 8, 8)
    expected = (torch.tensor([0.0, 0.0, 128.0, 255.0]) - 128) / 128
    for resize in ("clean", "legacy"):
        assert torch.allclose(inception_features(Echo(), plain, resize), expected, atol=1e-5)


def test_that_a_missing_file_is_named_before_the_start() -> None:
    problems = list(InceptionFid().objections())
    assert [problem.path for problem in problems] == ["weights"]
    assert "KID" in problems[0].hint


@pytest.mark.parametrize("damage", ["absent", "short", "another"])
def test_that_no_other_file_is_opened(damage: str, tmp_path: Path, pictures: Tensor) -> None:
    path = tmp_path / "weights.pth"
    if damage == "short":
        path.write_bytes(b"cos\nsystem\n(S'touch here'\ntR.")
    if damage == "another":
        with open(path, "wb") as file:
            file.truncate(BYTES)
    metric = InceptionFid(weights=escape(str(path)))
    assert bool(list(metric.objections())) == (damage != "another")
    with pytest.raises(FileError, match="not Inception"):
        metric.measure(pictures[:4], pictures[4:8], dice())
