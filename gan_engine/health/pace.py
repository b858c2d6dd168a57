"""Rules about pace: nothing happens any more, or it happens more slowly than it could."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gan_engine.drafts import get
from gan_engine.health.readings import Readings
from gan_engine.health.remedies import changed, faster_g, offered, scaled, slower_d, slower_g
from gan_engine.health.verdict import Remedy, Verdict
from gan_engine.schema import Message

MEASURES = {
    "metric/kid": "KID",
    "metric/frechet": "The Fréchet distance",
    "metric/sliced_wasserstein": "The sliced Wasserstein distance",
}
"""What says whether samples become better, the most telling first; lower is better."""
_MEASUREMENTS = 10
_LUCK = 3.5
"""By so many steps from one measurement to the next the best of many may be better than usual."""
_STILL = 0.01
"""A loss that differs by less than this share from guessing, all the time, is that of guessing."""
_SLOWER = 0.6
LONG_HOURS = 24
_PACE_READINGS = 20
"""Where an update takes seconds, these are a few minutes."""
_READINGS = 300
"""At ten readings a second, half a minute: shorter is what another program does in passing."""


def nothing_happens(run: Readings) -> Verdict | None:
    """Rates have run out, D only guesses, or samples have not become better for half the run."""
    for evidence, remedies in (*_no_rates(run), *_guessing(run), *_no_better(run)):
        text = Message("Nothing has happened for long: the run learns nothing more.")
        return Verdict("nothing_happens", text, evidence, remedies)
    return None


def throughput_fell(run: Readings) -> Verdict | None:
    """Training has been much slower than before for a while."""
    _, speed = run.between("speed", run.facts.resumed_at)
    if len(speed) < 2 * _READINGS:
        return None
    blocks = [float(np.median(b)) for b in np.array_split(speed, len(speed) // (_READINGS // 3))]
    now, best = (
        max(blocks[-3:]),
        max(float(np.median(blocks[i : i + 3])) for i in range(len(blocks) - 2)),
    )
    if now > _SLOWER * best:
        return None
    return Verdict(
        "throughput_fell",
        Message("Training has become slower; other programs may be busy, or the device too warm."),
        Message(
            "{now:,.0f} images a second of late; it was {best:,.0f} before.", now=now, best=best
        ),
        offered(scaled(run, "samples.every_seconds", 4, "Draw the sample grid less often")),
    )


def it_takes_days(run: Readings) -> Verdict | None:
    """At the pace of late the run ends more than a day from now, on a CPU."""
    _, speed = run.between("speed", run.facts.resumed_at)
    if run.facts.on_gpu or len(speed) < _PACE_READINGS:
        return None
    pace = float(np.median(speed[-_PACE_READINGS:]))
    hours = (run.total - run.seen) / max(pace, 1e-9) / 3600
    if hours < LONG_HOURS:
        return None
    size = get(run.draft, "data.size", 0)
    smaller = isinstance(size, int) and size >= 64
    return Verdict(
        "it_takes_days",
        Message("This run takes more than a day on this computer; smaller ones show more sooner."),
        Message(
            "{hours:,.0f} hours are left, at {pace:,.1f} images a second.", hours=hours, pace=pace
        ),
        offered(
            changed(run, "data.size", size // 2, "Halve the size of the images")
            if smaller
            else None,
            scaled(run, "architecture.width", 0.5, "Halve the networks' width"),
            scaled(run, "training.images", 0.25, "Train a quarter as long"),
        ),
    )


_Finding = tuple[Message, tuple[Remedy, ...]]


def _no_rates(run: Readings) -> Iterator[_Finding]:
    """Yield that both learning rates have become nothing long before the end."""
    rates = [run.all(f"rate/{name}")[1] for name in "gd"]
    if run.seen > 0.95 * run.total or not all(len(run.recent(f"rate/{name}")) for name in "gd"):
        return
    if all(rate[-1] < 0.01 * max(float(rate.max()), 1e-9) for rate in rates):
        text = "The learning rates are {g:.2g} for G and {d:.2g} for D, and {left:.0%} of the run is left."
        yield (
            Message(
                text, g=float(rates[0][-1]), d=float(rates[1][-1]), left=1 - run.seen / run.total
            ),
            offered(
                _lasting(run, "optimizer_g.rate", float(rates[0].max()), "Give G a rate again"),
                _lasting(run, "optimizer_d.rate", float(rates[1].max()), "Give D a rate again"),
            ),
        )


def _guessing(run: Readings) -> Iterator[_Finding]:
    """Yield that D gives every image the same score."""
    loss, real, fake = (run.recent(name) for name in ("loss/d", "score/real", "score/fake"))
    if not (len(loss) and len(real) and len(fake) and run.undecided) or run.updates < 2000:
        return
    still = np.percentile(np.abs(loss - run.undecided), 90) < _STILL * run.undecided
    if still and abs(np.median(real) - np.median(fake)) < 0.02:
        text = "D's loss has stood at {loss:.3g} for {images:,.0f} images: that of guessing."
        yield (
            Message(text, loss=float(np.median(loss)), images=run.window()),
            offered(_weaker_penalty(run), _faster_d(run), faster_g(run)),
        )


def _no_better(run: Readings) -> Iterator[_Finding]:
    """Yield that the most telling measure was best in the first half and has not come near since."""
    for name, words in MEASURES.items():
        images, values = run.all(name)
        if len(values) < _MEASUREMENTS:
            continue
        best = int(np.argmin(values))
        if images[best] < run.seen / 2 and run.facts.changed_at < images[best]:
            text = "{measure} was best after {images:,.0f} images: {best:.3g}, now {now:.3g}."
            now = float(np.median(values[-3:]))
            # The best of many is a lucky one; below 0, as KID may be, it is nothing but luck.
            steps = np.abs(np.diff(values[images >= run.seen / 2]))
            noise = float(np.mean(steps)) if len(steps) else 0.0
            if now - values[best] > max(0.02 * abs(float(values[best])), _LUCK * noise):
                yield (
                    Message(
                        text,
                        measure=words,
                        images=float(images[best]),
                        best=float(values[best]),
                        now=now,
                    ),
                    offered(slower_g(run), slower_d(run), _longer_average(run)),
                )
        return


def _faster_d(run: Readings) -> Remedy | None:
    return scaled(run, "optimizer_d.rate", 2, "Double D's learning rate")


def _weaker_penalty(run: Readings) -> Remedy | None:
    return scaled(run, "penalties.r1.weight", 0.25, "Quarter R1's gamma")


def _longer_average(run: Readings) -> Remedy | None:
    return scaled(run, "ema.half_life", 2, "Average G for longer")


def _lasting(run: Readings, path: str, value: float, words: str) -> Remedy | None:
    return changed(run, path, float(f"{value / 2:.3g}"), words)
