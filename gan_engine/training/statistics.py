"""The tutorial's numbers of a run: mean intensities, and what D says of each region of an image."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine import durable, sampling
from gan_engine.errors import SpaceError
from gan_engine.events import Event, Scalars, ScoreCounts, Statistics
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.measuring import contained

if TYPE_CHECKING:
    from gan_engine.training.session import Session

NAME, MOST_BYTES = "numbers.json", 2**24
MOST = 64
"""So many images of each kind are looked at: D takes as long for them as for a batch."""


@torch.no_grad()
def statistics_of(session: Session) -> Statistics:
    """Return the numbers of the fixed samples and of as many real images, of this moment.

    The averaged G makes the samples; D judges them as it does while it learns, and stays as it is.
    """
    fixed = session.fixed
    given, labels = fixed.given[:MOST], None if fixed.labels is None else fixed.labels[:MOST]
    fake = sampling.generate(session.networks.ema, given, labels)
    reals = fixed.reals()[: len(fake)].to(session.device)
    told: tuple[Tensor, ...] = () if labels is None else (labels,)
    if fixed.pairs is not None:
        told = (fixed.pairs[0][: len(fake)].to(session.device),)
    maps = []
    for images in (reals, fake):
        # Of several classes a column each: reals stand under the labels of the samples.
        logits = session.step.judge(images, *(one[: len(images)] for one in told))
        there = logits.ndim == 4
        maps.append((logits[:, 0] if there else logits[:0, None, None]).cpu().numpy())
    return Statistics(
        session.images_seen, _means(reals), _means(fake), real_maps=maps[0], fake_maps=maps[1]
    )


def tell_counts(session: Session, history: HistoryWriter) -> Iterator[Event]:
    """Tell and keep how D's scores were spread of late."""
    real, fake = session.meters.take_counts()
    if real.any() or fake.any():
        history.counts(session.images_seen, real.tolist(), fake.tolist())
        yield ScoreCounts(session.images_seen, real, fake)


def tell_statistics(session: Session, history: HistoryWriter, folder: Path) -> Iterator[Event]:
    """Tell the numbers of this moment, and keep them; what is only looked at stops no run."""
    found = contained(lambda: statistics_of(session), lambda error: None)
    if found is not None:
        seen, means = found.images_seen, {"real": found.real_means, "fake": found.fake_means}
        values = {f"intensity/{name}": sum(v) / len(v) for name, v in means.items() if v}
        history.scalars(seen, session.seconds, values)
        yield Scalars(seen, values, session.seconds)
        keep(found, folder)
        yield found


def keep(found: Statistics, folder: Path) -> None:
    """Put the newest numbers beside a run, for who follows it; without room they are only told."""
    table = {**vars(found), "real_maps": _rounded(found.real_maps)}
    table["fake_maps"] = _rounded(found.fake_maps)
    with contextlib.suppress(SpaceError, OSError):
        durable.write(folder / NAME, json.dumps(table).encode(), run=folder)


def statistics_in(folder: Path) -> Statistics | None:
    """Return the newest numbers of the run in `folder`; None where there are none to be read."""
    path = folder / NAME
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        if path.stat().st_size > MOST_BYTES:
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        means = [tuple(map(float, found[f"{kind}_means"])) for kind in ("real", "fake")]
        maps = [np.array(found[f"{kind}_maps"], np.float32) for kind in ("real", "fake")]
        real, fake = (one if one.ndim == 3 else np.zeros((0, 1, 1), np.float32) for one in maps)
        return Statistics(int(found["images_seen"]), means[0], means[1], real, fake)
    return None


def _rounded(maps: NDArray[np.float32]) -> list[Any]:
    found: list[Any] = np.round(maps.astype(np.float64), 4).tolist()
    return found


def _means(images_NCHW: Tensor) -> tuple[float, ...]:
    """Return 1/(HW) sum G_ij of each image, averaged over colours; opacity is none."""
    colours = images_NCHW[:, :3]
    return tuple(colours.float().mean((1, 2, 3)).tolist())
