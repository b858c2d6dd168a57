"""The formats a run is fastest with are found once, kept, and stay the same for all of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from gan_engine import Notice, checkpoint, device, paths
from gan_engine.config import RunConfig
from gan_engine.device import Formats, usual_formats
from gan_engine.errors import MemoryFullError
from gan_engine.pricing import priced
from gan_engine.training import resume, run, train, trial
from gan_engine.training.session import Session
from gan_engine.training.trial import fastest, try_out
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
CPU = torch.device("cpu")
USUAL, LAST = Formats("fp32", False, 1), Formats("fp32", True, 1)
"""By one thread, as every test."""


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> dict[bool, float]:
    """What a round takes, by whether channels are last; to be changed by a test."""
    took = {False: 1.0, True: 1.0}
    monkeypatch.setattr(
        trial, "_round_seconds", lambda session, *_, **__: took[session.formats.channels_last]
    )
    monkeypatch.setattr(trial, "PATIENCE_S", 1000.0)
    return took


@pytest.mark.parametrize(("seconds", "chosen"), [(0.5, LAST), (0.95, USUAL), (2.0, USUAL)])
def test_that_what_is_clearly_faster_is_taken(
    seconds: float, chosen: Formats, tiny: Make, clocked: dict[bool, float]
) -> None:
    clocked[True] = seconds
    assert fastest(tiny(data={"size": 32}), CPU) == chosen


def test_that_the_answer_is_kept_for_the_same_networks_alone(
    tiny: Make, clocked: dict[bool, float]
) -> None:
    clocked[True] = 0.5
    assert fastest(tiny(data={"size": 32}), CPU) == LAST
    clocked[True] = 2.0
    assert fastest(tiny(data={"size": 32}), CPU) == LAST
    assert fastest(tiny(data={"size": 32}, architecture={"width": 8}), CPU) == USUAL


def test_that_an_answer_that_cannot_be_read_is_found_again(
    tiny: Make, clocked: dict[bool, float]
) -> None:
    config = tiny(data={"size": 32})
    fastest(config, CPU)
    (kept,) = (paths.cache() / "formats").iterdir()
    kept.write_text('{"precision": "fp8"}')
    clocked[True] = 0.5
    assert fastest(config, CPU) == LAST


@pytest.mark.parametrize(
    ("told", "chosen"), [("contiguous", USUAL), ("channels_last", LAST)], ids=["one", "other"]
)
def test_that_settings_are_not_questioned(told: str, chosen: Formats, tiny: Make) -> None:
    config = tiny(data={"size": 32}, training={"memory_format": told, "precision": "fp32"})
    assert fastest(config, CPU) == chosen
    assert not (paths.cache() / "formats").exists()


def test_that_what_takes_more_than_a_moment_is_not_compared(
    tiny: Make, clocked: dict[bool, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    clocked[True] = 0.5
    monkeypatch.setattr(trial, "PATIENCE_S", 0.0)
    assert fastest(tiny(data={"size": 32}), CPU) == USUAL


@pytest.mark.parametrize(("tries", "chosen"), [(0.5, LAST), (3.0, USUAL)])
def test_that_a_gpus_start_up_is_not_counted_as_a_round_but_trying_kernels_is(
    tries: float,
    chosen: Formats,
    tiny: Make,
    clocked: dict[bool, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0

    class StartsUp:
        """A session on a GPU that starts up for ten seconds, then tries out kernels."""

        def __init__(self, _: RunConfig, device: torch.device, formats: Formats, *__: Any) -> None:
            self.device, self.formats, self.takes = device, formats, tries

        def round(self) -> None:
            nonlocal now
            now += self.takes
            self.takes = 0.01

        def close(self) -> None: ...

    def wake(_: StartsUp) -> None:
        nonlocal now
        now += 10.0

    monkeypatch.setattr(trial, "_session", StartsUp)
    monkeypatch.setattr(trial, "_wake", wake)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    monkeypatch.setattr(trial, "time", SimpleNamespace(monotonic=lambda: now, perf_counter=None))
    monkeypatch.setattr(trial, "PATIENCE_S", 2.0)
    clocked[True] = 0.5
    assert trial._compare(tiny(), torch.device("cuda"), USUAL, [LAST], 2) == chosen


@pytest.mark.parametrize("formats", [Formats("fp32", False), Formats("bf16", True)])
def test_that_waking_a_gpu_is_a_convolution_and_a_product_forth_and_back(
    formats: Formats, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    session: Any = SimpleNamespace(device=CPU, formats=formats)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: done.append("waited"))
    with FlopCounterMode(display=False) as counted:
        trial._wake(session)
    kinds = {str(op) for op in counted.get_flop_counts()["Global"]}
    assert {"aten.convolution", "aten.convolution_backward"} <= kinds
    assert kinds & {"aten.mm", "aten.bmm", "aten.addmm"}
    assert done == ["waited"]


def test_that_too_little_memory_to_compare_decides_nothing(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> float:
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(trial, "_session", full)
    assert fastest(tiny(data={"size": 32}), CPU) == USUAL


def test_that_both_formats_are_really_tried(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    measure = trial._round_seconds
    monkeypatch.setattr(
        trial,
        "_round_seconds",
        lambda session, *a, **k: (tried.append(session.formats), measure(session, *a, **k))[1],
    )
    monkeypatch.setattr(trial, "PATIENCE_S", 1000.0)
    assert fastest(tiny(data={"size": 32}), CPU) in (USUAL, LAST)
    assert tried == [USUAL, LAST]


def test_that_a_run_goes_on_with_the_formats_it_began_with(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "fastest", lambda *_: LAST)
    list(train(tiny(training={"images": 24}), folder=tmp_path / "whole"))
    list(train(tiny(training={"images": 12}), folder=tmp_path / "half"))
    monkeypatch.setattr(run, "fastest", lambda *_: USUAL)
    list(resume(tmp_path / "half", images=24))
    whole, half = (checkpoint.newest(tmp_path / name)[1] for name in ("whole", "half"))
    assert half.counters["formats"] == {
        "device": "cpu",
        "precision": "fp32",
        "channels_last": True,
        "threads": 1,
    }
    assert all(torch.equal(t, half.tensors[name]) for name, t in whole.tensors.items())
    assert all(t.is_contiguous() for t in whole.tensors.values())


def test_that_formats_of_another_device_are_not_taken_over(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(train(tiny(training={"images": 12}), folder=tmp_path / "run"))
    path, saved, _ = checkpoint.newest(tmp_path / "run")
    saved.counters["formats"]["device"] = "cuda"
    monkeypatch.setattr(run, "fastest", lambda *_: LAST)
    assert run._formats(tiny(), CPU, (path, saved)) == LAST


@pytest.mark.parametrize(("native", "taken"), [(True, "bf16"), (False, "fp32")])
def test_that_a_processor_that_only_plays_at_bf16_does_not_go_on_with_it(
    native: bool, taken: str, tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "fastest", lambda *_: replace(LAST, precision="bf16"))
    list(train(tiny(training={"images": 12}), folder=tmp_path / "run"))
    monkeypatch.setattr(run, "fastest", lambda *_: USUAL)
    monkeypatch.setattr(device, "multiplies_bf16", lambda _: native)
    events = list(resume(tmp_path / "run", images=24))
    keys = [event.key for event in events if isinstance(event, Notice)]
    assert ("versions" in keys) == (not native)
    assert checkpoint.newest(tmp_path / "run")[1].counters["formats"]["precision"] == taken


@pytest.mark.parametrize(
    ("kernels", "able", "chosen"),
    [
        ("AVX512", {"avx512_bf16": True}, True),
        ("AVX512", {"amx_bf16": True}, True),
        ("AVX512", {"avx512_bf16": False}, False),
        ("AVX2", {"avx512_bf16": True}, False),
    ],
    ids=["avx512", "amx", "neither", "held back"],
)
def test_that_a_cpu_takes_bf16_and_channels_last_only_where_it_multiplies_bf16(
    kernels: str, able: dict[str, bool], chosen: bool, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: kernels)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    wanted = Formats("bf16", True) if chosen else Formats("fp32", False)
    assert usual_formats("auto", "auto", CPU) == wanted
    assert usual_formats("fp32", "auto", CPU) == Formats("fp32", False)
    assert not chosen or fastest(tiny(data={"size": 32}), CPU) == replace(wanted, threads=1)
    monkeypatch.delattr(torch.cpu, "get_capabilities")  # an older torch cannot say it
    assert usual_formats("auto", "auto", CPU) == Formats("fp32", False)


def test_that_the_order_in_memory_changes_nothing_but_rounding(tiny: Make) -> None:
    found = []
    for order in ("contiguous", "channels_last"):
        session = session_of(tiny, training={"memory_format": order})
        session.round()
        found.append(session.meters.read())
    assert session.networks.d.down[0].conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert found[1] == pytest.approx(found[0], rel=1e-4, abs=1e-6)


def test_that_the_usual_is_what_a_device_is_mostly_fastest_with() -> None:
    assert usual_formats("auto", "auto", CPU) == Formats("fp32", False)
    assert usual_formats("bf16", "channels_last", CPU) == Formats("bf16", True)
    assert usual_formats("fp32", "auto", torch.device("cuda")) == Formats("fp32", True)
    assert usual_formats("bf16", "auto", torch.device("mps")) == Formats("bf16", False)


def test_that_a_trial_says_how_fast_a_run_would_be(tiny: Make) -> None:
    found = try_out(tiny(training={"images": 3200}, penalties={"r1": {"interval": 8}}))
    assert found is not None
    assert found.images_per_second > 0
    assert found.seconds_total == pytest.approx(3200 / found.images_per_second)
    assert found.formats == USUAL


def test_that_penalties_count_as_often_as_they_are_due(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1 in one or two of a round's five updates of D, path length in every third round."""
    nets = {"kind": "style", "width": 16, "z_dim": 8}
    penalties = {"r1": {"interval": 4}, "path_length": {"interval": 3}}
    took = {"d": 1.0, "r1": 2.0, "g": 1.0, "path_length": 4.0}
    config = tiny(architecture=nets, training={"batch_size": 8, "d_steps": 5}, penalties=penalties)

    def clocked(session: Session, rounds: int, number: int) -> float:
        session.updates_d, session.updates_g = 5 * number, number
        ran: list[str] = []
        for network, count in (("d", 5), ("g", 1)):
            at = session.updates_d if network == "d" else session.updates_g
            for update in range(at, at + count):
                ran += [network, *(p.kind for p in session._due(network, update))]
        return sum(took[name] for name in ran)

    monkeypatch.setattr(trial, "_round_seconds", clocked)
    found = try_out(config)
    assert found is not None
    each = 5 * (1 + 2 / 4) + 1 + 4 / 3
    assert found.images_per_second == pytest.approx(8 * 5 / each)


def test_that_main_memory_that_is_too_small_is_not_tried(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = trial.cost_of
    monkeypatch.setattr(trial, "cost_of", lambda config: replace(cost(config), memory_free=1000))
    monkeypatch.setattr(trial, "_session", None)  # nothing is built
    with pytest.raises(MemoryFullError, match="not tried"):
        try_out(tiny())
    *_, last = priced(tiny())
    assert last.startswith("Speed, not measured: An update takes about 0.0 GB")


def test_that_a_trial_that_is_cancelled_says_nothing(tiny: Make) -> None:
    assert try_out(tiny(), cancelled=lambda: True) is None
