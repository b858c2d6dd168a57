"""Curves to examine: recorded from a healthy run, or constructed to be ill in one way."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from gan_engine import default_draft, find_preset, merge, with_preset

BATCH = 32
POINTS = 800
SEEN = np.linspace(BATCH, 8000 * BATCH, POINTS)
"""Images seen at each reading of a constructed run: 8,000 updates."""
LATE = 0.6 * SEEN[-1] < SEEN


def noisy(level, seed=0, spread=0.08):
    """Return values around a level, or around a curve."""
    noise = np.random.default_rng(seed).normal(1, spread, POINTS)
    return np.broadcast_to(level, POINTS) * noise


def draft(**changes: Any) -> dict[str, Any]:
    """Return settings like those of the recorded run."""
    made = with_preset(find_preset("quick-cpu-32"), default_draft())
    return merge(made, {"training": {"batch_size": BATCH, "images": 400_000}, **changes})


def healthy(**ill):
    """Return the curves of a steady run, some of them replaced."""
    curves = {
        "loss/d": noisy(1.1, 1),
        "loss/g": noisy(1.0, 2),
        "score/real": noisy(0.35, 3),
        "score/fake": noisy(-0.35, 4),
        "gradient/g": noisy(3.0, 5, 0.2),
        "gradient/d": noisy(8.0, 6, 0.3),
        "rate/g": np.full(POINTS, 8e-4),
        "rate/d": np.full(POINTS, 8e-4),
        "speed": noisy(400, 7, 0.2),
    }
    curves |= {name.replace("_", "/", 1): values for name, values in ill.items()}
    return {name: (SEEN, np.asarray(values, float)) for name, values in curves.items()}


def measured(values):
    """Return few measurements among many readings, as metrics come."""
    series = np.full(POINTS, np.nan)
    series[np.linspace(POINTS // 10, POINTS - 1, len(values)).astype(int)] = values
    return series


def recorded():
    """Return what a run with the preset quick-cpu-32 said in its first minute, as it was kept."""
    with (Path(__file__).parent / "healthy.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    images = np.array([float(row.pop("images")) for row in rows])
    return {
        name: (images, np.array([float(row[name] or "nan") for row in rows])) for name in rows[0]
    }
