"""Curves as tables: a row a moment, a column a curve, as every spreadsheet opens them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_engine import write_durably

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def table_of(curves: Mapping[str, Curve]) -> Table:
    """Return readings of several curves by images seen; a cell is empty where nothing was read."""
    moments = np.unique(np.concatenate([x for x, _ in curves.values()] or [np.empty(0)]))
    columns = []
    for x, y in curves.values():
        column = np.full(len(moments), np.nan)
        column[np.searchsorted(moments, x)] = y
        columns.append(column)
    rows = [
        [int(moment), *("" if np.isnan(value) else repr(float(value)) for value in values)]
        for moment, *values in zip(moments, *columns, strict=True)
    ]
    return ["images_seen", *curves], rows


def write_csv(path: Path, table: Table) -> None:
    """Write a table, decimal points as in English.

    Raises:
        EngineError: It cannot be written there; what was there before stands.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(table[0])
    writer.writerows(table[1])
    write_durably(path, page.getvalue().encode())
