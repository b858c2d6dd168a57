"""A run's folder: where its files are, what state it is in, and the library of all runs."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_engine import configfile, durable, paths
from gan_engine.checkpoint import listed
from gan_engine.drafts import Draft, get
from gan_engine.errors import BusyError, EngineError, FileError
from gan_engine.history import Happening, History
from gan_engine.metrics import METRICS
from gan_engine.schema import Message
from gan_engine.training.notes import NOTHING, RunNotes, read_notes
from gan_engine.training.recorder import sentence

State = Literal["training", "done", "stopped", "interrupted", "unstarted", "unreadable"]
SETTINGS = "run.toml"
REALS = "real.png"
"""Real images laid out like the samples, for who looks at the run later."""
_TURNS = ("started", "finished", "saved", "failed", "resized")
"""What says how far a run came and in what state it is."""


@dataclass(frozen=True)
class RunInfo:
    """A run as a list shows it; `saved_images` is its newest checkpoint, 0 when it has none.

    One that ended before its first update is `unstarted`; `problem` says why, or why it is unreadable.
    `best` names the metric that the best save was kept by, and its value; `writer` is who trains
    the run now, empty unless that is another process. A branch was `branched` from another run: the
    escaped name of that one's folder, and after how many images.
    """

    folder: Path
    name: str
    state: State
    images_seen: int
    images_total: int
    saved_images: int
    draft: Draft
    thumbnail: Path | None
    started: float
    problem: str = ""
    notes: RunNotes = NOTHING
    best: tuple[str, float] | None = None
    writer: str = ""
    branched: tuple[str, int] | None = None

    @property
    def title(self) -> str:
        """What a person calls the run: the title they gave it, else its folder's name."""
        return self.notes.title or self.name


def new_folder(draft: Mapping[str, Any], root: Path | None = None) -> Path:
    """Make and return the next numbered folder for a run, “007-cats-dcgan”."""
    root = root or paths.runs()
    source = Path(str(get(draft, "data.folder", "run"))).name or "run"
    slug = (
        re.sub(r"[^\w-]+", "-", f"{source}-{get(draft, 'architecture.kind', 'gan')}")
        .strip("-")
        .lower()
    )
    try:
        root.mkdir(parents=True, exist_ok=True)
        taken = [int(m[0]) for p in os.listdir(root) if (m := re.match(r"\d+", p))]
        number = max(taken, default=0) + 1
        while True:
            folder = root / f"{number:03d}-{slug[:40]}"
            try:
                folder.mkdir()
                return folder
            except FileExistsError:
                number += 1
    except OSError as error:
        raise durable.space_error(error, root / slug) from error


def claim_folder(folder: Path) -> Path:
    """Return `folder`, made when missing, for a run that begins there.

    Raises:
        BusyError: A run is there already; it is not overwritten.
    """
    if (folder / SETTINGS).exists() or listed(folder):
        raise BusyError(
            "There is a run in “{name}” already.",
            hint="Resume it, or choose another folder."
            if listed(folder)
            else "It has saved nothing: remove its folder, or choose another.",
            name=folder.name,
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise durable.space_error(error, folder) from error
    return folder


def settings_of(folder: Path) -> Path:
    """Return the file with what the run in `folder` was started with.

    Raises:
        FileError: There is no run.
    """
    settings = folder / SETTINGS
    if not settings.is_file():
        raise FileError(
            "There is no run in “{name}”.",
            hint="Choose a folder that holds a run.toml.",
            name=folder.name,
        )
    return settings


def read_run(folder: Path) -> RunInfo:
    """Return what is known of the run in `folder`.

    Raises:
        FileError: There is no run.
    """
    settings = settings_of(folder)
    started, notes = settings.stat().st_mtime, read_notes(folder)
    saves = listed(folder)
    saved = int(saves[0].stem) if saves else 0
    try:
        draft = configfile.read_draft(settings)
    except EngineError as error:
        why = str(error)
        return RunInfo(
            folder, folder.name, "unreadable", saved, 0, saved, {}, None, started, why, notes
        )
    history = History(folder)
    try:
        happened = history.events(*_TURNS, "best", "branched")
        grids = history.grids()
        last = [one for one in happened if one.kind in _TURNS]
        state, reached = _state(last, saved), saved
        if state == "interrupted" and (pulse := history.pulse()):
            reached = max(saved, pulse.images_seen)  # farther than what it had time to say
    finally:
        history.close()
    best = next((_best(one.payload) for one in reversed(happened) if one.kind == "best"), None)
    # The newest: a branch of a branch knows all that came before.
    branched = next((_from(o.payload) for o in reversed(happened) if o.kind == "branched"), None)
    asked = next(
        (one.payload.get("images") for one in reversed(last) if one.kind == "started"), None
    )
    asked = asked or get(draft, "training.images", 0)
    total = asked if isinstance(asked, int) and asked > 0 else 1_000_000
    seen = max(reached, last[-1].images_seen) if last else reached
    thumbnail = grids[-1][1] if grids else None
    holder = durable.lock_holder(folder)
    return RunInfo(
        folder=folder,
        name=folder.name,
        state="training" if holder else state,
        images_seen=seen,
        images_total=total,
        saved_images=saved,
        draft=draft,
        thumbnail=thumbnail,
        started=started,
        notes=notes,
        problem=_why(last[-1].payload) if state == "unstarted" else "",
        best=best,
        writer=_other(holder) if holder else "",
        branched=branched,
    )


def _state(turns: Sequence[Happening], saved: int) -> State:
    last = turns[-1] if turns else None
    if last is None or last.kind not in ("failed", "finished"):
        return "interrupted"
    if last.payload.get("reason") == "done":
        return "done"
    if not saved and all(turn.kind != "started" for turn in turns):
        return "unstarted"
    return "stopped" if last.kind == "finished" else "interrupted"


def _why(failed: Mapping[str, Any]) -> str:
    """Return what was said when a run failed; nothing where somebody stopped it."""
    what, hint = sentence(failed.get("what", failed.get("text", ""))), failed.get("hint")
    return Message("{what} {hint}", what=what, hint=sentence(hint)) if hint else what


def _other(holder: Mapping[str, object]) -> str:
    """Return who holds a run's lock; nothing when it is this process."""
    here = holder.get("pid") == os.getpid() and holder.get("host") == socket.gethostname()
    return "" if here else f"{holder.get('pid')} @ {holder.get('host')}"


def _from(payload: Mapping[str, Any]) -> tuple[str, int] | None:
    parent, images = payload.get("parent"), payload.get("images")
    return (parent, images) if isinstance(parent, str) and isinstance(images, int) else None


def _best(payload: Mapping[str, Any]) -> tuple[str, float] | None:
    """Return the metric that saves are ranked by, which is the first that can, and its value."""
    ranking = {next(iter(metric.values)) for metric in METRICS if metric.ranks}
    found = ((name, float(value)) for name, value in payload.items() if name in ranking)
    return next(found, None)


def list_runs(root: Path | None = None) -> list[RunInfo]:
    """Return every run of the library, the newest first; what is no run is left out.

    So is what may not be looked into, or went away meanwhile: one folder never hides the others.
    """
    root, found = root or paths.runs(), list[RunInfo]()
    with contextlib.suppress(OSError):
        for folder in sorted(root.iterdir(), reverse=True):
            with contextlib.suppress(OSError, FileError):
                found.append(read_run(folder))
    return sorted(found, key=lambda info: info.started, reverse=True)
