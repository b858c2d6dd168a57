"""Tiny runs, and processes of their own for what could end the tests' process."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import torch

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.config import RunConfig, default_draft, parse
from gan_engine.drafts import drop, merge
from gan_engine.events import Event

codecs.lookup(
    "utf-8-sig"
)  # now: Python loads it late, perhaps for a user who may not read its files
ROOT = Path(__file__).resolve().parents[2]
E = TypeVar("E", bound=Event)

TINY = {
    "data": {"size": 16},
    "architecture": {"kind": "dcgan", "width": 4, "z_dim": 8},
    "training": {"batch_size": 4, "images": 32, "device": "cpu"},
    "samples": {"rows": 2, "columns": 2, "every_seconds": 3600},
    "checkpoint": {"every_images": 8, "keep": 3},
}


def tiny(images: Path, **changes: Any) -> RunConfig:
    """Return the settings of a run of a second that saves after every second round."""
    quick = drop(default_draft(), "metrics.diversity")  # takes longer than the run
    draft = merge(merge(quick, TINY), {"data": {"folder": str(images)}})
    return parse(merge(draft, changes))


def of_kind(events: Iterable[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def newest(folder: Path) -> Checkpoint:
    return checkpoint.newest(folder)[1]


def same(one: Checkpoint, two: Checkpoint) -> bool:
    """Whether two saves are equal, bit for bit, but for the time they took."""
    apart = {"seconds"}
    counted = [{k: v for k, v in c.counters.items() if k not in apart} for c in (one, two)]
    return (
        counted[0] == counted[1]
        and one.tensors.keys() == two.tensors.keys()
        and all(torch.equal(tensor, two.tensors[name]) for name, tensor in one.tensors.items())
    )


def finite(saved: Checkpoint) -> bool:
    return all(
        bool(torch.isfinite(tensor).all())
        for tensor in saved.tensors.values()
        if tensor.is_floating_point()
    )


def in_process(module: str, *words: object, before: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run a module of this folder and return what it says last.

    Args:
        module: Its name without the package.
        words: Its arguments.
        before: A program that starts it.
    """
    python = [*before, sys.executable, "-m", f"tests.reliability.{module}", *map(str, words)]
    done = subprocess.run(python, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-4000:]}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
