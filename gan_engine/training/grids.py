"""Keeps a run's sample grids as pictures that say what they show."""

from __future__ import annotations

import json
from pathlib import Path

from gan_engine.events import Pixels, SampleGrid
from gan_engine.imaging import write_png
from gan_engine.training.folder import thin_grids
from gan_engine.training.session import Session


def keep_grid(folder: Path, session: Session, pixels: Pixels) -> Path:
    """Write a grid of this moment into a run's folder; return its file.

    Raises:
        SpaceError: The disk is full or not writable.
        OSError: Older grids could not be thinned out.
    """
    path, grid, config = folder / "grids", session.layout, session.config
    path /= f"{session.images_seen:012d}.png"
    words = {
        "images_seen": str(session.images_seen),
        "seeds": f"{grid.seeds[0]}-{grid.seeds[-1]}",
        "architecture": config.architecture.kind,
        "loss": config.loss.kind,
        "rows": str(grid.rows),
        "columns": str(grid.columns),
        "program": "GAN Studio",
    }
    if config.data.paired:
        words["pairs"] = "given, made, wanted"
    if names := labels_of(session):
        words["classes"] = json.dumps(names)
    write_png(path, pixels, words, folder)
    thin_grids(folder)
    return path


def told_of(session: Session, pixels: Pixels, path: Path | None) -> SampleGrid:
    """Return what a run says of a grid of this moment; `path` is its file, if it could be kept."""
    grid, seen = session.layout, session.images_seen
    names = labels_of(session)
    paired = session.config.data.paired
    return SampleGrid(seen, pixels, grid.rows, grid.columns, grid.seeds, path, names, paired)


def labels_of(session: Session) -> tuple[str, ...]:
    """Return the escaped name of each sample's class; empty where there are no classes."""
    labels = session.layout.labels or ()
    return tuple(session.classes[label] for label in labels) if session.classes else ()
