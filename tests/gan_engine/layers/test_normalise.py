"""Norms: over which numbers each of them is a norm."""

from __future__ import annotations

import pytest
import torch

from gan_engine.layers.normalise import make_norm


@pytest.mark.parametrize(
    ("kind", "over"),
    [("batch", (0, 2, 3)), ("instance", (2, 3)), ("layer", (1, 2, 3))],
)
def test_that_what_it_normalises_has_mean_zero_and_size_one(kind, over) -> None:
    x = torch.randn(4, 8, 6, 6, generator=torch.Generator().manual_seed(0)) * 3 + 2
    out = make_norm(kind, 8)(x)
    assert torch.allclose(out.mean(over), torch.zeros(()), atol=1e-5)
    assert torch.allclose(out.var(over, unbiased=False), torch.ones(()), atol=1e-3)


@pytest.mark.parametrize(
    ("channels", "groups"), [(512, 32), (64, 16), (48, 4), (8, 2), (7, 1), (1, 1)]
)
def test_that_groups_divide_any_number_of_channels(channels, groups) -> None:
    norm = make_norm("group", channels)
    assert norm.num_groups == groups
    norm(torch.randn(2, channels, 4, 4))


def test_that_none_is_no_layer() -> None:
    assert make_norm("none", 8) is None
