"""What a run takes, against what one takes."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open

from gan_engine import Inbox, Saved, Stop, cost_of, costs, merge, parse, train
from gan_engine.architectures import ARCHITECTURES
from gan_engine.device import describe_device
from gan_engine.optimizers import OPTIMIZERS
from gan_engine.training.session import Session
from tests.gan_engine.live_bytes import LiveBytes
from tests.studio.tiny import tiny_draft


@pytest.mark.parametrize("kind", [part.key() for part in OPTIMIZERS])
def test_that_a_checkpoint_is_as_large_as_estimated(kind, emoji, tmp_path):
    optimizers = {"optimizer_g": {"kind": kind}, "optimizer_d": {"kind": kind}}
    draft = merge(tiny_draft(emoji), {**optimizers, "architecture": {"width": 16}})
    config, inbox = parse(draft), Inbox()
    for event in train(config, inbox, tmp_path / "run"):
        if isinstance(event, Saved):
            inbox.post(Stop())
    path = max((tmp_path / "run" / "checkpoints").glob("*.safetensors"))
    with safe_open(path, "pt") as file:
        held = sum(file.get_tensor(n).nbytes for n in file.keys())  # noqa: SIM118
        networks, remembered = (
            sum(
                file.get_tensor(n).nbytes
                for n in file.keys()  # noqa: SIM118
                if n.startswith(parts)
            )
            for parts in (("g.", "d.", "ema."), "optimizer_")
        )
    cost = cost_of(config)
    gradients = 4 * (cost.parameters_g + cost.parameters_d)
    assert cost.checkpoint == pytest.approx(held, rel=0.01)
    assert cost.weights == pytest.approx(networks + gradients, rel=0.01)
    assert cost.optimizers == pytest.approx(remembered, rel=0.01)


def test_that_multiply_adds_are_those_counted_by_hand():
    draft = {"data": {"size": 16}, "architecture": {"kind": "dcgan", "width": 8, "z_dim": 8}}
    config = parse(draft)
    found = []
    d = config.architecture.discriminator(config.data.shape)

    def note(module, inputs, out):
        found.append(module.weight[0].numel() * out[0].numel())

    for module in d.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(note)
    d(torch.zeros(2, 3, 16, 16))
    assert cost_of(config).macs_d == sum(found)


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES])
def test_that_every_architecture_has_a_price_that_grows_with_the_batch(kind):
    def memory(batch):
        size = 256 if kind == "fastgan" else 32
        pairs = "folders" if kind == "pix2pix" else "off"
        draft = {"data": {"size": size, "pairs": pairs}, "architecture": {"kind": kind}}
        return cost_of(parse({**draft, "training": {"batch_size": batch}}))

    small, large = memory(4), memory(16)
    assert 0 < small.activations < large.activations
    assert small.weights == large.weights
    assert small.macs_g > 0


def test_that_what_does_not_fit_is_told_with_what_would_take_less():
    draft = {"data": {"size": 256}, "training": {"batch_size": 4096}}
    cost = cost_of(parse(merge(draft, {"architecture": {"width": 256}})))
    assert not cost.fits
    paths = [relief.path for relief in cost.reliefs]
    assert paths == [
        "training.accumulation",
        "training.recompute",
        "training.batch_size",
        "data.size",
        "architecture.width",
    ]
    assert all(relief.memory < cost.memory for relief in cost.reliefs)


def test_that_fewer_images_at_once_are_advised_until_they_fit(monkeypatch):
    config = parse({"data": {"size": 64}, "training": {"batch_size": 1024, "device": "cpu"}})
    whole = cost_of(config)
    there = (whole.memory - whole.activations + whole.activations / 12) / 0.9
    info = replace(describe_device("cpu"), memory_total=int(there))
    monkeypatch.setattr(costs, "describe_device", lambda _: info)
    found = {relief.path: relief for relief in cost_of(config).reliefs}
    assert found["training.batch_size"].value == 64
    assert found["training.accumulation"].value == 16
    for path in ("training.batch_size", "training.accumulation"):
        assert found[path].memory <= 0.9 * info.memory_total


def test_that_a_batch_in_parts_keeps_as_much_as_one_part():
    def activations(batch, parts):
        training = {"batch_size": batch, "accumulation": parts}
        return cost_of(parse({"data": {"size": 32}, "training": training})).activations

    assert activations(64, 4) == activations(16, 1)


WAYS = list(itertools.product(["fp32", "bf16"], ["drift", "r1"], [False, True]))
QUICK = [("fp32", "r1", False), ("bf16", "drift", True)]


@pytest.mark.parametrize(
    ("precision", "penalty", "recompute"),
    [pytest.param(*way, marks=[] if way in QUICK else pytest.mark.slow) for way in WAYS],
)
def test_that_activations_are_about_what_a_step_holds(precision, penalty, recompute):
    """Not exactly: what convolutions need meanwhile is not in the estimate."""
    nets = {"kind": "r3", "width": 32, "z_dim": 8}
    training = {"batch_size": 8, "recompute": recompute, "device": "cpu", "precision": precision}
    draft = {"data": {"size": 32}, "architecture": nets, "training": training}
    config = parse({**draft, "penalties": {penalty: {}}})
    session = Session(config, np.zeros((8, 32, 32, 3), np.uint8), torch.device("cpu"))
    session.round()
    with LiveBytes() as memory:
        session.round()
    assert memory.most / 1.3 < cost_of(config).activations < memory.most * 1.3
