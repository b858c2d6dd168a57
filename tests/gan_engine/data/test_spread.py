"""How pictures are spread: every one is counted once, in the range it is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_engine.data import DatasetReport, Inspection, spread_of


def report(*sizes: tuple[int, int]) -> DatasetReport:
    names = tuple(f"{number}.png" for number in range(len(sizes)))
    return DatasetReport(Path(), names, (), 0, {}, {}, {}, {}, dimensions=sizes)


@pytest.mark.parametrize(
    ("size", "side", "aspect"),
    [
        ((1, 1), "<16", "1:1"),
        ((16, 20), "16", "4:5"),
        ((640, 480), "256", "5:4"),
        ((63, 500), "32", "1:3"),
        ((9000, 5000), "4096", "3:2"),
        ((90, 1000), "64", "1:3"),
        ((1000, 90), "64", "3:1"),
    ],
)
def test_that_a_picture_is_in_its_range(size, side, aspect):
    spread = spread_of(report(size))
    for histogram, name in ((spread.sides, side), (spread.aspects, aspect)):
        assert histogram.total == 1
        assert histogram.names[histogram.counts.index(1)] == name
        assert len(histogram.names) == len(histogram.ranges) == len(histogram.counts)


def test_that_every_picture_is_counted_once():
    sizes = [(1 + 37 * n % 700, 1 + 91 * n % 900) for n in range(300)]
    spread = spread_of(report(*sizes))
    assert spread.sides.total == spread.aspects.total == 300
    assert len(spread.sides.counts) >= 5
    assert spread.brightness.total == 0


def test_that_brightness_needs_a_closer_look():
    seen = Inspection(Path(), 9, (), (), (), (), (4,) + (0,) * 14 + (5,), ())
    brightness = spread_of(report((8, 8)), seen).brightness
    assert (brightness.counts[0], brightness.counts[-1], brightness.total) == (4, 5, 9)
    assert brightness.ranges[-1].endswith("100 %")
    assert spread_of(report()).sides.total == 0
