"""A long series of readings, kept so that any stretch of it is drawn from a few hundred buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BUCKETS = 600
"""How many buckets of a series are drawn at most."""
_FIRST = 1024
_CALM = 4.0
"""A range this many times as large as that of nearly all buckets is that of outliers."""
_SAFE_POWER = 1e6
"""How large the inverse powers of the smoothing weight may become within one block."""


class Growing:
    """Columns of numbers that grow at the end, in a buffer that doubles."""

    def __init__(self, columns: int) -> None:
        self._data = np.empty((columns, _FIRST))
        self.size = 0

    @property
    def rows(self) -> Floats:
        """What is in use: (columns, size), a view."""
        return self._data[:, : self.size]

    def put(self, start: int, values: Floats) -> None:
        """Overwrite from `start` on with (columns, n) values; what was behind them is forgotten."""
        end = start + values.shape[1]
        if end > self._data.shape[1]:
            fresh = np.empty((self._data.shape[0], max(end, 2 * self._data.shape[1])))
            fresh[:, :start] = self._data[:, :start]
            self._data = fresh
        self._data[:, start:end] = values
        self.size = end


@dataclass(frozen=True)
class Stretch:
    """A stretch of a series in buckets: where each is, and the least, mean and most in it."""

    x: Floats
    low: Floats
    mean: Floats
    high: Floats


class Pyramid:
    """Values in order, and over them levels of buckets, each twice as wide as those below.

    A bucket holds least, most, sum and count of its numbers; NaN counts for nothing, and a bucket
    of nothing else is a gap.
    """

    def __init__(self) -> None:
        self._levels: list[Growing] = [Growing(4)]

    def __len__(self) -> int:
        return self._levels[0].size

    def extend(self, values: Floats) -> None:
        """Append values; only the buckets at the end are worked out anew."""
        there = ~np.isnan(values)
        block = np.stack([values, values, np.where(there, values, 0.0), there.astype(float)])
        self._put(len(self), block)

    def cut(self, size: int) -> None:
        """Forget everything from position `size` on."""
        self._put(size, np.empty((4, 0)))

    def _put(self, start: int, block: Floats) -> None:
        self._levels[0].put(start, block)
        index = 0
        while self._levels[index].size > BUCKETS:
            below = self._levels[index].rows
            index += 1
            if index == len(self._levels):
                self._levels.append(Growing(4))
                start = 0
            start //= 2
            self._levels[index].put(start, _halved(below[:, 2 * start :]))
        del self._levels[index + 1 :]

    def buckets(self, first: int, last: int) -> tuple[int, Floats]:
        """Return (values a bucket, (4, n) buckets) over the values from `first` to before `last`.

        There are at most `BUCKETS` + 2; those at the ends may reach beyond.
        """
        index = 0
        while index + 1 < len(self._levels) and (last - first) >> index > BUCKETS:
            index += 1
        rows = self._levels[index].rows
        return 1 << index, rows[:, first >> index : ((last - 1) >> index) + 1]


def _halved(rows: Floats) -> Floats:
    odd = rows.shape[1] % 2
    if odd:  # the last bucket has no neighbour yet
        blank = np.array([[np.nan], [np.nan], [0.0], [0.0]])
        rows = np.concatenate([rows, blank], axis=1)
    left, right = rows[:, 0::2], rows[:, 1::2]
    low, high = np.fmin(left[0], right[0]), np.fmax(left[1], right[1])
    return np.stack([low, high, left[2] + right[2], left[3] + right[3]])


class Smoother:
    """An exponential average that is right from its first value on, and can go on later."""

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._sum = self._share = 0.0

    def extend(self, values: Floats) -> Floats:
        """Return the averages at the next values; a gap stays one and is no value."""
        there = ~np.isnan(values)
        if self._weight <= 0.0 or not len(values):
            return values.copy()
        pairs = np.stack([np.where(there, values, 0.0), there.astype(float)])
        state = np.array([self._sum, self._share])
        sums, shares = _decayed(pairs * (1.0 - self._weight), state, self._weight)
        self._sum, self._share = float(sums[-1]), float(shares[-1])
        return np.where(there, sums / np.where(shares > 0.0, shares, 1.0), np.nan)


def _decayed(rows: Floats, state: Floats, weight: float) -> Floats:
    """Return s with s[t] = weight * s[t - 1] + rows[t], row by row, without a loop over t."""
    count = rows.shape[1]
    block = int(np.clip(np.log(_SAFE_POWER) / -np.log(weight), 1, 4096))
    padded = np.pad(rows, ((0, 0), (0, -count % block))).reshape(len(rows), -1, block)
    powers = weight ** np.arange(1, block + 1)
    within = np.cumsum(padded / powers, axis=2) * powers
    for index in range(within.shape[1]):
        within[:, index] += state[:, None] * powers
        state = within[:, index, -1]
    found: Floats = within.reshape(len(rows), -1)[:, :count]
    return found


class Series:
    """Readings over images seen, as they are and smoothed."""

    def __init__(self, weight: float = 0.9) -> None:
        self._points = Growing(2)
        self._weight = weight
        self._smoother = Smoother(weight)
        self._pyramids: dict[bool, Pyramid] = {}

    def __len__(self) -> int:
        return self._points.size

    @property
    def x(self) -> Floats:
        """Where the readings are, rising."""
        found: Floats = self._points.rows[0]
        return found

    @property
    def y(self) -> Floats:
        """The readings themselves."""
        found: Floats = self._points.rows[1]
        return found

    def extend(self, x: Floats, y: Floats) -> None:
        """Append readings; where `x` goes back, as after a resume, they replace what was there."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        if not len(x):
            return
        if len(self) and x[0] < self.x[-1]:
            kept = int(np.searchsorted(self.x, x[0]))
            x, y = np.concatenate([self.x[:kept], x]), np.concatenate([self.y[:kept], y])
            self.clear()
        self._points.put(len(self), np.stack([x, np.where(np.isfinite(y), y, np.nan)]))
        self._catch_up()

    def clear(self) -> None:
        """Forget every reading."""
        self._points.size = 0
        self._smoother = Smoother(self._weight)
        self._pyramids.clear()

    def smooth_by(self, weight: float) -> None:
        """Set how much of the average stays at the next reading: 0 is none, below 1."""
        if weight != self._weight:
            self._weight, self._smoother = weight, Smoother(weight)
            self._pyramids.pop(True, None)

    def stretch(self, start: float, end: float, smooth: bool = False, log: bool = False) -> Stretch:
        """Return the buckets between two places, one reading more on each side.

        With `log` they are logarithms to base 10; what is not positive is left out.
        """
        first = max(0, int(np.searchsorted(self.x, start)) - 1)
        last = min(len(self), int(np.searchsorted(self.x, end, "right")) + 1)
        if last <= first:
            none = np.empty(0)
            return Stretch(none, none, none, none)
        width, rows = self._pyramid(smooth).buckets(first, last)
        middles = (first // width + np.arange(rows.shape[1])) * width + width // 2
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(rows[3] > 0, rows[2] / rows[3], np.nan)
        found = Stretch(self.x[np.minimum(middles, len(self) - 1)], rows[0], mean, rows[1])
        return _logarithmic(found) if log else found

    def nearest(self, x: float) -> tuple[float, float] | None:
        """Return the reading closest to `x`: its place and value."""
        if not len(self):
            return None
        at = int(np.searchsorted(self.x, x))
        if at == len(self) or (at and x - self.x[at - 1] < self.x[at] - x):
            at -= 1
        return float(self.x[at]), float(self.y[at])

    def _pyramid(self, smooth: bool) -> Pyramid:
        if smooth not in self._pyramids:
            self._pyramids[smooth] = Pyramid()
            self._catch_up()
        return self._pyramids[smooth]

    def _catch_up(self) -> None:
        """Give every pyramid the readings that it does not have yet."""
        for smooth, pyramid in self._pyramids.items():
            values = self.y[len(pyramid) :]
            pyramid.extend(self._smoother.extend(values) if smooth else values)


def heights(pairs: Sequence[tuple[Stretch | None, Stretch | None]]) -> tuple[float, float]:
    """Return from where to where curves reach, each a band, a smoothed line, or both.

    A few buckets far out are left out, so that they do not flatten the others.
    """
    ends = []
    for raw, smooth in pairs:
        if raw is not None:
            ends += [raw.low, raw.high]
        elif smooth is not None:
            ends.append(smooth.mean)
    everything = np.concatenate(ends) if ends else np.empty(0)
    ranked = np.sort(everything[np.isfinite(everything)])  # a tenth of the time of a percentile
    if not len(ranked):
        return 0.0, 1.0
    few = len(ranked) // 50
    low, calm_low, calm_high, high = (float(ranked[n]) for n in (0, few, -1 - few, -1))
    if calm_high > calm_low and high - low > _CALM * (calm_high - calm_low):
        return max(low, 2 * calm_low - calm_high), min(high, 2 * calm_high - calm_low)
    return low, high


def _logarithmic(stretch: Stretch) -> Stretch:
    """Return what a logarithmic axis shows; a bucket that reaches zero goes down to the least."""
    low, mean, high = (_log(part) for part in (stretch.low, stretch.mean, stretch.high))
    finite = np.concatenate([low[np.isfinite(low)], mean[np.isfinite(mean)]])
    if len(finite):
        low = np.where(np.isnan(low) & ~np.isnan(mean), finite.min(), low)
    return Stretch(stretch.x, low, mean, high)


def _log(values: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > 0.0, np.log10(values), np.nan)
