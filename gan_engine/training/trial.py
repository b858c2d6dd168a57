"""A few real updates on images of nothing: how fast a run would be, and which formats suit it best."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from gan_engine import durable, paths
from gan_engine.checkpoint import versions
from gan_engine.config import RunConfig
from gan_engine.costs import cost_of
from gan_engine.data.classes import Classes
from gan_engine.device import (
    Formats,
    autocast_type,
    choose,
    cores,
    describe_device,
    settle,
    usual_formats,
)
from gan_engine.errors import MemoryFullError, SpaceError
from gan_engine.training.accelerate import WARM_UP
from gan_engine.training.session import Session

PATIENCE_S = 2.0
"""So long the formats may be compared before a run starts; what takes longer is not compared."""
CLEARLY = 0.9
"""Other formats than the usual ones have to take less than this share of their time."""
SMALLEST = 16
"""Up to this many pixels a side formats are not compared: a run is over sooner."""
LITTLE = 1e9
"""So many multiply-adds, one way through both networks, are a moment for one thread."""
_PERIOD = 4096
"""Rounds that are looked at for which penalties fall due together."""


@dataclass(frozen=True)
class Trial:
    """What a few updates took; `memory` is the device's at most, in bytes, None where it cannot tell."""

    images_per_second: float
    seconds_total: float
    memory: int | None
    formats: Formats


