"""Rules about steadiness: gradients that explode, losses that swing, rates that are too high."""

from __future__ import annotations

import numpy as np

from gan_engine.drafts import get
from gan_engine.health.readings import Readings, Series, Values
from gan_engine.health.remedies import changed, offered, slower_d, slower_g, stronger_penalty
from gan_engine.health.verdict import Remedy, Verdict
from gan_engine.schema import Message

EXPLODED = 10
"""How many times the usual norm is an explosion."""
_BINS = 128
_FAST, _SLOW = 24, 4
"""A swing is one that repeats so often in the window: slower is a trend, faster is noise."""
_PURE = 0.5
"""The share of the curve's power that one frequency must have; noise has a tenth."""
_WIDE = 0.25
"""How wide a swing is, as standard deviation, of the loss itself."""
_OVERSHOT = 0.2
"""The share of readings in which D may be twice as wrong as by guessing."""


def gradients_explode(run: Readings) -> Verdict | None:
    """A network's gradient is many times what it was, and still growing."""
    for name, slower in (("G", slower_g), ("D", slower_d)):
        key = f"gradient/{name.lower()}"
        now, before = run.recent(key), run.earlier(key)
        if not len(now) or not len(before):
            continue
        first, last = np.median(now[: len(now) // 2]), np.median(now[len(now) // 2 :])
        usual = float(np.median(before))
        if not last > EXPLODED * max(usual, 1e-9) or last < 1.1 * first:
            continue
        return Verdict(
            "gradients_explode",
            Message("{name}'s gradients explode; its samples will soon be noise.", name=name),
            Message(
                "The norm of {name}'s gradient is {now:.3g}; it was {was:.3g} before.",
                name=name,
                now=float(last),
                was=usual,
            ),
            offered(slower(run), stronger_penalty(run), _clip(run, usual)),
        )
    return None


def rate_is_too_high(run: Readings) -> Verdict | None:
    """D overshoots: again and again it is twice as wrong as by guessing, or numbers were none."""
    evidence = None
    loss = run.recent("loss/d")
    over = float(np.mean(loss > 2 * run.undecided)) if len(loss) and run.undecided else 0.0
    if over >= _OVERSHOT:
        evidence = Message(
            "In {share:.0%} of the readings D was twice as wrong as by guessing (a loss above {over:.2g}).",
            share=over,
            over=2 * run.undecided,
        )
    elif run.facts.returns >= 2:
        evidence = Message(
            "The run had to go back to a save {count} times, because its losses were no numbers.",
            count=run.facts.returns,
        )
    if evidence is None:
        return None
    return Verdict(
        "rate_is_too_high",
        Message("The learning rate is too high: steps lead past what they aim at."),
        evidence,
        offered(slower_d(run), slower_g(run), stronger_penalty(run)),
    )


def losses_swing(run: Readings) -> Verdict | None:
    """The networks chase each other: G's loss goes up and down with a steady beat."""
    start = max(run.seen - run.window(0.5, 20_000), run.facts.changed_at)
    images, loss = run.between("loss/g", start)
    if run.updates < 1000 or len(loss) < 2 * _BINS:
        return None
    curve = _binned((images, loss))
    level = max(abs(float(curve.mean())), run.undecided)
    beat, share, spread = _beat(curve)
    if share < _PURE or spread < _WIDE * level:
        return None
    low, high = np.percentile(curve, (5, 95))
    return Verdict(
        "losses_swing",
        Message("The networks chase each other in circles instead of improving."),
        Message(
            "G's loss swings between {low:.2g} and {high:.2g}, about every {images:,.0f} images.",
            low=float(low),
            high=float(high),
            images=float(images[-1] - images[0]) / beat,
        ),
        offered(stronger_penalty(run), slower_d(run), slower_g(run), _forgetful(run)),
    )


def _binned(series: Series) -> Values:
    """Return the means of equal stretches of images; an empty one takes its neighbours' mean."""
    images, values = series
    edges = np.linspace(images[0], images[-1], _BINS + 1)
    index = np.clip(np.searchsorted(edges, images, side="right") - 1, 0, _BINS - 1)
    counts = np.bincount(index, minlength=_BINS)
    sums = np.bincount(index, weights=values, minlength=_BINS)
    full = np.flatnonzero(counts)
    return np.interp(np.arange(_BINS), full, sums[full] / counts[full])


def _beat(curve: Values) -> tuple[int, float, float]:
    """Return how often the strongest swing repeats, its share of the power, and the curve's spread.

    A steady trend is taken away first: it is no swing.
    """
    steps = np.arange(len(curve))
    rest = curve - np.polyval(np.polyfit(steps, curve, 1), steps)
    power = np.abs(np.fft.rfft(rest * np.hanning(len(rest)))) ** 2
    beat = int(np.argmax(power[_SLOW : _FAST + 1])) + _SLOW
    total = float(power[1:].sum())
    share = float(power[beat - 1 : beat + 2].sum()) / total if total else 0.0
    return beat, share, float(rest.std())


def _clip(run: Readings, usual: float) -> Remedy | None:
    limit = float(f"{min(1000.0, max(1e-3, 5 * usual)):.2g}")
    if 0 < get(run.draft, "training.gradient_clip", 0.0) <= limit:
        return None  # norms are those before clipping: it would be loosened
    return changed(run, "training.gradient_clip", limit, "Limit the gradients")


def _forgetful(run: Readings) -> Remedy | None:
    """Momentum makes a chase worse; Adam without it is calmer."""
    return changed(run, "optimizer_d.beta1", 0.0, "Take D's momentum away")
