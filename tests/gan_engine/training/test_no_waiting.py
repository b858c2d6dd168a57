"""A step never waits for the device: nothing in it asks for a number or branches on one.

A CPU cannot stall on itself, so the step runs on tensors without values: any `.item()`, `tolist` or
branch on a value is refused there as it would stall a GPU. It also runs on a device that is not there:
whatever it then fetches from main memory would stall a GPU, and no graph could hold it.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gan_engine.augment import AUGMENTATIONS
from gan_engine.config import RunConfig, parse
from gan_engine.data.dataset import Images, Shown
from gan_engine.layers.segment import recompute
from gan_engine.losses import LOSSES, AdversarialLoss
from gan_engine.penalties import PENALTIES
from gan_engine.training.live import LiveValues
from gan_engine.training.memory import Memory
from gan_engine.training.meters import Meters, meter_names
from gan_engine.training.networks import Networks
from gan_engine.training.optimisers import Update
from gan_engine.training.step import Step
from tests.gan_engine.training.conftest import KINDS
from tests.gan_engine.training.test_run import each_preset, tiny_preset
from tests.slowly import slowly

CPU, AWAY = torch.device("cpu"), torch.device("meta")


FUSED = (torch.ops.aten._fused_adam_.tensor_lr, torch.ops.aten._fused_adamw_.tensor_lr)


class Random(torch.Generator):
    """Draws without values, wherever it is asked for; it says that it is on the step's device."""

    device = CPU


class Crossings(TorchDispatchMode):
    """Notes every operation that needs both main memory and the device's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        away = func in FUSED and args[0][0].device == AWAY  # it has none; it would change in place
        out = None if away else func(*args, **(kwargs or {}))
        leaves = tree_leaves((args, kwargs, out))
        devices = {leaf.device.type for leaf in leaves if isinstance(leaf, torch.Tensor)}
        if len(devices) > 1:
            self.found.append(str(func))
        return out


class Counted(Meters):
    """Meters whose sums lie on a device that is not there."""

    def __init__(self, names: tuple[str, ...], device: torch.device) -> None:
        super().__init__(names, CPU)
        size = 2 * len(names)
        self._all = torch.zeros_like(self._all, device=device)
        self._sums, self._reached = self._all[:size].view(2, -1), self._all[size:].view(2, -1)
        self._one, self._edges = torch.ones((), device=device), self._edges.to(device)


def step_of(config: RunConfig, classes: int = 0, device: torch.device = CPU) -> Step:
    """Return a step whose tensors have no values; to be made under FakeTensorMode."""
    live = LiveValues(config, device)
    build, shape = config.architecture, config.data.shape
    makes = (build.generator, build.discriminator, build.generator)
    with device:
        networks = Networks(*(make(shape, classes) for make in makes))
    updates = {}
    for name, network in (("g", networks.g), ("d", networks.d)):
        weights = list(network.parameters())
        # The fused kernel reads a rate that is a tensor on a CPU only; on a GPU it stays there.
        optimizer = getattr(config, f"optimizer_{name}").build(weights, 1e-3)
        if device == AWAY:
            optimizer.param_groups[0]["lr"] = live[f"optimizer_{name}.rate"]
        updates[name] = Update(optimizer, weights, 1.0)
    random = Random()
    random.device = device
    for network in (networks.g, networks.d):
        recompute(network, config.training.recompute)
    batch = config.training.batch_size
    reals = torch.zeros(batch, shape.channels, shape.height, shape.width, device=device)
    labels = torch.zeros(batch, dtype=torch.int64, device=device) if classes else None
    return Step(
        networks=networks,
        loss=live.into(config.loss, "loss"),
        penalties=config.penalties,
        augment=live.into(config.augment, "augment"),
        update_g=updates["g"],
        update_d=updates["d"],
        live=live,
        memory=Memory(config, device),
        meters=Counted(meter_names(config.penalties, config.augment), device),
        random=random,
        reals=lambda _: Shown(reals, labels, reals if config.data.paired else None),
        batch=batch,
        paired=config.data.paired,
        size=(shape.height, shape.width),
        parts=config.training.accumulation,
        z_dim=config.architecture.takes(shape)[0],
        device=device,
        draw_labels=lambda _: labels,
    )


@pytest.fixture(autouse=True)
def fused_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch take a device that is not there for one that has the fused kernels."""
    adam = importlib.import_module("torch.optim.adam")
    monkeypatch.setattr(adam, "_device_dtype_check_for_fused", lambda weight: None)


