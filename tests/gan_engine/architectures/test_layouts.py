"""Maps and their gradients lie in memory as the network's weights do: else each layer would rearrange them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_engine.config import RunConfig, parse
from gan_engine.configfile import Preset, read_presets, with_preset
from gan_engine.device import Formats
from gan_engine.drafts import merge
from gan_engine.penalties.base import slope
from gan_engine.training.networks import Networks, build_networks

START = 8
"""Maps up to this size cost nothing; what makes them of latents need not know of layouts."""
PRESETS = [p for p in read_presets() if not p.own and p.key != "pix2pix-256"]
"""All but the one with instance norm, whose result torch makes contiguous whatever it is of."""
PLAIN = [p for p in PRESETS if p.key != "fastgan-256"]
"""Without the one with gates, of which torch's gradient is contiguous whatever it is of."""


def networks_of(
    preset: Preset, channels_last: bool
) -> tuple[RunConfig, Networks, torch.memory_format]:
    """Return a preset's settings and its networks, narrow, and how they lie in memory."""
    narrow = {"width": 16} if preset.key != "tutorial" else {}
    draft = merge(with_preset(preset), {"architecture": narrow})
    config, formats = parse(draft, despite=("data.folder",)), Formats("fp32", channels_last)
    return config, build_networks(config, torch.device("cpu"), 0, formats), formats.layout


def show_maps(networks: Networks, look: Callable[[nn.Module, Tensor], None]) -> None:
    """Let `look` see each map that a layer makes, but those as small as G's start."""

    def hook(module: nn.Module, inputs: Any, found: Any) -> None:
        if isinstance(found, Tensor) and found.ndim == 4 and min(found.shape[2:]) > START:
            look(module, found)

    for module in (*networks.g.modules(), *networks.d.modules()):
        module.register_forward_hook(hook)


@pytest.mark.parametrize("channels_last", [True, False], ids=["channels last", "contiguous"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_that_no_layer_of_a_preset_changes_how_maps_lie_in_memory(
    preset: Preset, channels_last: bool
) -> None:
    config, networks, layout = networks_of(preset, channels_last)
    shape, wrong = config.data.shape, []

    def look(module: nn.Module, found: Tensor) -> None:
        if not found.is_contiguous(memory_format=layout):
            wrong.append((type(module).__name__, tuple(found.shape), found.stride()))

    show_maps(networks, look)
    count = min(2, config.training.batch_size)
    real = torch.zeros(count, shape.channels, shape.height, shape.width)
    real = real.to(memory_format=layout)
    fake = networks.g(torch.zeros(count, *config.architecture.takes(shape)))
    networks.d(real)
    networks.d(fake)
    assert wrong == []


@pytest.mark.parametrize("channels_last", [True, False], ids=["channels last", "contiguous"])
@pytest.mark.parametrize("preset", PLAIN, ids=lambda preset: preset.key)
def test_that_no_layer_of_a_preset_changes_how_gradients_lie_in_memory(
    preset: Preset, channels_last: bool
) -> None:
    config, networks, layout = networks_of(preset, channels_last)
    shape, count, wrong = config.data.shape, min(2, config.training.batch_size), []

    def look(module: nn.Module, found: Tensor) -> None:
        def come_back(gradient: Tensor | None) -> None:
            if gradient is not None and not gradient.is_contiguous(memory_format=layout):
                wrong.append((type(module).__name__, tuple(found.shape), gradient.stride()))

        if found.requires_grad:
            found.register_hook(come_back)

    show_maps(networks, look)
    random = torch.Generator().manual_seed(0)
    real = torch.randn(count, shape.channels, shape.height, shape.width, generator=random)
    real = real.to(memory_format=layout)
    fake = networks.g(torch.randn(count, *config.architecture.takes(shape), generator=random))
    (networks.d(fake).sum() + slope(networks.d, real).sum()).backward()
    assert wrong == []
