"""What the panels' tests share: a panel on the screen, bound to models, and what a run would say."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from gan_engine import RunInfo, SampleGrid, Saved, Started, checkpoint, escape, parse, train
from gan_engine.durable import second_name
from studio.context import Studio
from studio.panels.explore import ExplorePanel


@pytest.fixture
def show(qtbot: Any, studio: Studio) -> Iterator[Callable[..., Any]]:
    """Put a panel or dialog of this kind on the screen, bound."""
    made: list[QWidget] = []

    def put(kind: type[Any]) -> Any:
        panel = kind()
        panel.bind(studio)
        panel.resize(900, 700)
        panel.show()
        made.append(panel)
        return panel

    yield put
    studio.shut_down()
    for panel in made:
        panel.close()
        panel.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def picture(height: int = 34, width: int = 34, level: int = 90) -> Any:
    """Return pixels that a 2 x 2 grid of 16 px could be."""
    pixels = np.full((height, width, 3), level, np.uint8)
    pixels.setflags(write=False)
    return pixels


def grid(seen: int, path: Path | None = None, level: int = 90) -> SampleGrid:
    """Return a run's samples, 2 x 2."""
    return SampleGrid(seen, picture(level=level), 2, 2, (5, 6, 7, 8), path)


def start(folder: Path, draft: dict[str, Any], resumed: bool = False, seen: int = 0) -> Started:
    """Return a run's first word."""
    return Started(seen, folder, draft, "CPU", "cpu", 48, 420, 1_200_000, 900, resumed, picture())


def info(folder: Path, state: Any = "done", **other: Any) -> RunInfo:
    """Return what a list knows of a run."""
    known = {
        "name": folder.name,
        "state": state,
        "images_seen": 48,
        "images_total": 48,
        "saved_images": 48,
        "draft": {},
        "thumbnail": None,
        "started": 1_700_000_000.0,
    }
    return RunInfo(folder=folder, **{**known, **other})


@pytest.fixture
def wait(qtbot: Any) -> Callable[[Callable[[], object]], None]:
    """Let the window live until something holds."""
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()))


@pytest.fixture
def looked(
    studio: Studio, wait: Callable[[Callable[[], object]], None]
) -> Callable[[object], None]:
    """Choose a folder and wait until all is known of it."""

    def choose(folder: object) -> None:
        studio.document.set("data.folder", escape(str(folder)))
        wait(lambda: settled(studio))

    return choose


def settled(studio: Studio) -> bool:
    """Return whether all is known of the chosen folder."""
    clinic = studio.clinic
    known = clinic.diagnosis is not None and clinic.diagnosis.looked_closer
    return bool(known and clinic._thinking is None and not clinic._stale)


@pytest.fixture
def untidy(emoji: Path) -> Path:
    """The emoji folder with two copies and a blank page in it."""
    first, second, *_ = sorted(emoji.iterdir())
    shutil.copy(first, emoji / "copy 1.webp")
    shutil.copy(second, emoji / "copy 2.webp")
    Image.new("RGB", (64, 64), (250, 250, 250)).save(emoji / "blank.png")
    return emoji


@pytest.fixture
def saved_often(draft: dict[str, Any], tmp_path: Path) -> Path:
    """A run with three numbered saves, whose best one is older than all of these."""
    folder = tmp_path / "runs" / "002-emoji"
    often = {**draft, "checkpoint": {**draft["checkpoint"], "every_images": 8, "keep": 3}}
    for event in train(parse(often), folder=folder):
        if isinstance(event, Saved) and not (folder / "checkpoints" / "best.safetensors").exists():
            second_name(event.path, "best.safetensors")
    return folder


@pytest.fixture
def explore_panel(show) -> ExplorePanel:
    return show(ExplorePanel)


@pytest.fixture
def explored(explore_panel, studio, run_folder, qtbot) -> ExplorePanel:
    studio.run.open_folder(run_folder)
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    return explore_panel


def lively(run: Path) -> Path:
    """Let samples of a run that has learned nothing differ: they are grey everywhere."""
    path, saved, _ = checkpoint.newest(run)
    tensors = {n: 9 * one if one.ndim > 1 else one for n, one in saved.tensors.items()}
    checkpoint.write(
        path, checkpoint.Checkpoint("checkpoint", saved.draft, saved.counters, tensors)
    )
    return run
