"""The losses keep every mode of toy data: small enough to see that the game itself is right."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gan_engine.config import RunConfig, parse
from gan_engine.data.dataset import Shown
from gan_engine.drafts import put
from gan_engine.training.live import LiveValues
from gan_engine.training.memory import Memory
from gan_engine.training.meters import Meters, meter_names
from gan_engine.training.networks import Networks
from gan_engine.training.optimisers import Update
from gan_engine.training.step import Step

BATCH = 128
SIZE = (1, 1)
"""A point is an image of one pixel, with two channels."""


def multilayer(inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(3):
        layers += [nn.Linear(inputs, width), nn.LeakyReLU(0.2)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(width, outputs))


ANGLES = torch.arange(8) * (math.pi / 4)
RING = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)
"""The centres of eight Gaussians around a circle: (8, 2)."""
GRID = torch.cartesian_prod(torch.arange(5.0) - 2, torch.arange(5.0) - 2) * 0.7
"""The centres of 25 Gaussians, five by five: (25, 2)."""


def points_around(centres_K2: Tensor, spread: float) -> Callable[[torch.Generator], Shown]:
    """Return what draws points of equally frequent Gaussians, each an image of one pixel."""

    def draw(random: torch.Generator) -> Shown:
        centres = centres_K2[torch.randint(len(centres_K2), (BATCH,), generator=random)]
        points = centres + spread * torch.randn(BATCH, 2, generator=random)
        return Shown(points.reshape(BATCH, 2, 1, 1))

    return draw


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


def trained(config: RunConfig, steps: int, reals: Callable[[torch.Generator], Shown]) -> nn.Module:
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
        reals, BATCH, SIZE, 2, torch.device("cpu"),
    )  # fmt: skip
    for i in range(steps):
        live.fill(config, i * BATCH)
        step.discriminator(config.penalties)
        step.generator(())
    return networks.ema


def modes_kept(network: nn.Module, centres_K2: Tensor, reach: float) -> tuple[float, float]:
    """Return what the rarest mode has of its due share of samples, and the share near any mode."""
    z = torch.randn(5000, 2, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        points = network(z).reshape(-1, 2)
    nearest, which = torch.cdist(points, centres_K2).min(1)
    near = nearest < reach
    counts = torch.bincount(which[near], minlength=len(centres_K2))
    return float(counts.min()) * len(centres_K2) / len(points), float(near.float().mean())


@pytest.mark.parametrize(
    ("steps", "near_enough"), [(500, 0.5), pytest.param(1500, 0.7, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    "loss",
    [
        pytest.param({"kind": "hinge"}, id="hinge", marks=pytest.mark.slow),
        pytest.param({"kind": "cross_entropy"}, id="cross-entropy", marks=pytest.mark.slow),
        pytest.param({"kind": "cross_entropy", "pairing": "pair"}, id="relativistic"),
    ],
)
def test_that_every_mode_of_the_ring_is_kept(
    loss: dict[str, str], steps: int, near_enough: float
) -> None:
    draft = {
        "loss": loss,
        "penalties": {"r1": {"weight": 0.1}, "r2": {"weight": 0.1}},
        "optimizer_g": {"kind": "adam", "rate": 2e-3, "beta1": 0.0, "beta2": 0.9},
        "optimizer_d": {"kind": "adam", "rate": 2e-3, "beta1": 0.0, "beta2": 0.9},
        "ema": {"half_life": 2000},
    }
    config = parse(put(draft, "data.folder", "builtin"))
    rarest, near = modes_kept(trained(config, steps, points_around(RING, 0.05)), RING, 0.2)
    assert rarest > 0.16
    assert near > near_enough


@pytest.mark.slow
def test_that_the_modern_loss_keeps_all_of_25_modes() -> None:
    """Relativistic pairs, R1 and R2. Without them many of these modes get no sample at all."""
    steps = 4000
    adam = {"kind": "adam", "beta1": 0.0, "beta2": 0.99}
    adam["rate"] = {"start": 4e-3, "end": 4e-4, "shape": "cosine", "images": steps * BATCH}
    draft = {
        "loss": {"kind": "cross_entropy", "pairing": "pair"},
        "penalties": {"r1": {"weight": 0.2}, "r2": {"weight": 0.2}},
        "optimizer_g": adam,
        "optimizer_d": adam,
        "ema": {"half_life": 10 * BATCH},
    }
    config = parse(put(draft, "data.folder", "builtin"))
    rarest, near = modes_kept(trained(config, steps, points_around(GRID, 0.035)), GRID, 0.175)
    assert rarest > 0.05
    assert near > 0.4
