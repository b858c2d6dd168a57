"""Samples that somebody wants to follow: kept with a run, by seed and class."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gan_engine import durable

NAME = "pins.json"
_MOST = 64


@dataclass(frozen=True)
class Pin:
    """One sample of a run's grid; `label` is the escaped name of its class, empty without classes."""

    seed: int
    label: str = ""


def read_pins(folder: Path) -> tuple[Pin, ...]:
    """Return the pins of the run in `folder`, oldest first; a file that makes no sense holds none."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        text = (folder / NAME).read_text(encoding="utf-8")
        found = json.loads(text)["pins"]
        return tuple(Pin(int(one["seed"]), str(one.get("label", ""))) for one in found[:_MOST])
    return ()


def write_pins(folder: Path, pins: Sequence[Pin]) -> None:
    """Keep the pins of a run; the newest count where there are too many.

    Raises:
        SpaceError: The disk is full, not writable, or gone: no folder is made in its place.
    """
    if not folder.is_dir():
        raise durable.gone(folder)
    told = {"format": 1, "pins": [asdict(pin) for pin in tuple(pins)[-_MOST:]]}
    durable.write(folder / NAME, json.dumps(told, indent=1).encode())
