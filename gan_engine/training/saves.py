"""The saves of a run: the newest ones, the best, the one before a change, and those that somebody keeps."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from gan_engine import checkpoint, durable
from gan_engine.checkpoint import SUFFIX
from gan_engine.drafts import escape
from gan_engine.errors import EngineError, FileError

BEST = f"best{SUFFIX}"
BEFORE = "before-"
"""What the name of the save begins with that the newest change of a setting was made after."""
KEPT = "kept-"
"""What the name of a save begins with that somebody wants to stay whatever comes."""


class Saves(NamedTuple):
    """What a run saved: (images seen, file), the newest first; the best one's images, the kept ones'."""

    every: list[tuple[int, Path]]
    best: int | None
    kept: frozenset[int]


def read_saves(folder: Path) -> Saves:
    """Return every save there is, and what is known of them; no file is opened twice."""
    inside = folder / "checkpoints"
    named = [path for start in (BEFORE, KEPT) for path in inside.glob(f"{start}*{SUFFIX}")]
    files = [*checkpoint.listed(folder), *named]
    found = {int(number): path for path in files if (number := _number(path)).isdigit()}
    if (best := best_of(folder)) is not None:
        found.setdefault(best, inside / BEST)
    return Saves(sorted(found.items(), reverse=True), best, kept_of(folder))


def saves_of(folder: Path) -> list[tuple[int, Path]]:
    """Return (images seen, file) of every save there is, the newest first."""
    return read_saves(folder).every


def save_in(folder: Path, which: int | str | None) -> Path:
    """Return what a save is opened from: its file, or for the newest the folder.

    Args:
        folder: The run's.
        which: After how many images it was made, or "best"; None, and what is not there any more,
            is the newest.
    """
    if which is None:
        return folder
    saves = read_saves(folder)
    seen = saves.best if which == "best" else int(which)
    return folder if seen is None else dict(saves.every).get(seen, folder)


def best_of(folder: Path) -> int | None:
    """Return after how many images the best save was made; None where there is none to be read."""
    with contextlib.suppress(EngineError):
        return checkpoint.seen_by(folder / "checkpoints" / BEST)
    return None


def kept_of(folder: Path) -> frozenset[int]:
    """Return after how many images the saves were made that somebody keeps."""
    found = (_number(path) for path in (folder / "checkpoints").glob(f"{KEPT}*{SUFFIX}"))
    return frozenset(int(number) for number in found if number.isdigit())


def keep(folder: Path, images: int) -> int:
    """Let the newest save up to so many images seen stay, however many newer ones follow.

    Returns:
        After how many images it was made.

    Raises:
        FileError: There is no such save.
        SpaceError: The folder cannot be written.
    """
    for seen, path in saves_of(folder):
        if seen <= images:
            try:
                if seen not in kept_of(folder):
                    durable.second_name(path, f"{KEPT}{checkpoint.file_name(seen)}")
            except OSError as error:
                raise durable.space_error(error, path) from error
            return seen
    raise FileError(
        "“{run}” has no save up to this moment.",
        hint="Save now, then keep it.",
        run=escape(folder.name),
    )


def let_go(folder: Path, images: int) -> None:
    """Keep the save after so many images no longer: it goes when newer ones have been written.

    Raises:
        SpaceError: The folder cannot be written.
    """
    path = folder / "checkpoints" / f"{KEPT}{checkpoint.file_name(images)}"
    try:
        durable.remove(path)
    except OSError as error:
        raise durable.space_error(error, path) from error


def keep_before(folder: Path) -> None:
    """Keep the newest save whatever comes, so that one can go back to before a change.

    Only the one before the newest change is kept.
    """
    newest = next(iter(checkpoint.listed(folder)), None)
    if newest is None:
        return
    kept = newest.with_name(BEFORE + newest.name)
    with contextlib.suppress(OSError):
        for old in newest.parent.glob(f"{BEFORE}*"):
            if old != kept:
                old.unlink(missing_ok=True)
        if not kept.exists():
            durable.second_name(newest, kept.name)


def _number(path: Path) -> str:
    return path.stem.removeprefix(BEFORE).removeprefix(KEPT)
