"""The losses keep every mode of toy data: small enough to see that the game itself is right."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from gan_engine.config import RunConfig, parse
from gan_engine.data.dataset import Shown
from gan_engine.drafts import put
from gan_engine.training.live import LiveValues
from gan_engine.training.memory import Memory
from gan_engine.training.meters import Meters
from gan_engine.training.networks import Networks
from gan_engine.training.optimisers import Update
from gan_engine.training.step import Step, meter_names

BATCH = 128
SIZE = (1, 1)
"""A point is an image of one pixel, with two channels."""


def multilayer(inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(3):
        layers += [nn.Linear(inputs, width), nn.LeakyReLU(0.2)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def ring(random: torch.Generator) -> Shown:
    """Points on eight Gaussians around a circle: (N, 2), shaped as images of one column."""
    angle = torch.randint(8, (BATCH,), generator=random) * (math.pi / 4)
    centres = torch.stack([angle.cos(), angle.sin()], 1)
    points = centres + 0.05 * torch.randn(BATCH, 2, generator=random)
    return Shown(points.reshape(BATCH, 2, 1, 1))


class Points(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = multilayer(2, 2)

    def forward(self, z: Tensor) -> Tensor:
        return self.inner(z).reshape(-1, 2, 1, 1)


class Judge(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = multilayer(2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x.flatten(1)).flatten()


def trained(config: RunConfig, steps: int) -> nn.Module:
    torch.manual_seed(0)
    networks = Networks(Points(), Judge(), Points())
    live = LiveValues(config, torch.device("cpu"))
    updates = {}
    for name, network in (("g", networks.g), ("d", networks.d)):
        weights = list(network.parameters())
        optimizer = getattr(config, f"optimizer_{name}").build(
            weights, live[f"optimizer_{name}.rate"]
        )
        updates[name] = Update(optimizer, weights, 0.0)
    meters = Meters(meter_names(config.penalties, config.augment), torch.device("cpu"))
    random = torch.Generator().manual_seed(0)
    step = Step(
        networks, live.into(config.loss, "loss"), config.penalties, config.augment,
        updates["g"], updates["d"], live, Memory(config, torch.device("cpu")), meters, random,
        ring, BATCH, SIZE, 2, torch.device("cpu"),
    )  # fmt: skip
    for i in range(steps):
        live.fill(config, i * BATCH)
        step.discriminator(config.penalties)
        step.generator(())
    return networks.ema


def modes_kept(network: nn.Module) -> tuple[int, float]:
    """Return how many of the eight modes get at least 2 % of samples, and the share near any mode."""
    z = torch.randn(2000, 2, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        points = network(z).reshape(-1, 2)
    angles = torch.arange(8) * (math.pi / 4)
    apart = torch.cdist(points, torch.stack([angles.cos(), angles.sin()], 1))
    nearest, which = apart.min(1)
    near = nearest < 0.2
    counts = torch.bincount(which[near], minlength=8)
    return int((counts > 0.02 * len(points)).sum()), float(near.float().mean())


@pytest.mark.parametrize(
    "loss",
    [{"kind": "hinge"}, {"kind": "cross_entropy"}, {"kind": "cross_entropy", "pairing": "pair"}],
    ids=["hinge", "cross-entropy", "relativistic"],
)
def test_that_every_mode_of_the_ring_is_kept(loss: dict[str, str]) -> None:
    draft = {
        "loss": loss,
        "penalties": {"r1": {"weight": 0.1}, "r2": {"weight": 0.1}},
        "optimizer_g": {"kind": "adam", "rate": 1e-3, "beta1": 0.0, "beta2": 0.9},
        "optimizer_d": {"kind": "adam", "rate": 1e-3, "beta1": 0.0, "beta2": 0.9},
        "ema": {"half_life": 2000},
    }
    config = parse(put(draft, "data.folder", "builtin"))
    kept, near = modes_kept(trained(config, 1500))
    assert kept == 8
    assert near > 0.7
