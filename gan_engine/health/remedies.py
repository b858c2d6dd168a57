"""Remedies as rules write them; one that would change nothing or is not valid is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gan_engine import paths
from gan_engine.config import RunConfig, check
from gan_engine.drafts import get, put
from gan_engine.health.readings import Readings
from gan_engine.health.verdict import Remedy
from gan_engine.schema import Message, walk

_FEW = 5_000
"""Below so many images, changing what D sees helps against learning them by heart."""


def offered(*remedies: Remedy | None) -> tuple[Remedy, ...]:
    """Return the remedies there are, those that apply at once first."""
    there = [remedy for remedy in remedies if remedy is not None]
    return tuple(sorted(there, key=lambda remedy: not remedy.live))


def scaled(run: Readings, path: str, factor: float, words: str) -> Remedy | None:
    """Return a remedy that multiplies the number at `path`, both ends of one that moves."""
    old = get(run.draft, path)
    if isinstance(old, Mapping):
        new: Any = {**old, **{end: _times(old.get(end, 0), factor) for end in ("start", "end")}}
    elif isinstance(old, int | float) and not isinstance(old, bool):
        new = _times(old, factor)
    else:
        return None
    return changed(run, path, new, words)


def changed(run: Readings, path: str, value: Any, words: str) -> Remedy | None:
    """Return a remedy that gives the setting at `path` this value."""
    old = get(run.draft, path)
    # The pictures may be gone by now, which is no reason to withhold advice.
    after = put(put(run.draft, path, value), "data.folder", paths.BUILTIN)
    if old == value or check(after)[0] is None:
        return None
    live = any(setting.path == path and setting.live for setting in walk(RunConfig, run.draft))
    detail = Message("{old} → {new}", old=_shown(old), new=_shown(value))
    return Remedy(path, value, Message(words), detail, live)


def slower_d(run: Readings) -> Remedy | None:
    """Return: let D take smaller steps."""
    return scaled(run, "optimizer_d.rate", 0.5, "Halve D's learning rate")


def slower_g(run: Readings) -> Remedy | None:
    """Return: let G take smaller steps."""
    return scaled(run, "optimizer_g.rate", 0.5, "Halve G's learning rate")


def faster_g(run: Readings) -> Remedy | None:
    """Return: let G take larger steps."""
    return scaled(run, "optimizer_g.rate", 2, "Double G's learning rate")


def stronger_penalty(run: Readings, factor: float = 2) -> Remedy | None:
    """Return: keep D from growing steep, with the penalty there is or else with R1."""
    for kind, name in (
        ("r1", "R1's gamma"),
        ("gradient_penalty", "the gradient penalty"),
        ("dragan", "DRAGAN's weight"),
    ):
        if get(run.draft, f"penalties.{kind}.weight"):
            words = f"Double {name}" if factor == 2 else f"Multiply {name} by {factor:g}"
            return scaled(run, f"penalties.{kind}.weight", factor, words)
    return changed(run, "penalties.r1", {"weight": 1.0, "interval": 4}, "Switch R1 on")


def changed_images(run: Readings) -> Remedy | None:
    """Return: for few pictures, show D changed ones, so that it cannot learn them by heart."""
    if run.facts.dataset_images > _FEW:
        return None
    return changed(run, "augment.kind", "diff_augment", "Augment what D sees")


def _times(value: float, factor: float) -> float:
    product = value * factor
    return round(product) if isinstance(value, int) else float(f"{product:.3g}")


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        if "start" in value:
            return f"{_shown(value['start'])} to {_shown(value.get('end'))}"
        return "on"
    if isinstance(value, int | float) and value >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("_", " ")
