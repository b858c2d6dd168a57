"""A grid shows as many samples as were asked for at most, and says of each what it is."""

from __future__ import annotations

from gan_engine.grid_layout import lay_out


def test_that_seeds_count_up_where_there_are_no_classes() -> None:
    plan = lay_out(2, 3, 7)
    assert (plan.rows, plan.columns) == (2, 3)
    assert (plan.seeds, plan.labels) == ((7, 8, 9, 10, 11, 12), None)
    assert lay_out(1, 2, 7, classes=1).labels == (0, 0)


def test_that_more_classes_than_columns_are_not_all_shown() -> None:
    plan = lay_out(2, 3, 7, classes=5)
    assert (plan.rows, plan.columns) == (2, 3)
    assert (plan.seeds, plan.labels) == ((7, 7, 7, 8, 8, 8), (0, 1, 2, 0, 1, 2))


def test_that_fewer_classes_than_columns_leave_columns_out() -> None:
    plan = lay_out(2, 8, 7, classes=2)
    assert (plan.rows, plan.columns) == (2, 2)
    assert (plan.seeds, plan.labels) == ((7, 7, 8, 8), (0, 1, 0, 1))
