"""Maps lie in memory as the network's weights do: else each layer would first rearrange what comes in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_engine.config import parse
from gan_engine.configfile import Preset, read_presets, with_preset
from gan_engine.device import Formats
from gan_engine.drafts import merge
from gan_engine.training.networks import build_networks

START = 8
"""Maps up to this size cost nothing; what makes them of latents need not know of layouts."""
PRESETS = [p for p in read_presets() if not p.own and p.key != "pix2pix-256"]
"""All but the one with instance norm, whose result torch makes contiguous whatever it is of."""


@pytest.mark.parametrize("channels_last", [True, False], ids=["channels last", "contiguous"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_that_no_layer_of_a_preset_changes_how_maps_lie_in_memory(
    preset: Preset, channels_last: bool
) -> None:
    narrow = {"width": 16} if preset.key != "tutorial" else {}
    draft = merge(with_preset(preset), {"architecture": narrow})
    config = parse(draft, despite=("data.folder",))
    formats, shape = Formats("fp32", channels_last), config.data.shape
    networks = build_networks(config, torch.device("cpu"), 0, formats)
    wrong = []

    def look(module: nn.Module, inputs: Any, found: Any) -> None:
        if not isinstance(found, Tensor) or found.ndim != 4 or min(found.shape[2:]) <= START:
            return
        if not found.is_contiguous(memory_format=formats.layout):
            wrong.append((type(module).__name__, tuple(found.shape), found.stride()))

    for module in (*networks.g.modules(), *networks.d.modules()):
        module.register_forward_hook(look)
    count = min(2, config.training.batch_size)
    real = torch.zeros(count, shape.channels, shape.height, shape.width)
    real = real.to(memory_format=formats.layout)
    fake = networks.g(torch.zeros(count, *config.architecture.takes(shape)))
    networks.d(real)
    networks.d(fake)
    assert wrong == []
