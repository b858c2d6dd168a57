"""Dropout leaves out what it says, and keeps the size of signals."""

from __future__ import annotations

import pytest
import torch

from gan_engine.layers.dropout import Dropout
from gan_engine.layers.noise import draw_from


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_that_a_share_is_left_out_and_the_rest_makes_up_for_it(share: float) -> None:
    layer = Dropout(share)
    draw_from(layer, torch.Generator().manual_seed(0))
    x = torch.ones(4, 8, 32, 32)
    out = layer(x)
    assert (out == 0).float().mean().item() == pytest.approx(share, abs=0.02)
    assert torch.allclose(out[out != 0], torch.tensor(1 / (1 - share)))
    assert not torch.equal(layer(x), out)


def test_that_everything_passes_when_it_rests_or_is_off() -> None:
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(Dropout(0.5).eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)
