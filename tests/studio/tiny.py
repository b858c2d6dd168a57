"""Settings so small that a run takes a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gan_engine import default_draft, drop, merge

PATIENCE = 90_000
"""Milliseconds that a slow machine may take for anything a test waits for."""


def tiny_draft(folder: Path, images: int = 48) -> dict[str, Any]:
    """Return settings whose run is over in about a second on one slow core."""
    return merge(
        drop(default_draft(), "metrics.diversity"),  # takes longer than the run
        {
            "data": {"folder": str(folder), "size": 16},
            "architecture": {"kind": "dcgan", "width": 8, "z_dim": 8},
            "training": {"images": images, "batch_size": 4, "device": "cpu"},
            "samples": {"rows": 2, "columns": 2, "every_seconds": 0.5},
        },
    )
