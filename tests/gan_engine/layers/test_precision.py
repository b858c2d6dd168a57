"""Networks do not ask torch, while they run, what its compiler cannot follow."""

from __future__ import annotations

import pytest
import torch

from gan_engine.architectures import ARCHITECTURES
from gan_engine.imaging import ImageShape

MADE_OF_LATENTS = [part for part in ARCHITECTURES if not part.needs_pairs]


@pytest.mark.parametrize("part", MADE_OF_LATENTS, ids=lambda part: part.key())
def test_that_no_pass_asks_which_devices_autocast_knows(part, monkeypatch) -> None:
    """The compiler of torch 2.11 makes two pieces of a network there."""

    def refuses(kind: str) -> bool:
        raise AssertionError("asked in a pass")

    shape, settings = ImageShape(32, 32, 3), part(width=16)
    g, d = settings.generator(shape), settings.discriminator(shape)
    monkeypatch.setattr(torch.amp, "is_autocast_available", refuses)
    d(g(torch.zeros(2, *settings.takes(shape))))
