"""Tiny runs: real images, networks of a few thousand weights, seconds on one core."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig, default_draft, parse
from gan_engine.drafts import drop, merge
from gan_engine.events import Event, Scalars

E = TypeVar("E", bound=Event)

KINDS = [part.key() for part in ARCHITECTURES if not part.needs_pairs]
"""The networks that need nothing but images."""
TINY = {
    "data": {"size": 16},
    "architecture": {"kind": "dcgan", "width": 4, "z_dim": 8},
    "training": {"batch_size": 4, "images": 32, "device": "cpu"},
    "samples": {"rows": 2, "columns": 3, "every_seconds": 3600},
    "measuring": {"share": 0.0},
}


@pytest.fixture
def tiny(emoji: Path) -> Callable[..., RunConfig]:
    """Return a function that makes a tiny run's settings, with changes as nested tables."""

    def make(**changes: Any) -> RunConfig:
        quick = drop(default_draft(), "metrics.diversity")  # takes longer than the run
        draft = merge(merge(quick, TINY), {"data": {"folder": str(emoji)}})
        return parse(merge(draft, changes))

    return make


def of_kind(events: Iterable[Event], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def readings(events: Iterable[Event]) -> list[dict[str, float]]:
    """Return what the meters said, less what was measured of samples at moments of its own."""
    return [found.values for found in of_kind(events, Scalars) if "speed" in found.values]