def refuses(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("torch.tensor makes it in main memory")


def run(config: RunConfig, classes: int = 0) -> None:
    for device in (CPU, AWAY):
        with FakeTensorMode() if device == CPU else contextlib.nullcontext():
            step = step_of(config, classes, device)
            with Crossings() as crossings, mock.patch.object(torch, "tensor", refuses):
                for network in "dg":
                    due = tuple(penalty for penalty in config.penalties if penalty.on == network)
                    (step.discriminator if network == "d" else step.generator)(due)
        assert not crossings.found


@pytest.mark.slow
@each_preset()
def test_that_no_presets_step_waits_for_the_device(key: str, emoji: Path) -> None:
    run(parse(tiny_preset(key, emoji)))


PLAIN = [p.key() for p in PENALTIES if p.key() != "path_length" and not p.needs_pairs]


@pytest.mark.parametrize("kind", PLAIN)
def test_that_no_penalty_waits_for_the_device(kind: str, tiny: Callable[..., RunConfig]) -> None:
    run(tiny(architecture={"d_norm": "none"}, penalties={kind: {}}, augment={"kind": "adaptive"}))


@pytest.mark.parametrize("pairing", ["each", "pair", "average"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_no_loss_waits_for_the_device(
    loss: type[AdversarialLoss], pairing: str, tiny: Callable[..., RunConfig]
) -> None:
    if pairing == "each" or not loss.relative:
        run(tiny(loss={"kind": loss.key(), "pairing": pairing}))


@pytest.mark.parametrize("kind", [part.key() for part in AUGMENTATIONS])
def test_that_no_augmentation_waits_for_the_device(
    kind: str, tiny: Callable[..., RunConfig]
) -> None:
    run(tiny(augment={"kind": kind}))


def test_that_a_probability_that_moves_waits_for_nothing(tiny: Callable[..., RunConfig]) -> None:
    for adapts in (True, False):
        run(tiny(augment={"kind": "adaptive", "adapts": adapts, "cap": {"start": 0.1, "end": 0.5}}))


@pytest.mark.parametrize("kind", slowly(KINDS, "fastgan", "r3", "resnet"))
def test_that_no_architecture_with_classes_waits_for_the_device(
    kind: str, tiny: Callable[..., RunConfig]
) -> None:
    run(tiny(architecture={"kind": kind, "width": 16}, loss={"pairing": "pair"}), classes=3)


@pytest.mark.parametrize("kind", slowly(["dcgan", "style", "r3"], "style", "r3"))
def test_that_saving_memory_waits_for_nothing_either(
    kind: str, tiny: Callable[..., RunConfig]
) -> None:
    saving = {"accumulation": 2, "recompute": True}
    run(tiny(architecture={"kind": kind, "width": 16, "z_dim": 8}, training=saving))


def test_that_labels_are_drawn_without_waiting_for_the_device() -> None:
    with FakeTensorMode():
        pixels, labels = np.zeros((6, 16, 16, 3), np.uint8), np.arange(6) % 2
        images = Images(pixels, 4, CPU, 10**6, labels)
        drawn = images.draw_labels(torch.Generator())
        assert drawn is not None
        assert drawn.shape == (4,)


def test_that_the_check_would_notice(
    tiny: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Meters.add
    monkeypatch.setattr(
        Meters, "add", lambda self, name, value: (value.item(), add(self, name, value))
    )
    with pytest.raises(Exception, match="local_scalar"):
        run(tiny())


@pytest.mark.parametrize(
    "fetched",
    [lambda: torch.zeros(()).to(AWAY), lambda: torch.tensor(0.0)],
    ids=["copied", "made"],
)
def test_that_the_check_would_notice_what_comes_from_main_memory(
    fetched: Callable[[], torch.Tensor],
    tiny: Callable[..., RunConfig],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add = Meters.add
    monkeypatch.setattr(
        Meters, "add", lambda self, name, value: (fetched(), add(self, name, value))
    )
    with pytest.raises(AssertionError, match=r"_to_copy|main memory"):
        run(tiny())
