"""How well typed letters fit a name."""

import pytest

from studio.widgets.fuzzy import score


@pytest.mark.parametrize(
    "query", ["learning", "rate", "lea ra", "lr", "lrn", "LEARNING RATE", "earn"]
)
def test_that_a_name_is_found_by_few_of_its_letters(query):
    assert score(query, "Learning rate") > 0


@pytest.mark.parametrize("query", ["penalty", "learning penalty", "rl", "zzz", "lte"])
def test_that_what_does_not_fit_is_not_found(query):
    assert score(query, "Learning rate") == 0


def test_that_the_beginning_of_a_word_counts_most_then_inside_then_scattered_then_description():
    begins, inside = score("ate", "Ate late"), score("ate", "Learning rate")
    scattered, told = score("ate", "A tie"), score("ate", "Seed", "What it ate.")
    assert begins > inside > scattered > told > 0


def test_that_of_two_that_fit_alike_the_shorter_comes_first():
    assert score("save", "Save now") > score("save", "Save settings as…")


def test_that_everything_fits_nothing():
    assert score("", "Anything") > 0
