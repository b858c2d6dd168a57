"""The tutorial's numbers of a run: mean intensities, and what D says of each region of an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gan_engine import sampling
from gan_engine.events import Event, Scalars, ScoreCounts, Statistics
from gan_engine.training.history import HistoryWriter
from gan_engine.training.measuring import contained

if TYPE_CHECKING:
    from gan_engine.training.session import Session

MOST = 64
"""So many images of each kind are looked at: D takes as long for them as for a batch."""


@torch.no_grad()
def statistics_of(session: Session) -> Statistics:
    """Return the numbers of the fixed samples and of as many real images, of this moment.

    The averaged G makes the samples; D judges them as it does while it learns, and stays as it is.
    """
    given, labels, pairs = session.given, session.labels, session.pairs
    given, labels = given[:MOST], None if labels is None else labels[:MOST]
    fake = sampling.generate(session.networks.ema, given, labels)
    layout = session.layout
    reals = pairs[1] if pairs else session.images.some(layout.rows, layout.columns)
    reals = reals[: len(fake)].to(session.device)
    told: tuple[Tensor, ...] = () if labels is None else (labels,)
    if pairs is not None:
        told = (pairs[0][: len(fake)].to(session.device),)
    maps = []
    for images in (reals, fake):
        # Of several classes a column each: reals stand under the labels of the samples.
        logits = session.step.judge(images, *(one[: len(images)] for one in told))
        there = logits.ndim == 4
        maps.append((logits[:, 0] if there else logits[:0, None, None]).cpu().numpy())
    return Statistics(
        session.images_seen, _means(reals), _means(fake), real_maps=maps[0], fake_maps=maps[1]
    )


def counted(session: Session, history: HistoryWriter) -> Iterator[Event]:
    """Tell and keep how D's scores were spread of late."""
    real, fake = session.meters.take_counts()
    if real.any() or fake.any():
        history.counts(session.images_seen, real.tolist(), fake.tolist())
        yield ScoreCounts(session.images_seen, real, fake)


def compared(session: Session, history: HistoryWriter) -> Iterator[Event]:
    """Tell the numbers of this moment, and keep their means; what is only looked at stops no run."""
    found = contained(lambda: statistics_of(session), lambda error: None)
    if found is not None:
        seen, means = found.images_seen, {"real": found.real_means, "fake": found.fake_means}
        values = {f"intensity/{name}": sum(v) / len(v) for name, v in means.items() if v}
        history.scalars(seen, session.seconds, values)
        yield Scalars(seen, values, session.seconds)
        yield found


def _means(images_NCHW: Tensor) -> tuple[float, ...]:
    """Return 1/(HW) sum G_ij of each image, averaged over colours; opacity is none."""
    colours = images_NCHW[:, :3]
    return tuple(colours.float().mean((1, 2, 3)).tolist())
