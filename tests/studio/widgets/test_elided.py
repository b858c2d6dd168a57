"""A text that ends in an ellipsis."""

import pytest

from studio.widgets.elided import ElidedLabel

LONG = "Small networks for any computer: shapes within a minute on two cores."


@pytest.fixture
def label(qtbot):
    made = ElidedLabel(2)
    qtbot.addWidget(made)
    made.setText(LONG)
    return made


def test_that_what_fits_is_shown_whole(label):
    label.resize(2000, 40)
    assert label.shown() == [LONG]


def test_that_the_last_line_says_that_there_is_more(label):
    label.resize(160, 40)
    first, last = label.shown()
    assert LONG.startswith(first)
    assert last.endswith("…")
    assert label.toolTip().split() == LONG.split()


@pytest.mark.parametrize("width", [90, 120, 160, 200])
def test_that_the_last_of_several_lines_ends_after_a_whole_word(label, width):
    label.resize(width, 40)
    kept = " ".join(label.shown()).removesuffix("…")
    assert LONG.startswith(kept)
    assert not LONG[len(kept)].isalnum()
