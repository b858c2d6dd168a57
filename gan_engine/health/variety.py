"""Rules about variety: samples collapse, are learned by heart, or ADA is at its end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan_engine.drafts import get
from gan_engine.health.readings import LEAST_UPDATES, Readings
from gan_engine.health.remedies import (
    changed,
    changed_images,
    offered,
    scaled,
    slower_d,
    slower_g,
    stronger_penalty,
)
from gan_engine.health.verdict import Remedy, Verdict
from gan_engine.schema import Message

ALIKE = 0.15
"""Samples so little varied, compared with reals, are one image again and again."""
COPIED = 0.5
"""At this share of originals, or of the distance of unseen images, G copies."""


def samples_collapse(run: Readings) -> Verdict | None:
    """Samples became alike: their diversity fell below half of its best, or never rose."""
    images, diversity = run.all("metric/diversity")
    later = images > run.facts.changed_at
    if np.count_nonzero(later) < 2 or run.updates < LEAST_UPDATES:
        return None
    # The middle of three, so that one unlucky measurement is none.
    now = float(np.median(diversity[later][-3:]))
    best = int(np.argmax(diversity))
    fell = now < 0.5 * diversity[best] and now < 0.5
    if not (fell or (now < ALIKE and run.updates > 3 * LEAST_UPDATES)):
        return None
    return Verdict(
        "samples_collapse",
        Message("G collapses: its samples become more and more alike."),
        Message(
            "Samples are {now:.0%} as varied as the real images; {best:.0%} after {images:,.0f} images.",
            now=now,
            best=float(diversity[best]),
            images=float(images[best]),
        ),
        offered(stronger_penalty(run), slower_g(run), slower_d(run), _pairs(run)),
    )


def it_memorises(run: Readings) -> Verdict | None:
    """Samples are too close to training images: more are copies than unseen images would be."""
    for name, words in (
        (
            "metric/originals",
            "{now:.0%} of the samples are new; of unseen images it would be 90 %.",
        ),
        (
            "metric/novelty",
            "Samples are {now:.0%} as far from the training images as unseen ones would be.",
        ),
    ):
        _, values = run.between(name, run.facts.changed_at)
        if len(values) < 2 or run.updates < LEAST_UPDATES:
            continue
        now = float(np.median(values[-3:]))
        if now < COPIED:
            return Verdict(
                "it_memorises",
                Message("G learns the training images by heart."),
                Message(words, now=now),
                offered(changed_images(run), stronger_penalty(run), slower_d(run), _smaller(run)),
            )
    return None


def augmentation_is_saturated(run: Readings) -> Verdict | None:
    """ADA changes images as often as it may and D is still too sure: there are too few images."""
    p, cap = run.recent("augment/p"), get(run.draft, "augment.cap", 0.8)
    if isinstance(cap, Mapping) or not get(run.draft, "augment.adapts", True):
        return None  # p is what it was told to be
    if not len(p) or not cap or np.median(p) < 0.98 * cap or p[0] < 0.9 * cap:
        return None
    return Verdict(
        "augmentation_is_saturated",
        Message("Augmentation is at its end: D learns the images by heart all the same."),
        Message(
            "The probability has stood at {p:.2g}, its cap, for {images:,.0f} images.",
            p=float(np.median(p)),
            images=run.window(),
        ),
        offered(stronger_penalty(run), slower_d(run), _smaller(run)),
    )


def _pairs(run: Readings) -> Remedy | None:
    """Relative scores punish a G that covers little of what there is."""
    return changed(run, "loss.pairing", "pair", "Compare scores in pairs")


def _smaller(run: Readings) -> Remedy | None:
    return scaled(run, "architecture.width", 0.5, "Halve the networks' width")
