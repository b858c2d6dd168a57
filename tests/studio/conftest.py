"""What the window's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan_engine import Inbox, SampleGrid, Stop, parse, train
from studio import theme
from studio.context import Studio
from studio.preferences import Preferences
from tests.studio.tiny import tiny_draft
from tests.studio.visitor import Visitor


@pytest.fixture
def draft(emoji: Path) -> dict[str, Any]:
    return tiny_draft(emoji)


@pytest.fixture
def endless(emoji: Path) -> dict[str, Any]:
    """Settings of a run that lasts until it is stopped."""
    return tiny_draft(emoji, images=10**9)


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: Any) -> None:
    """Measure what people see: a control without the theme is as wide as whoever tests it first."""
    theme.apply(qapp, "light")


@pytest.fixture
def studio(qapp: Any, tmp_path: Path) -> Iterator[Studio]:
    made = Studio(Preferences(tmp_path / "state"))
    yield made
    made.shut_down()


@pytest.fixture
def visitor(qtbot: Any, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody at a whole window; it is gone when the test ends."""
    somebody = Visitor(qtbot, tmp_path / "state")
    yield somebody
    somebody.leaves()


@pytest.fixture
def run_folder(emoji: Path, tmp_path: Path) -> Path:
    """A run that was stopped after its first save and two grids."""
    folder, inbox = tmp_path / "runs" / "001-emoji", Inbox()
    for event in train(parse(tiny_draft(emoji)), inbox, folder):
        if isinstance(event, SampleGrid) and event.images_seen:
            inbox.post(Stop())
    return folder
