"""What only a GPU can show: graphs, no waiting in a step, repeatable runs. Skipped where there is none.

python -m pytest -m gpu tests/gan_engine/training/test_on_gpu.py
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig, parse
from gan_engine.configfile import read_presets
from gan_engine.drafts import merge
from gan_engine.events import Notice
from gan_engine.training import resume, train
from gan_engine.training import session as session_module
from gan_engine.training.accelerate import WARM_UP
from gan_engine.training.session import Session
from tests.gan_engine.training.test_run import tiny_preset

# What torch tells of itself: that the mode which finds what waits does not find everything, that it
# tried a kernel there is none of here and takes another, and that a thread of its own had to begin.
OF_ITSELF = ("Synchronization debug mode", "Plan failed with a", "Attempting to run cuBLAS")
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings(*(f"ignore:{words}:UserWarning" for words in OF_ITSELF)),
]
Make = Callable[..., RunConfig]
PENALTIES = {"r1": {"interval": 2}}


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    """Kernels that repeat themselves; what a test asks of torch ends with it."""
    cudnn = torch.backends.cudnn
    flags = cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32
    yield
    cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32 = flags
    torch.cuda.set_sync_debug_mode("default")
    torch.cuda.empty_cache()


def on_gpu(make: Make, acceleration: str, **changes: Any) -> Session:
    training = {
        "device": "cuda",
        "acceleration": acceleration,
        "batch_size": 8,
        "precision": "fp32",
    }
    config = make(**merge({"training": training, "penalties": PENALTIES}, changes))
    side = config.data.size
    pixels = np.random.default_rng(3).integers(0, 256, (24, side, side, 3), np.uint8)
    session = Session(config, pixels, torch.device("cuda"))
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    # Compiled networks round elsewhere: in tf32 that would turn the sign of many a small gradient.
    torch.backends.cudnn.allow_tf32 = False
    return session


def distance(one: Session, two: Session) -> float:
    """Return the largest relative distance between two sessions' weights."""
    found = two.networks.tensors()
    return max(
        float((t.float() - found[n].float()).norm() / (t.float().norm() + 1e-6))
        for n, t in one.networks.tensors().items()
    )


@pytest.mark.parametrize("kind", [a.key() for a in ARCHITECTURES if a.key() != "pix2pix"])
def test_that_graphs_are_the_eager_step(kind: str, tiny: Make) -> None:
    nets = {"kind": kind, "width": 16, "z_dim": 8}
    sessions = [on_gpu(tiny, mode, architecture=nets) for mode in ("eager", "graph")]
    for session in sessions:
        for _ in range(4 * WARM_UP):
            session.round()
    graph = sessions[1].runner
    assert graph.trouble is None
    assert len(graph._captured) == 3
    assert distance(*sessions) < 1e-3


def test_that_only_a_little_work_is_queued(tiny: Make) -> None:
    session = on_gpu(tiny, "graph")
    for _ in range(4 * WARM_UP):
        session.round()
        assert len(session._gpu_pace._queued) <= session._gpu_pace._most
    torch.cuda.synchronize()
    assert all(mark.query() for mark in session._gpu_pace._queued)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Torch's compiler in this very process: the pool it would begin outlives a test."""
    monkeypatch.setenv("TORCH_WARM_POOL", "0")
    monkeypatch.setattr(importlib.import_module("torch._inductor.config"), "compile_threads", 1)
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.mark.timeout(600)  # without a pool it takes its time
@pytest.mark.filterwarnings("ignore:::torch", "ignore:::triton")  # the compiler's, of its own code
def test_that_compiled_networks_are_the_eager_step(tiny: Make, compiler: None) -> None:
    sessions = [on_gpu(tiny, mode) for mode in ("eager", "compile")]
    sessions[1].runner.compile()
    for session in sessions:
        for _ in range(4 * WARM_UP):
            session.round()
    assert sessions[1].runner.trouble is None
    assert distance(*sessions) < 1e-2


@pytest.mark.parametrize("acceleration", ["eager", "graph"])
@pytest.mark.parametrize("key", [preset.key for preset in read_presets() if not preset.own])
def test_that_no_presets_step_waits_for_the_gpu(key: str, acceleration: str, emoji: Path) -> None:
    draft = merge(tiny_preset(key, emoji), {"training": {"device": "cuda"}})
    config = parse(merge(draft, {"training": {"acceleration": acceleration}}))
    shape = config.data.prepared_shape
    pixels = np.zeros((24, shape.height, shape.width, shape.channels), np.uint8)
    session = Session(config, pixels, torch.device("cuda"))
    lazy = max((penalty.interval for penalty in config.penalties), default=1)
    for _ in range((WARM_UP + 1) * lazy):  # a capture may wait, a step may not
        session.round()
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    for _ in range(2 * lazy):
        session.round()
        session.meters.read()


