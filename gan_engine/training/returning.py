"""Going back: where a run is again after something went wrong, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.errors import DamagedFileError, DivergedError, FileError
from gan_engine.schema import Message
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.session import Session

LIMIT = 1e9
"""A loss this large is none any more: fp32 has not the digits to make it smaller step by step."""


def divergence(values: Mapping[str, float]) -> str:
    """Return why a reading means that the run has diverged; empty while it has not."""
    if not all(math.isfinite(value) for value in values.values()):
        return "The losses are no longer numbers"
    if any(abs(value) > LIMIT for name, value in values.items() if name.startswith("loss/")):
        return "The losses have left all bounds"
    return ""


def back_to_save(session: Session, history: HistoryWriter, folder: Path) -> list[Message]:
    """Be again where the newest whole save is, or where the run began; return what to say of it.

    Raises:
        DamagedFileError: There are saves and none can be read: nothing is begun afresh over them.
    """
    words = list[Message]()
    try:
        path, saved, damaged = checkpoint.newest(folder)
        session.restore(saved, path)
        words += [kept_aside(bad, saved) for bad in damaged]
    except DamagedFileError:
        raise
    except FileError:  # it has saved nothing yet
        session.restart()
    history.go_back(session.images_seen)
    session.meters.read(wait=True)
    return words


def kept_aside(bad: Path, used: Checkpoint) -> Message:
    """Set a save that cannot be read aside; return what is said of it and of the one `used`."""
    return Message(
        "“{name}” cannot be read; it is kept as “{aside}”. Going on from {seen:,} images.",
        name=bad.name,
        aside=checkpoint.set_aside(bad).name,
        seen=used.images_seen,
    )


def gave_up(why: str, count: int, seen: int) -> DivergedError:
    """Return what ends a run that diverged again and again."""
    return DivergedError(
        "{why}, for the {count}th time, after {seen:,} images.",
        hint="Start again with a learning rate four times lower, or a stronger R1.",
        why=Message(why),
        count=count,
        seen=seen,
    )


def went_back(why: str, broke: int, session: Session) -> Message:
    """Return what is said of a return after `broke` images."""
    return Message(
        "{why} after {broke:,} images: went back to {seen:,} images with half the rates ({rate}).",
        why=Message(why),
        broke=broke,
        seen=session.images_seen,
        rate=session.config.optimizer_g.rate,
    )