def try_out(
    config: RunConfig, cancelled: Callable[[], bool] = lambda: False, rounds: int = 2
) -> Trial | None:
    """Return how fast a run with these settings goes here, from a few of its rounds.

    Nothing is read or written but the memory of which formats are best; takes seconds, or a minute
    for large networks; None once `cancelled`. Penalties that are due now and then count as often as
    they are.

    Raises:
        DeviceError: The device it asks for is not there.
        MemoryFullError: Main memory has no room for a step, or a GPU's none for its smallest parts.
    """
    device = choose(config.training.device)
    if device.type == "cpu":
        # A GPU refuses what does not fit; of main memory the system would end this program instead.
        cost = cost_of(config)
        if cost.memory > cost.memory_free:
            raise MemoryFullError(
                "An update takes about {needed:.1f} GB, and {free:.1f} GB are free: it was not tried.",
                hint="Close other programs, or lower the batch size.",
                needed=cost.memory / 2**30,
                free=cost.memory_free / 2**30,
            )
    classes = _classes(config)
    formats = fastest(config, device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    session = _session(config, device, formats, config.training.batch_size, classes)
    try:
        took = 0.0
        for number, share in kinds_of_rounds(config).items():
            if cancelled():
                return None
            took += share * _round_seconds(session, rounds, number)
        memory = torch.cuda.max_memory_allocated() if device.type == "cuda" else None
    finally:
        session.close()
    training = config.training
    speed = training.batch_size * training.d_steps / max(took, 1e-9)
    return Trial(speed, training.images / speed, memory, formats)


def kinds_of_rounds(config: RunConfig) -> dict[int, float]:
    """Return a round for each choice of penalties that fall due in one, with its share of all."""
    steps, penalties = config.training.d_steps, config.penalties
    period = min(math.lcm(*(penalty.interval for penalty in penalties)), _PERIOD)
    found: dict[tuple[int, ...], list[int]] = {}
    for number in range(period):
        updates = {"d": range(number * steps, (number + 1) * steps), "g": range(number, number + 1)}
        due = (sum(u % p.interval == 0 for u in updates[p.on]) for p in penalties)
        found.setdefault(tuple(due), []).append(number)
    return {numbers[0]: len(numbers) / period for numbers in found.values()}


def fastest(config: RunConfig, device: torch.device) -> Formats:
    """Return the memory format, precision and threads that these networks are fastest with here.

    What the settings say is not questioned. The rest is found by a few updates with few images, at
    most once for these networks on this machine; the usual formats and all threads stay where
    nothing is clearly better, or where comparing would take more than a moment.
    """
    settle(device)
    training = config.training
    usual = usual_formats(training.precision, training.memory_format, device)
    others, counts = _others(config, device, usual), _counts(config, device)
    best = replace(usual, threads=counts[0])
    if not others and len(counts) == 1:
        return best
    kept = paths.cache() / "formats" / f"{_fingerprint(config, device)}.json"
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        told = Formats(**json.loads(kept.read_text(encoding="utf-8")))
        if replace(told, threads=0) in (usual, *others) and told.threads in counts:
            return told
    # On a GPU only a full batch shows which kernels are chosen; a CPU shows it with few images.
    batch = _few(config) if device.type == "cpu" else training.batch_size
    if batch >= min(2, training.batch_size):
        with contextlib.suppress(RuntimeError):  # too little memory to compare: nothing is decided
            if others:
                best = replace(_compare(config, device, usual, others, batch), threads=counts[0])
            if len(counts) > 1:
                best = replace(best, threads=_most(config, device, best, counts, batch))
    with contextlib.suppress(SpaceError, OSError):
        durable.write(kept, json.dumps(asdict(best)).encode())
    return best


def _others(config: RunConfig, device: torch.device, usual: Formats) -> list[Formats]:
    """Return what else could be tried: everything that is left open."""
    found: list[Formats] = []
    if min(config.data.shape.height, config.data.shape.width) <= SMALLEST:
        return found
    if device.type == "cpu" and usual.precision == "bf16":
        return found  # of nine presets none was clearly faster with any other
    if config.training.memory_format == "auto":
        found.append(replace(usual, channels_last=not usual.channels_last))
    if config.training.precision == "auto" and usual.precision == "bf16":
        found.append(replace(usual, precision="fp32"))
    return found if device.type in ("cpu", "cuda") else []


def _counts(config: RunConfig, device: torch.device) -> list[int]:
    """Return how many threads could be tried, the most first; 0 alone where no CPU computes."""
    if device.type != "cpu":
        return [0]
    if asked := config.training.threads:
        return [asked]
    found = [cores()]
    while found[-1] > 1:
        found.append(found[-1] // 2)
    return found


def _few(config: RunConfig) -> int:
    """Return how many images, of a batch at most, are a moment's work for one thread."""
    cost = cost_of(config)
    return min(config.training.batch_size, int(LITTLE / max(1, cost.macs_g + cost.macs_d)))


def _most(
    config: RunConfig, device: torch.device, formats: Formats, counts: list[int], batch: int
) -> int:
    """Return the most threads that fewer are not clearly faster than.

    Threads wait for each other at every operation: small networks are done sooner by one.
    """
    session = _session(config, device, formats, batch, _classes(config))
    took = dict.fromkeys(counts, math.inf)
    try:
        for count in 2 * counts:  # the first rounds of all warm caches for the others
            settle(device, count)
            took[count] = min(took[count], _round_seconds(session, 1, number=0))
    finally:
        session.close()
    return max(count for count in counts if took[count] * CLEARLY <= min(took.values()))


def _compare(
    config: RunConfig, device: torch.device, usual: Formats, others: list[Formats], batch: int
) -> Formats:
    # What a CPU works is told apart from what other programs take of it.
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    best, least, began = usual, 0.0, time.monotonic()
    for formats in (usual, *others):
        session = _session(config, device, replace(formats, threads=1), batch, _classes(config))
        try:
            first = _first_round(session)
            if formats is usual:
                # A GPU tries out kernels in the first round with each format; others come cheap.
                if first * (len(others) if device.type == "cuda" else 3) > PATIENCE_S:
                    return usual
                began = time.monotonic()
            took = _round_seconds(session, 2, number=0, clock=clock)
        finally:
            session.close()
        if formats is usual:
            least = took * CLEARLY
        elif took < least:
            best, least = formats, took
        if time.monotonic() - began > PATIENCE_S:
            break
    return best


def _first_round(session: Session) -> float:
    """Return the seconds of the first round; a GPU's start-up is no part of it: every run waits for that."""
    on_gpu = session.device.type == "cuda"
    if on_gpu:
        _wake(session)
    began = time.monotonic()
    session.round()
    if on_gpu:
        torch.cuda.synchronize()
    return time.monotonic() - began


def _wake(session: Session) -> None:
    """Have a GPU load the libraries that every network needs."""
    kind = session.formats.autocast or torch.float32
    with contextlib.suppress(RuntimeError):  # the first round says what is wrong
        x = torch.zeros(8, 8, 8, 8, device=session.device, dtype=kind, requires_grad=True)
        torch.conv2d(x, torch.zeros_like(x)).flatten(1).mm(x[:, :, 0, 0]).sum().backward()  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()


def _session(
    config: RunConfig, device: torch.device, formats: Formats, batch: int, classes: Classes | None
) -> Session:
    """Return a run's state over images of nothing."""
    training: dict[str, object] = {"batch_size": batch, "acceleration": "eager"}
    if device.type == "cuda":
        training["acceleration"] = "eager" if config.training.acceleration == "eager" else "graph"
    if batch != config.training.batch_size:
        training |= {"accumulation": 1, "d_steps": 1}
    quick = config.model_copy(update={"training": config.training.model_copy(update=training)})
    shape = config.data.prepared_shape
    pixels = np.zeros((max(batch, 2), shape.height, shape.width, shape.channels), np.uint8)
    return Session(quick, pixels, device, classes, formats)


def _round_seconds(
    session: Session, rounds: int, number: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the least seconds that the `number`-th round of a run takes, warmed up."""
    on_gpu = session.device.type == "cuda"
    # On a GPU until everything is a graph; on a CPU the first round of a kind fills caches.
    warm_up = WARM_UP + 1 if on_gpu else int(session.updates_d == 0)
    took = float("inf")
    for i in range(warm_up + rounds):
        session.updates_d, session.updates_g = number * session.config.training.d_steps, number
        if on_gpu:
            torch.cuda.synchronize()
        began = clock()
        session.round()
        if on_gpu:
            torch.cuda.synchronize()
        if i >= warm_up:
            took = min(took, clock() - began)
    return took


def _classes(config: RunConfig) -> Classes | None:
    """Return two classes where a run has some: how many there are hardly changes its speed."""
    if not config.data.classes:
        return None
    return Classes(("a", "b"), np.arange(max(2, config.training.batch_size)) % 2)


def _fingerprint(config: RunConfig, device: torch.device) -> str:
    """Return what decides the answer: the machine, the networks, and what is computed of them."""
    told = (
        (config.data.shape, config.data.classes, config.data.paired),
        config.architecture.model_dump(),
        sorted((p.kind, p.interval) for p in config.penalties),
        config.training.precision,
        config.training.memory_format,
        config.training.threads,
    )
    machine = (versions(), describe_device(device.type).name, str(autocast_type("auto", device)))
    batch = config.training.batch_size
    text = json.dumps([told, machine, batch], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
