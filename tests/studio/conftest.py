"""What the window's tests share: settings so small that a run takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan_engine import default_draft, merge
from studio.context import Studio
from studio.preferences import Preferences

Draft = dict[str, Any]


def tiny_draft(folder: Path, images: int = 48) -> Draft:
    """Return settings whose run is over in about a second on one slow core."""
    return merge(
        default_draft(),
        {
            "data": {"folder": str(folder), "size": 16},
            "architecture": {"kind": "dcgan", "width": 8, "z_dim": 8},
            "training": {"images": images, "batch_size": 4, "device": "cpu"},
            "samples": {"rows": 2, "columns": 2, "every_seconds": 0.5},
        },
    )


@pytest.fixture
def draft(emoji: Path) -> Draft:
    return tiny_draft(emoji)


@pytest.fixture
def endless(emoji: Path) -> Draft:
    """Settings of a run that lasts until it is stopped."""
    return tiny_draft(emoji, images=10**9)


@pytest.fixture
def studio(qapp: Any, tmp_path: Path) -> Iterator[Studio]:
    made = Studio(Preferences(tmp_path / "state"))
    yield made
    made.shut_down()
