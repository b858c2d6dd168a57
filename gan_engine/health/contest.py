"""Rules about the balance of the two networks: D has won, G is stuck."""

from __future__ import annotations

import numpy as np

from gan_engine.health.readings import Readings
from gan_engine.health.remedies import (
    changed,
    changed_images,
    faster_g,
    offered,
    slower_d,
    stronger_penalty,
)
from gan_engine.health.verdict import Remedy, Verdict
from gan_engine.schema import Message

WON = 0.08
"""D has won when its loss is below this share of what guessing would cost it."""
VANISHED = 0.02
"""G's gradient has vanished when it is below this share of what it was."""


def d_has_won(run: Readings) -> Verdict | None:
    """D tells every image apart, with no sign of G catching up: G learns little from that.

    D's loss is compared with that of a D that cannot tell. A critic's loss says no such thing.
    """
    loss = run.recent("loss/d")
    if not len(loss) or not run.undecided:
        return None
    first, *_, last = np.array_split(loss, 3)
    sure = np.median(loss) < WON * run.undecided
    always = np.percentile(loss, 80) < 2 * WON * run.undecided
    if not (sure and always) or np.median(last) > 1.5 * np.median(first):
        return None
    real, fake = run.recent("score/real"), run.recent("score/fake")
    evidence = Message(
        "D's loss has been {loss:.2g} for {images:,.0f} images; guessing would cost it {guess:.2g}."
        " Scores: real {real:.2g}, fake {fake:.2g}.",
        loss=float(np.median(loss)),
        images=run.window(),
        guess=run.undecided,
        real=float(np.median(real)) if len(real) else float("nan"),
        fake=float(np.median(fake)) if len(fake) else float("nan"),
    )
    return Verdict(
        "d_has_won",
        Message("D has won: it recognises every sample, and G can no longer follow."),
        evidence,
        offered(stronger_penalty(run, 4), slower_d(run), changed_images(run)),
    )


def g_is_stuck(run: Readings) -> Verdict | None:
    """G's gradient has vanished: compared with before, or with D's where D is sure of itself."""
    now, before, other = (
        run.recent("gradient/g"),
        run.earlier("gradient/g"),
        run.recent("gradient/d"),
    )
    if not len(now):
        return None
    level = float(np.median(now))
    fell = len(before) > 0 and level < VANISHED * float(np.median(before))
    loss = run.recent("loss/d")
    ahead = len(loss) > 0 and run.undecided and np.median(loss) < 0.3 * run.undecided
    beside = bool(ahead) and len(other) > 0 and level < 1e-3 * float(np.median(other))
    if not (fell or beside):
        return None
    evidence = Message(
        "The norm of G's gradient is {now:.2g}; it was {was:.2g} before."
        if fell
        else "The norm of G's gradient is {now:.2g}; D's is {was:.2g}.",
        now=level,
        was=float(np.median(before if fell else other)),
    )
    return Verdict(
        "g_is_stuck",
        Message("G is stuck: it gets almost no gradient from D."),
        evidence,
        offered(_not_saturating(run), slower_d(run), faster_g(run), stronger_penalty(run)),
    )


def _not_saturating(run: Readings) -> Remedy | None:
    if not getattr(run.loss, "saturating", False):
        return None
    return changed(run, "loss.saturating", False, "Use the loss that does not saturate")