def test_that_a_live_change_needs_no_new_capture(tiny: Make) -> None:
    session = on_gpu(tiny, "graph")
    for _ in range(3 * WARM_UP):
        session.round()
    captured = dict(session.runner._captured)
    before = {name: t.clone() for name, t in session.networks.tensors().items()}
    session.change("optimizer_g.rate", 0.0)
    session.change("optimizer_d.rate", 0.0)
    session.round()
    weights = [f"{k}.{n}" for k in "gd" for n, _ in getattr(session.networks, k).named_parameters()]
    now = session.networks.tensors()
    assert all(torch.equal(now[name], before[name]) for name in weights)
    assert session.runner._captured == captured


@pytest.mark.parametrize("acceleration", ["eager", "graph"])
def test_that_a_resumed_run_repeats_itself(
    acceleration: str, tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within rounding: kernels that add in any order make no run on a GPU bit-exact."""
    training = {
        "device": "cuda",
        "acceleration": acceleration,
        "precision": "fp32",
        "batch_size": 8,
    }
    changes = {"training": training, "penalties": PENALTIES}
    list(train(tiny(**merge(changes, {"training": {"images": 160}})), folder=tmp_path / "whole"))
    list(train(tiny(**merge(changes, {"training": {"images": 80}})), folder=tmp_path / "half"))
    list(resume(tmp_path / "half", images=160))
    whole, half = (checkpoint.newest(tmp_path / n)[1].tensors for n in ("whole", "half"))
    for name, tensor in whole.items():
        if name.startswith("ema.") and tensor.is_floating_point():
            assert torch.allclose(tensor, half[name], rtol=1e-2, atol=1e-3), name


def test_that_random_numbers_are_those_of_the_eager_step(tiny: Make) -> None:
    drawn = []
    for mode in ("eager", "graph"):
        session = on_gpu(tiny, mode)
        kept = torch.zeros(8, 8, device="cuda")
        latents = session.step.latents

        def noted(latents: Any = latents, kept: torch.Tensor = kept) -> torch.Tensor:
            z = latents()
            kept.copy_(z)
            return z

        session.step.latents = noted  # type: ignore[method-assign]
        found = []
        for _ in range(3 * WARM_UP):
            session.round()
            found.append(kept.clone())
        drawn.append(torch.stack(found))
    assert torch.equal(*drawn)
    assert len(drawn[0].flatten(1).unique(dim=0)) == len(drawn[0])


def test_that_a_capture_that_fails_falls_back_to_the_same_step(tiny: Make, tmp_path: Path) -> None:
    eager, session = on_gpu(tiny, "eager"), on_gpu(tiny, "graph")
    teach = session.step._teach_d

    def asks(*args: Any) -> torch.Tensor:
        scores = teach(*args)
        if torch.cuda.is_current_stream_capturing():
            scores.sum().item()  # no graph can hold this
        return scores

    session.step._teach_d = asks  # type: ignore[method-assign]
    for _ in range(5 * WARM_UP):  # with and without R1 in turn; a capture is tried twice
        eager.round()
        session.round()
    assert session.runner.trouble is not None
    assert session.is_finite()
    assert distance(eager, session) < 1e-3


def test_that_memory_comes_back_when_graphs_are_captured_anew(tiny: Make) -> None:
    session = on_gpu(tiny, "graph")
    held = []
    for _ in range(3):
        for _ in range(3 * WARM_UP):
            session.round()
        torch.cuda.synchronize()
        held.append(torch.cuda.memory_reserved())
        session.runner.forget()
    assert held[2] <= held[1] * 1.05


def test_that_images_that_do_not_fit_come_from_the_disk_all_the_same(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = on_gpu(tiny, "graph", data={"flip": False})
    monkeypatch.setattr(session_module, "RESIDENT_SHARE", 0.0)
    mapped = on_gpu(tiny, "graph", data={"flip": False})
    assert resident.images.resident
    assert not mapped.images.resident
    for _ in range(3 * WARM_UP):
        resident.round()
        mapped.round()
    assert distance(resident, mapped) < 1e-3
    mapped.close()


def test_that_a_run_on_a_gpu_needs_no_excuse(tiny: Make, tmp_path: Path) -> None:
    config = tiny(training={"device": "cuda", "images": 160, "batch_size": 8})
    notices = [e for e in train(config, folder=tmp_path / "run") if isinstance(e, Notice)]
    assert [n for n in notices if n.key == "acceleration"] == []
