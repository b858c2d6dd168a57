"""Batches of prepared images as the step sees them."""

from __future__ import annotations

import numpy as np
import torch

from gan_engine.data.dataset import Images

CPU = torch.device("cpu")


def test_that_half_of_a_batch_is_mirrored_when_asked_and_nothing_else_is_changed() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (400, 4, 4, 3), np.uint8)
    images = Images(pixels, 400, CPU, 10**6)
    images.show(np.arange(400))
    plain = images.batch(False, torch.Generator()).images_NCHW
    shown = images.batch(True, torch.Generator().manual_seed(0)).images_NCHW
    levels = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    assert torch.equal(plain, levels)
    mirrored = (shown == plain.flip(3)).flatten(1).all(1)
    assert torch.equal(shown[~mirrored], plain[~mirrored])
    assert 0.4 < mirrored.float().mean().item() < 0.6
