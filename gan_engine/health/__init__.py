"""The doctor: rules over a run's curves, most urgent first, and what each advises."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gan_engine.drafts import Draft
from gan_engine.health.contest import d_has_won, g_is_stuck
from gan_engine.health.pace import it_takes_days, nothing_happens, throughput_fell
from gan_engine.health.readings import Facts, Readings, Series
from gan_engine.health.steadiness import gradients_explode, losses_swing, rate_is_too_high
from gan_engine.health.variety import augmentation_is_saturated, it_memorises, samples_collapse
from gan_engine.health.verdict import Remedy, Verdict

RULES: tuple[Callable[[Readings], Verdict | None], ...] = (
    gradients_explode,
    rate_is_too_high,
    samples_collapse,
    d_has_won,
    g_is_stuck,
    it_memorises,
    losses_swing,
    augmentation_is_saturated,
    nothing_happens,
    throughput_fell,
    it_takes_days,
)
"""Every rule there is, in order of urgency."""


def examine(
    series: Mapping[str, Series], draft: Draft, facts: Facts | None = None
) -> list[Verdict]:
    """Return what is wrong with a run, most urgent first; nothing while there is little to go by.

    Args:
        series: (images seen, values) by name, as a run's history has them; NaN is a gap.
        draft: The settings of the run as they are now, live changes included.
        facts: What the curves do not say.
    """
    readings = Readings(series, draft, facts or Facts())
    found = (rule(readings) for rule in RULES)
    return [verdict for verdict in found if verdict is not None]


__all__ = ["RULES", "Facts", "Remedy", "Verdict", "examine"]
