"""What a file or folder is that somebody dropped or chose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from gan_engine import escape
from studio.i18n import tr

Thing = Literal["images", "run", "settings", "weights", "strangers", "picture", "video", "missing"]

_STRANGERS = {".pt", ".pth", ".ckpt", ".bin"}
"""Weights that other programs write; they say nothing of the networks they belong to."""
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".avif"}
"""Also kinds that are not read: the page of the folder they are in says so."""
_VIDEOS = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"}


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
    if path.suffix.lower() in _VIDEOS:
        return "video"
    return "picture" if path.suffix.lower() in _PICTURES else "weights"


def meant(path: Path) -> Path:
    """Return what is learned from or opened where `path` is chosen: a picture means its folder."""
    return path.parent if what_is(path) == "picture" else path


def left_over(paths: Sequence[Path]) -> tuple[str, str] | None:
    """Return what to say where of several dropped things only the first is taken, and a hint."""
    if len({meant(path) for path in paths}) == 1:
        return None
    return (
        tr("Only “{name}” was taken of what was dropped.", name=escape(meant(paths[0]).name)),
        tr("To learn from several folders, put them into one."),
    )


def is_run(folder: Path) -> bool:
    """Return whether `folder` holds a run: its settings, and something that happened."""
    return (folder / "run.toml").is_file() and (folder / "history.sqlite").is_file()


def run_of(checkpoint: Path) -> Path | None:
    """Return the run that a checkpoint is the newest save of; an earlier one is looked at by itself."""
    from gan_engine import saves_of  # brings torch, which the shell does without

    folder = checkpoint.parent.parent
    if checkpoint.parent.name != "checkpoints" or not is_run(folder):
        return None
    return folder if [path for _, path in saves_of(folder)][:1] == [checkpoint] else None
