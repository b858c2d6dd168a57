"""Averages of weights whose length is chosen after training (power-function EMA).

A power-function average gives the weights at time t' <= t the share p(t') ~ t'^exponent: its length
is a fixed fraction of the training so far. From snapshots of two such averages, that of any other
length is rebuilt as the combination whose profile is closest. Source: arXiv:2312.02696, section 3;
the products below are its integrals, solved here.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LENGTHS = (0.05, 0.10)
"""The two lengths that are kept while training, as standard deviations relative to its length."""


@functools.cache
def exponent(length: float) -> float:
    """Return the exponent of the profile whose standard deviation is `length` of the training.

    Raises:
        ValueError: No such profile: `length` must lie between 0 and 0.2886 (a flat average).
    """
    if not 0 < length < 12**-0.5:
        raise ValueError(f"no average is {length} long")
    low, high = 0.0, 1e8  # the deviation falls as the exponent grows
    for _ in range(200):
        middle = (low * high) ** 0.5 if low > 1 else (low + high) / 2
        if deviation(middle) > length:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def deviation(power: float) -> float:
    """Return the standard deviation, relative to t, of the profile with exponent `power`."""
    return float(((power + 1) / ((power + 2) ** 2 * (power + 3))) ** 0.5)


def step_weight(length: float, done: int) -> float:
    """Return how much of the new weights enters the average in update number `done`, from 1."""
    return float(1 - (1 - 1 / done) ** (exponent(length) + 1)) if done > 1 else 1.0


def combination(
    snapshots: Sequence[tuple[float, float]], length: float, until: float
) -> NDArray[np.float64]:
    """Return the factor of each snapshot in the average of `length` at time `until`: (S,).

    Args:
        snapshots: (length, time) of each average that was kept; times count updates.
        length: The wanted length.
        until: The wanted time, at most the latest snapshot's.
    """
    exponents = np.array([exponent(kept) for kept, _ in snapshots])
    times = np.array([time for _, time in snapshots], dtype=np.float64)
    wanted, at = np.array([exponent(length)]), np.array([until], dtype=np.float64)
    products = _product(exponents[:, None], times[:, None], exponents[None], times[None])
    targets = _product(exponents[:, None], times[:, None], wanted[None], at[None])[:, 0]
    found = np.linalg.lstsq(products, targets, rcond=1e-12)[0].astype(np.float64)
    return found


def _product(
    a: NDArray[np.float64], s: NDArray[np.float64], b: NDArray[np.float64], t: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the integral over time of two profiles' product: exponent a until s, b until t."""
    first = np.minimum(s, t)
    scale = (a + 1) * (b + 1) / (a + b + 1)
    # In this order of powers nothing overflows, since `first` is at most either time.
    found: NDArray[np.float64] = scale * (first / s) ** a * (first / t) ** b * first / (s * t)
    return found
