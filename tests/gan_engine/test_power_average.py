"""Averages of any length are rebuilt from two that were kept."""

from __future__ import annotations

import numpy as np
import pytest

from gan_engine.power_average import LENGTHS, combination, deviation, exponent, step_weight


@pytest.mark.parametrize("length", [0.01, 0.05, 0.1, 0.2, 0.28])
def test_that_an_exponent_has_the_length_it_was_asked_for(length: float) -> None:
    assert deviation(exponent(length)) == pytest.approx(length, rel=1e-6)


@pytest.mark.parametrize("length", [0.0, 0.3, -1.0])
def test_that_lengths_that_no_average_has_are_refused(length: float) -> None:
    with pytest.raises(ValueError, match="no average"):
        exponent(length)


def tracked(values: np.ndarray, length: float) -> np.ndarray:
    """Return the running average of `values` after each update."""
    average, found = 0.0, []
    for done, value in enumerate(values, start=1):
        average += (value - average) * step_weight(length, done)
        found.append(average)
    return np.array(found)


def test_that_the_running_average_has_the_deviation_of_its_length() -> None:
    """Fed impulses, the average shows its own profile."""
    steps = 400
    shares = np.array([tracked(np.eye(steps)[i], 0.1)[-1] for i in range(steps)])
    middle = (np.arange(1, steps + 1) - 0.5) / steps
    mean = (shares * middle).sum()
    assert shares.sum() == pytest.approx(1.0)
    assert ((shares * (middle - mean) ** 2).sum()) ** 0.5 == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize("length", [0.05, 0.07, 0.1, 0.15])
def test_that_any_length_is_rebuilt_from_snapshots_of_two(length: float) -> None:
    values = np.cumsum(np.random.default_rng(0).normal(size=1600))
    kept = {known: tracked(values, known) for known in LENGTHS}
    snapshots = [(known, time) for known in LENGTHS for time in range(100, 1601, 100)]
    factors = combination(snapshots, length, 1600)
    rebuilt = sum(f * kept[k][t - 1] for f, (k, t) in zip(factors, snapshots, strict=True))
    exact = tracked(values, length)[-1]
    assert abs(rebuilt - exact) < 0.02 * values.std()


def test_that_a_kept_average_is_given_back_as_it_is() -> None:
    snapshots = [(known, time) for known in LENGTHS for time in (50, 100, 200)]
    factors = combination(snapshots, LENGTHS[1], 200)
    expected = [1.0 if snapshot == (LENGTHS[1], 200) else 0.0 for snapshot in snapshots]
    assert factors == pytest.approx(expected, abs=1e-6)
