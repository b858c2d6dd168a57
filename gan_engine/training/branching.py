"""Branches of a run: a new run that goes on from one of its saves and knows what came before."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gan_engine import checkpoint, configfile, durable
from gan_engine.config import parse
from gan_engine.drafts import escape, put
from gan_engine.errors import FileError
from gan_engine.history import copy_history
from gan_engine.training import originals
from gan_engine.training.folder import REALS, SETTINGS, new_folder
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.pins import read_pins, write_pins
from gan_engine.training.saves import saves_of


def branch(
    folder: Path,
    images: int,
    settings: Mapping[str, Any] | None = None,
    into: Path | None = None,
) -> Path:
    """Make a new run that goes on from a save of another; `resume` then trains it.

    Its history and its sample grids begin with those of the other run up to that save. It has the
    settings the save was made with, except for those given.

    Args:
        folder: The other run, which is not touched; it may be training.
        images: The newest save that is no later than so many images seen is taken.
        settings: Values by dotted path that the new run starts with.
        into: Where the new run's files go; a new folder in the library if None.

    Raises:
        FileError: There is no such save that can be read.
        SettingsError: A value is not valid.
        SpaceError: The disk is full or not writable.
    """
    seen, saved = _newest(folder, images)
    draft = saved.draft
    for path, value in (settings or {}).items():
        draft = put(draft, path, value)
    before, after = (parse(one, despite=("data.folder",)) for one in (saved.draft, draft))
    made = into or new_folder(draft)
    name = escape(folder.name)
    with durable.lock(made):
        configfile.write_draft(made / SETTINGS, draft)
        copy_history(folder, made, seen)
        history = HistoryWriter(made, seen)
        history.event(seen, "branched", parent=name, images=seen, settings=dict(settings or {}))
        history.close()
        for inside in ("grids", "checkpoints"):
            (made / inside).mkdir(exist_ok=True)
        for grid in (folder / "grids").glob("*.png"):
            if grid.stem.isdigit() and int(grid.stem) <= seen:
                _share(grid, made / "grids" / grid.name)
        _share(folder / REALS, made / REALS)
        originals.pass_on(folder, made, before.data, after.data)
        if pins := read_pins(folder):
            write_pins(made, pins)
        # Last of all: from here on there is something to go on from.
        target = made / "checkpoints" / checkpoint.file_name(seen)
        counters = {**saved.counters, "commands": 0}  # it was told nothing yet
        checkpoint.write(target, replace(saved, draft=draft, counters=counters))
    return made


def _newest(folder: Path, images: int) -> tuple[int, checkpoint.Checkpoint]:
    for seen, path in saves_of(folder):
        if seen <= images:
            with contextlib.suppress(FileError):
                return seen, checkpoint.read(path)
    raise FileError(
        "“{run}” has no save from before {images:,} images that can be read.",
        hint="Branch from a later moment: the timeline shows the saves there are.",
        run=escape(folder.name),
        images=images,
    )


def _share(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where that cannot be; what cannot be had is left out."""
    with contextlib.suppress(OSError):
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
