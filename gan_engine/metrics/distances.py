"""Distances between many points, a block at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

_ENTRIES = 2**23
"""How many distances are held at once: 64 MB of them, and as much again while they are computed."""

_COLUMNS = 2**13
_EQUAL = 1e-13
"""Below this share of the points' own squared lengths a squared distance is rounding."""

_TIE = 1 + 1e-9


def blocks(a_NF: Tensor, b_MF: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield where a block of `a`'s rows starts and its distances to every row of `b`: (rows, M)."""
    centre_F = b_MF.double().mean(0)
    b = b_MF.double() - centre_F
    rows = max(1, _ENTRIES // max(1, len(b)))
    for start in range(0, len(a_NF), rows):
        yield start, _apart(a_NF[start : start + rows].double() - centre_F, b)


def others(points_NF: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield blocks of the distances among points; a point is infinitely far from itself."""
    for start, apart in blocks(points_NF, points_NF):
        apart.diagonal(start).fill_(torch.inf)
        yield start, apart


def radii(points_NF: Tensor, neighbours: int) -> Tensor:
    """Return how far each point's `neighbours`-th nearest other point is: (N,) fp64.

    A hair more, so that rounding does not push out who is exactly as far.
    """
    rank = min(neighbours, len(points_NF) - 1)
    found = [apart.kthvalue(rank, dim=1).values for _, apart in others(points_NF)]
    return torch.cat(found) * _TIE


def spread(points_NF: Tensor) -> float:
    """Return the mean distance between two different points."""
    total = sum(float(apart.sum()) for _, apart in blocks(points_NF, points_NF))
    return total / (len(points_NF) * (len(points_NF) - 1))


def closest(a_NF: Tensor, b_MF: Tensor, own_N: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return how far each row of `a` is from its nearest row of `b`, and which that is.

    Args:
        a_NF: Points.
        b_MF: Points to search, a few thousand at a time.
        own_N: For each row of `a`, a row of `b` that does not count.
    """
    distance_N = torch.full((len(a_NF),), torch.inf, dtype=torch.float64)
    index_N = torch.zeros(len(a_NF), dtype=torch.int64)
    for first in range(0, len(b_MF), _COLUMNS):
        piece = b_MF[first : first + _COLUMNS]
        for start, apart in blocks(a_NF, piece):
            here = slice(start, start + len(apart))
            if own_N is not None:
                own = own_N[here, None] - first
                columns = torch.arange(len(piece))
                apart.masked_fill_(columns == own, torch.inf)
            found = apart.min(1)
            nearer = found.values < distance_N[here]
            distance_N[here] = torch.where(nearer, found.values, distance_N[here])
            index_N[here] = torch.where(nearer, found.indices + first, index_N[here])
    return distance_N, index_N


def _apart(a_NF: Tensor, b_MF: Tensor) -> Tensor:
    """Return all distances by one product of matrices, in fp64; 0 for equal points."""
    lengths = a_NF.square().sum(1)[:, None] + b_MF.square().sum(1)
    squared = torch.addmm(lengths, a_NF, b_MF.T, alpha=-2)
    return squared.masked_fill_(squared <= _EQUAL * lengths, 0).sqrt_()
