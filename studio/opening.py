"""What a file or folder is that somebody dropped or chose."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Thing = Literal["images", "run", "settings", "weights", "strangers", "picture", "missing"]

_STRANGERS = {".pt", ".pth", ".ckpt", ".bin"}
"""Weights that other programs write; they say nothing of the networks they belong to."""
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"}


def what_is(path: Path) -> Thing:
    """Return how the studio should take `path`; what it does not know, it takes for weights.

    The engine says why a file is not weights it opens, and what to do instead.
    """
    from gan_engine import is_archive, unread_archive  # brings Pillow, which the shell does without

    if path.is_dir():
        return "run" if is_run(path) else "images"
    if not path.exists():
        return "missing"
    if is_archive(path) or unread_archive(path.name):
        return "images"
    if path.suffix.lower() == ".toml":
        return "run" if path.name == "run.toml" and is_run(path.parent) else "settings"
    if path.suffix.lower() in _STRANGERS:
        return "strangers"
    return "picture" if path.suffix.lower() in _PICTURES else "weights"


def is_run(folder: Path) -> bool:
    """Return whether `folder` holds a run: its settings, and something that happened."""
    return (folder / "run.toml").is_file() and (folder / "history.sqlite").is_file()


def run_of(checkpoint: Path) -> Path | None:
    """Return the run that a checkpoint lies in, if it lies in one."""
    folder = checkpoint.parent.parent
    return folder if checkpoint.parent.name == "checkpoints" and is_run(folder) else None
