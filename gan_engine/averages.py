"""Snapshots of a run's power-function averages, and a G of any averaging length made from them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from gan_engine import checkpoint, durable
from gan_engine.checkpoint import SUFFIX, Checkpoint
from gan_engine.errors import EngineError, FileError
from gan_engine.power_average import LENGTHS, combination

MOST = 32
"""How many snapshots a run keeps; beyond, every second of the older half goes."""


def keep_snapshot(folder: Path, saved: Checkpoint) -> None:
    """Keep the averages of a checkpoint, in half precision, for rebuilding others.

    Raises:
        SpaceError: The disk is full or not writable.
    """
    kept = {n: t.half() for n, t in saved.tensors.items() if n.startswith("power.")}
    path = folder / "averages" / f"{saved.counters['updates_g']:012d}{SUFFIX}"
    checkpoint.write(path, replace(saved, holds="generator", tensors=kept), folder)
    found = _snapshots(folder)
    if len(found) > MOST:
        for old in found[: len(found) // 2 : 2]:
            with contextlib.suppress(OSError):
                durable.remove(old)


def rebuild(folder: Path, length: float) -> tuple[Path, Checkpoint]:
    """Return the newest checkpoint of a run with its averaged G made anew, of another length.

    Args:
        folder: A run's folder.
        length: The average's standard deviation, as a share of the training so far.

    Raises:
        EngineError: The run kept no averages, or no average has this length.
    """
    path, saved, _ = checkpoint.newest(folder)
    until = int(saved.counters["updates_g"])
    times = [time for p in _snapshots(folder) if 0 < (time := int(p.stem)) <= until]
    if not times:
        raise EngineError(
            "“{run}” kept no averages to rebuild another from.",
            hint="Train with ema.any_length = true.",
            run=folder.name,
        )
    kept = [(i, time) for i in range(len(LENGTHS)) for time in times]
    try:
        factors = combination([(LENGTHS[i], time) for i, time in kept], length, max(times))
    except ValueError as error:
        raise EngineError(
            "No average is {length} of the training long.", hint="Try 0.01 to 0.25.", length=length
        ) from error
    tensors = {n: t for n, t in saved.tensors.items() if not n.startswith(("ema.", "power."))}
    tensors |= _combined(folder, saved.tensors, kept, factors.tolist())
    return path, replace(saved, tensors=tensors)


def _combined(
    folder: Path, like: Mapping[str, Tensor], kept: list[tuple[int, int]], factors: list[float]
) -> dict[str, Tensor]:
    """Return the weighted sum of the snapshots, one file in memory at a time; counts as they are."""
    total = {
        n: torch.zeros_like(t, dtype=torch.float64) if t.is_floating_point() else t
        for n, t in like.items()
        if n.startswith("ema.")
    }
    for time in sorted({time for _, time in kept}):
        tensors = checkpoint.read(folder / "averages" / f"{time:012d}{SUFFIX}").tensors
        for (which, at), factor in zip(kept, factors, strict=True):
            if at == time:
                for name in [n for n, t in total.items() if t.is_floating_point()]:
                    source = tensors.get(f"power.{which}.{name.removeprefix('ema.')}")
                    if source is None:
                        raise FileError(
                            "A snapshot of “{run}” belongs to other networks.",
                            hint="Use the run's own average.",
                            run=folder.name,
                        )
                    total[name] += factor * source.double()
    return {n: t.to(like[n].dtype) for n, t in total.items()}


def _snapshots(folder: Path) -> list[Path]:
    inside = folder / "averages"
    return (
        sorted(p for p in inside.glob(f"*{SUFFIX}") if p.stem.isdigit()) if inside.is_dir() else []
    )
