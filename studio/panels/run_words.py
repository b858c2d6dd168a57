"""A run in words, for every list of runs: its state, how far it came, when, how good it is."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gan_engine import METRICS, escape, unescape
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.run_list import RunRow

if TYPE_CHECKING:
    from gan_engine import RunInfo

_MOODS = {"training": "good", "interrupted": "warning", "unreadable": "error"}


def row_of(
    info: RunInfo,
    seen: int | None = None,
    paused: bool = False,
    others: Mapping[Path, RunInfo] | None = None,
) -> RunRow:
    """Return how a list shows a run; how far it is and whether it waits may be known better.

    `others` are the runs that it may be a branch of: they may have titles.
    """
    parent = _parent(info, others or {})
    return RunRow(
        key=info.folder,
        name=escape(info.title),
        state=tr("Paused") if paused else state(info),
        far=far(info, seen),
        when=_when(info),
        mood="warning" if paused else _MOODS.get(info.state, "muted"),
        picture=info.thumbnail or info.folder,
        tip=tip(info, parent),
        tags=tuple(escape(tag) for tag in info.notes.tags),
        origin=_branch(info, _short(parent)),
    )


def state(info: RunInfo) -> str:
    """Return a run's state in one or two words."""
    match info.state:
        case "training":
            return tr("Elsewhere") if info.writer else tr("Training")
        case "done":
            return tr("Finished")
        case "stopped":
            return tr("Stopped")
        case "interrupted":
            return tr("Interrupted")
        case "unstarted":
            return tr("Did not start")
        case _:
            return tr("Cannot be read")


def far(info: RunInfo, seen: int | None = None) -> str:
    """Return how far a run came: 12.3 k images; or why it never began."""
    if info.state == "unreadable":
        return ""
    if info.state == "unstarted":
        return tr(info.problem)
    if info.state == "interrupted" and not info.saved_images:
        return tr("no save yet")
    return say.images(info.images_seen if seen is None else seen)


def tip(info: RunInfo, parent: str = "") -> str:
    """Return what else there is to know about a run, in lines; `parent` is what it branched from."""
    lines = [escape(info.name)] if info.notes.title else []
    lines += [_branch(info, parent)] if parent else []
    if info.best:
        name, value = info.best
        label = metric_names().get(name, name)
        lines.append(tr("Best save, {metric}: {value}", metric=label, value=say.exact(value)))
    if info.writer:
        lines.append(tr("Being trained by another program: process {writer}", writer=info.writer))
    lines += [tr(info.problem)] if info.problem else []
    lines += [escape(info.notes.note)] if info.notes.note else []
    return "\n".join([*lines, escape(str(info.folder))])


def _parent(info: RunInfo, others: Mapping[Path, RunInfo]) -> str:
    """Return what the run is called that this one branched from; nothing where it did not."""
    if info.branched is None:
        return ""
    name = info.branched[0]
    known = others.get(info.folder.parent / unescape(name))
    return escape(known.title) if known is not None else name


def _branch(info: RunInfo, parent: str) -> str:
    if info.branched is None:
        return ""
    return tr("Branch of {run} at {images}", run=parent, images=say.images(info.branched[1]))


def _short(name: str) -> str:
    """Return the number that a folder's name begins with, which tells it from every other here."""
    number = re.match(r"\d{3,}(?=-)", name)
    return number[0] if number else name


@functools.cache
def metric_names() -> Mapping[str, str]:
    """Return what every metric's number is called."""
    return {name: label for metric in METRICS for name, label in metric.values.items()}


def _when(info: RunInfo) -> str:
    when = say.when(info.started)
    if info.best is None:
        return when
    return tr("{when} · best {value}", when=when, value=say.exact(info.best[1]))
