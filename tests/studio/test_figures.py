"""Numbers as people read them."""

import pytest

from studio import figures


@pytest.mark.parametrize(
    ("images", "text"),
    [
        (0, "0"),
        (950, "950"),
        (9_999, "9,999"),
        (12_345, "12.3 k"),
        (200_000, "200 k"),
        (2_700_000, "2.70 M"),
        (3e9, "3.00 G"),
    ],
)
def test_that_counts_are_short(images, text):
    assert figures.count(images) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (65, "1 min 05 s"), (1800, "30 min"), (8040, "2 h 14 min"), (180_000, "2 d 2 h")],
)
def test_that_times_have_their_two_largest_units(seconds, text):
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(("amount", "text"), [(2_048, "2 kB"), (5e8, "477 MB"), (6e9, "5.6 GB")])
def test_that_bytes_are_short(amount, text):
    assert figures.size(amount) == text


def test_that_slow_speeds_keep_a_digit():
    assert figures.speed(2.34) == "2.3 images/s"
    assert figures.speed(1410) == "1,410 images/s"
