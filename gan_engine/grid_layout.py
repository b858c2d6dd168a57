"""What a grid of samples shows in each place: which seed, of which class, or which pair."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """What a grid shows, row by row: a column a class, each row from one seed, where there are several.

    Attributes:
        rows, columns: How many samples.
        seeds: A seed a sample.
        labels: A class a sample; None without classes.
    """

    rows: int
    columns: int
    seeds: tuple[int, ...]
    labels: tuple[int, ...] | None = None


def lay_out(rows: int, columns: int, seed: int, classes: int = 0) -> Layout:
    """Return what a grid of at most `rows` x `columns` shows; seeds count up from `seed`."""
    if classes < 2:
        seeds = tuple(range(seed, seed + rows * columns))
        return Layout(rows, columns, seeds, (0,) * len(seeds) if classes else None)
    columns = min(columns, classes)
    seeds = tuple(seed + row for row in range(rows) for _ in range(columns))
    return Layout(rows, columns, seeds, tuple(range(columns)) * rows)


TRIPLE = 3
"""A pair takes so many cells of a grid: what is given, what G makes of it, what it should be."""


def lay_out_pairs(rows: int, columns: int, pairs: int) -> Layout:
    """Return what a grid of at most `rows` x `columns` shows of so many pairs, three cells each.

    A pair's number takes the place of a seed. There is one pair a row at least.
    """
    across = max(1, columns // TRIPLE)
    rows = min(rows, -(-pairs // across))
    numbers = tuple(number for number in range(min(pairs, rows * across)) for _ in range(TRIPLE))
    return Layout(rows, across * TRIPLE, numbers)
