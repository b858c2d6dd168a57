"""What is marked on curves and timeline: events of a run in words, and what a grid says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gan_engine import unescape
from studio.i18n import tr
from studio.panels import words as say

if TYPE_CHECKING:
    from gan_engine import Draft


def of_event(kind: str, payload: Mapping[str, Any], draft: Draft) -> tuple[str, str] | None:
    """Return text and kind of the mark of something that happened; None for what needs none."""
    match kind:
        case "saved":
            return tr("saved"), "saved"
        case "changed":
            path, old, new = str(payload.get("path")), payload.get("old"), payload.get("new")
            return change(path, old, new, draft), "changed"
        case "started" if payload.get("resumed"):
            return tr("resumed"), "resumed"
        case "branched":
            parent = unescape(str(payload.get("parent", "")))
            return tr("branched from {run}", run=parent), "resumed"
        case "rollback":
            return tr("went back to this save"), "notice"
        case "diverged":
            return tr("no longer numbers"), "notice"
        case "failed":
            return tr("broke off"), "notice"
        case "notice":
            return of_notice(str(payload.get("key", "")))
        case "resized":
            return tr("smaller parts of a batch, for want of memory"), "notice"
    return None


def of_notice(key: str) -> tuple[str, str] | None:
    """Return text and kind of the mark of a fault, by the key of its notice; None for the rest."""
    words = {
        "memory": tr("smaller parts of a batch, for want of memory"),
        "space": tr("waited for the disk"),
        "history": tr("the history waits in memory"),
        "metrics": tr("metrics are off"),
        "grid": tr("a sample grid is missing"),
        "damaged": tr("a damaged save was left out"),
    }
    return (words[key], "notice") if key in words else None


def change(path: str, old: object, new: object, draft: Draft) -> str:
    """Return what changed, from which value to which."""
    label = say.label_of(path, draft)
    return tr(
        "{name}: {old} → {new}",
        name=label,
        old=say.chosen(path, old, draft),
        new=say.chosen(path, new, draft),
    )


def layout_of(
    told: Mapping[str, str],
) -> tuple[int, int, tuple[int, ...], tuple[str, ...], bool] | None:
    """Return what `Stage.show_layout` wants of a grid, by what its file says; None if it does not.

    Where there are classes, all samples of a row have one seed; of pairs three cells have a number.
    """
    try:
        rows, columns = int(told["rows"]), int(told["columns"])
        first, last = (int(number) for number in told["seeds"].split("-"))
        labels = tuple(str(name) for name in json.loads(told.get("classes", "[]")))
    except (KeyError, ValueError, TypeError):
        return None
    if "pairs" in told:
        return rows, columns, tuple(n for n in range(last + 1) for _ in range(3)), (), True
    if last - first + 1 == rows * columns:
        seeds = tuple(range(first, last + 1))
    else:
        seeds = tuple(first + row for row in range(rows) for _ in range(columns))
    return rows, columns, seeds, labels if len(labels) == rows * columns else (), False
