"""The summary shows the real networks."""

from __future__ import annotations

import pytest
import torch

from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig, parse
from gan_engine.costs import _kept
from gan_engine.summary import summarize


def config(kind: str, **settings: object) -> RunConfig:
    data = {"size": 32, "pairs": "folders" if kind == "pix2pix" else "off"}
    return parse({"data": data, "architecture": {"kind": kind, **settings}})


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES])
def test_that_its_totals_are_the_networks_own(kind) -> None:
    settings = config(kind)
    found, shape = summarize(settings), settings.data.shape
    g, d = settings.architecture.generator(shape), settings.architecture.discriminator(shape)
    assert found.parameters_g == sum(weight.numel() for weight in g.parameters())
    assert found.parameters_d == sum(weight.numel() for weight in d.parameters())


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES])
def test_that_g_ends_at_the_image_and_d_at_one_logit(kind) -> None:
    found = summarize(config(kind))
    assert [row.shape for row in found.g if row.depth == 0][-1] == (3, 32, 32)
    ends = [row.shape for row in found.d if row.depth == 0 and row.shape[:1] in ((), (1,))]
    assert {len(shape) for shape in ends} in ({0}, {3}), (
        "let D's last block return its logit itself"
    )
    assert all(row.name and row.kind for row in found.g + found.d)


def test_that_blocks_are_named_and_counted() -> None:
    found = summarize(config("dcgan"))
    blocks = [(row.name, row.shape) for row in found.g if row.depth == 0]
    assert blocks == [
        ("Start", (256, 4, 4)),
        ("Up 1", (128, 8, 8)),
        ("Up 2", (64, 16, 16)),
        ("Image", (3, 32, 32)),
    ]
    inside = [row.kind for row in found.d if row.depth == 1]
    assert inside[:2] == ["Convolution 4×4, ÷2", "Leaky ReLU 0.2"]


def test_that_spectral_norm_is_visible() -> None:
    assert any("spectral norm" in row.kind for row in summarize(config("resnet")).d)


@pytest.mark.parametrize(("kind", "pixels"), [("tutorial", 23), ("dcgan", 22)])
def test_that_a_patch_says_how_far_it_looks(kind, pixels) -> None:
    assert summarize(config(kind, head="patch")).receptive_field == pixels
    assert summarize(config(kind)).receptive_field == 0


@pytest.mark.parametrize(("size", "pixels"), [(256, 70), (64, 70), (32, 70), (16, 34)])
def test_that_pix2pix_judges_patches_of_70_pixels_where_there_are_so_many(size, pixels) -> None:
    shape = {"size": size, "pairs": "folders"}
    found = summarize(parse({"data": shape, "architecture": {"kind": "pix2pix"}}))
    assert found.receptive_field == pixels


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES])
def test_that_blocks_together_keep_what_a_network_keeps(kind) -> None:
    settings = config(kind)
    found, nets, shape = summarize(settings), settings.architecture, settings.data.shape
    with torch.device("meta"):
        d = nets.discriminator(shape)
        kept, *_ = _kept(d, lambda count: nets.blank(shape, count).d)
    assert sum(row.memory for row in found.d) == kept(4) - kept(3) > 0
