"""A run in words, for every list of runs: its state, how far it came, when, how good it is."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gan_engine import METRICS, escape
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.run_list import RunRow

if TYPE_CHECKING:
    from gan_engine import RunInfo

_MOODS = {"training": "good", "interrupted": "warning", "unreadable": "error"}


def row_of(info: RunInfo, seen: int | None = None, paused: bool = False) -> RunRow:
    """Return how a list shows a run; how far it is and whether it waits may be known better."""
    return RunRow(
        key=info.folder,
        name=escape(info.title),
        state=tr("Paused") if paused else state(info),
        far=far(info, seen),
        when=_when(info),
        mood="warning" if paused else _MOODS.get(info.state, "muted"),
        picture=info.thumbnail or info.folder,
        tip=tip(info),
        tags=tuple(escape(tag) for tag in info.notes.tags),
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


def tip(info: RunInfo) -> str:
    """Return what else there is to know about a run, in lines."""
    lines = [escape(info.name)] if info.notes.title else []
    if info.best:
        name, value = info.best
        label = metric_names().get(name, name)
        lines.append(tr("Best save, {metric}: {value}", metric=label, value=say.exact(value)))
    if info.writer:
        lines.append(tr("Being trained by another program: process {writer}", writer=info.writer))
    lines += [tr(info.problem)] if info.problem else []
    lines += [escape(info.notes.note)] if info.notes.note else []
    return "\n".join([*lines, escape(str(info.folder))])


@functools.cache
def metric_names() -> Mapping[str, str]:
    """Return what every metric's number is called."""
    return {name: label for metric in METRICS for name, label in metric.values.items()}


def _when(info: RunInfo) -> str:
    when = say.when(info.started)
    if info.best is None:
        return when
    return tr("{when} · best {value}", when=when, value=say.exact(info.best[1]))
