from __future__ import annotations

import numpy as np
import pytest

from studio.widgets.series import BUCKETS, Pyramid, Series, Smoother

RANDOM = np.random.default_rng(7)


def filled(values, pieces=1):
    pyramid = Pyramid()
    for piece in np.array_split(np.asarray(values, float), pieces):
        pyramid.extend(piece)
    return pyramid


@pytest.mark.parametrize("pieces", [1, 7, 400])
def test_that_a_bucket_holds_least_most_and_mean_of_its_values(pieces):
    values = RANDOM.normal(size=5000)
    pyramid = filled(values, pieces)
    for first, last in ((0, 5000), (100, 4321), (17, 600), (2500, 2501)):
        width, rows = pyramid.buckets(first, last)
        start = first // width * width
        for place in range(rows.shape[1]):
            part = values[start + place * width : start + (place + 1) * width]
            low, high, total, count = rows[:, place]
            assert (low, high, count) == (part.min(), part.max(), len(part))
            assert total == pytest.approx(part.sum())


@pytest.mark.parametrize("size", [1, 599, 600, 601, 100_000])
def test_that_never_more_than_a_few_hundred_buckets_are_drawn(size):
    pyramid = filled(np.arange(size))
    for first, last in ((0, size), (size // 3, size), (size // 2, size // 2 + 1)):
        width, rows = pyramid.buckets(first, last)
        assert 1 <= rows.shape[1] <= BUCKETS + 2
        assert width == 1 or rows.shape[1] > BUCKETS // 2 - 2


def test_that_a_gap_is_a_gap_and_a_single_nan_is_none():
    values = np.ones(4000)
    values[1000:2000] = np.nan
    values[3001] = np.nan
    series = Series()
    series.extend(np.arange(4000), values)
    found = series.stretch(0, 4000)
    gap = (found.x > 1010) & (found.x < 1990)
    assert np.isnan(found.mean[gap]).all()
    assert (found.mean[~gap & ((found.x < 990) | (found.x > 2010))] == 1).all()


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_that_smoothing_is_the_debiased_average(weight):
    values = RANDOM.normal(size=3000)
    values[[5, 6, 700]] = np.nan
    total = share = 0.0
    expected = []
    for value in values:
        there = not np.isnan(value)
        total = weight * total + (1 - weight) * (value if there else 0.0)
        share = weight * share + (1 - weight) * there
        expected.append(total / share if there else np.nan)
    whole = Smoother(weight).extend(values)
    assert np.allclose(whole, expected, equal_nan=True)


def test_that_smoothing_in_pieces_is_smoothing_at_once():
    values, smoother = RANDOM.normal(size=2000), Smoother(0.97)
    pieces = [smoother.extend(piece) for piece in np.array_split(values, 131)]
    assert np.allclose(np.concatenate(pieces), Smoother(0.97).extend(values))


def test_that_the_first_smoothed_value_is_the_first_value():
    assert Smoother(0.999).extend(np.array([5.0, 5.0, 5.0])) == pytest.approx([5, 5, 5])


def test_that_the_whole_series_is_smoothed_before_it_is_reduced():
    y = RANDOM.normal(size=50_000)
    series = Series(0.99)
    series.extend(np.arange(len(y)), y)
    found = series.stretch(0, len(y), smooth=True)
    exact = Smoother(0.99).extend(y)
    assert found.low.min() == exact.min()
    assert found.high.max() == exact.max()


def test_that_a_logarithm_leaves_out_what_is_not_positive():
    series = Series()
    series.extend(np.arange(4), np.array([100.0, 0.0, -5.0, 10.0]))
    found = series.stretch(0, 3, log=True)
    assert np.isnan(found.mean[[1, 2]]).all()
    assert found.mean[[0, 3]].tolist() == [2, 1]


def test_that_a_band_that_reaches_zero_goes_down_to_the_least_on_a_logarithmic_axis():
    series = Series()
    series.extend(np.arange(2000), np.tile([0.0, 10.0], 1000))
    found = series.stretch(0, 2000, log=True)
    assert np.isfinite(found.low).all()
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()


def test_that_going_back_replaces_what_was_there():
    series = Series()
    series.extend(np.array([0, 10, 20, 30]), np.array([1.0, 2, 3, 4]))
    series.stretch(0, 30, smooth=True)
    series.extend(np.array([20, 40]), np.array([7.0, 8]))
    assert series.x.tolist() == [0, 10, 20, 40]
    assert series.y.tolist() == [1, 2, 7, 8]
    assert series.stretch(0, 40).mean.tolist() == [1, 2, 7, 8]


def test_that_the_nearest_reading_is_exact():
    series = Series()
    assert series.nearest(3.0) is None
    series.extend(np.array([0.0, 10, 20]), np.array([0.1, 0.2, 0.3]))
    assert series.nearest(-5) == (0, 0.1)
    assert series.nearest(14) == (10, 0.2)
    assert series.nearest(16) == (20, 0.3)
    assert series.nearest(1e9) == (20, 0.3)


def test_that_infinite_readings_are_gaps():
    series = Series()
    series.extend(np.arange(3), np.array([1.0, np.inf, -np.inf]))
    assert np.isnan(series.y[1:]).all()


def test_that_only_a_stretch_and_its_neighbours_are_returned():
    series = Series()
    series.extend(np.arange(100) * 10.0, np.arange(100.0))
    found = series.stretch(305, 395)
    assert found.x.tolist() == list(range(300, 401, 10))
    assert len(Series().stretch(0, 1).x) == 0
