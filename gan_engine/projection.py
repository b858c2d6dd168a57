"""Projection: the sample of a trained generator that comes nearest to a picture.

What is found is a `Spot` like any other, so that fields, files, pins and walks can name it: it
begins at the best of many seeds and goes on towards others, each time towards those that lie where
the slope of the distance points.
Source: slopes in G's input, arXiv:1609.03552; one step after the other, each along the best entry
of a dictionary (here the seeds): matching pursuit, doi:10.1109/78.258082.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.errors import EngineError
from gan_engine.events import Pixels
from gan_engine.imaging import tile
from gan_engine.latents import turned
from gan_engine.sampling import AT_ONCE, Sampler
from gan_engine.spot import Spot

BEGINNINGS = 512
"""Seeds where a search may begin."""
ENDS = 2048
"""Seeds that a step may go towards."""
STEPS = 60
_PIECE = 8
"""So many images are made between two moments at which a search can be ended."""
_TRIED = 8
"""Of those seeds the ones that lead best along the slope are tried."""
_SHARES = (0.05, 0.1, 0.2, 0.35, 0.6)
_FINEST = 8
"""Where no share brings it nearer they are halved, down to such a part of them."""
_SMALLEST = 4
"""Pixels: pictures are compared at each half of their size that is no smaller."""


@dataclass(frozen=True)
class Projection:
    """The nearest sample so far.

    Attributes:
        spot: Which sample it is.
        error: How far it is from the picture: the root of the mean squared difference of their
            pixels, as a share of the way from black to white.
        pixels: The sample, and beside it the picture as the generator's images are.
        done: How many parts of the search are over.
        total: How many there are.
    """

    spot: Spot
    error: float
    pixels: Pixels
    done: int
    total: int


def project(
    sampler: Sampler, path: Path, truncation: float = 1.0, label: int | None = None
) -> Iterator[Projection]:
    """Look for the sample that is most like a picture; yield the nearest one after each part.

    Args:
        sampler: The generator.
        path: The picture; it is prepared as those were that the generator learned from.
        truncation: Below 1 it is looked for among what is closer to the average image.
        label: Of which class, by its place; None takes the class of the best seed.

    Raises:
        ImageError: The picture cannot be used.
        EngineError: The generator makes pictures from pictures, or has no such class.
    """
    if sampler.needs_pictures:
        raise EngineError(
            "This generator makes pictures from other pictures: no sample of it can be looked for.",
            hint="Choose a run that learned from pictures without pairs.",
        )
    picture = torch.from_numpy(sampler.read(path)).permute(2, 0, 1)[None].float() / 127.5 - 1
    search = _Search(sampler, picture, truncation)
    begun, total = BEGINNINGS // _PIECE, BEGINNINGS // _PIECE + STEPS
    for part in range(begun):
        search.begin([Spot(part * _PIECE + more, label) for more in range(_PIECE)])
        yield search.found(part + 1, total)
    search.look_around()
    for step in range(1, STEPS + 1):
        for _ in search.step():
            yield search.found(begun + step - 1, total)
        if search.is_there:
            break
        yield search.found(begun + step, total)
    yield search.found(total, total)


class _Search:
    """What was found of one picture so far."""

    def __init__(self, sampler: Sampler, picture_1CHW: Tensor, truncation: float) -> None:
        self._sampler, self._truncation = sampler, truncation
        self._picture = picture_1CHW.to(next(sampler.network.parameters()).device)
        self._distance = float("inf")
        self._begun, self._finer = False, 1
        self.is_there = False
        """Whether no step leads nearer."""

    @torch.no_grad()
    def begin(self, spots: list[Spot]) -> None:
        """Begin at the nearest of these, unless one of those before them is nearer."""
        spots = [spot.settled(len(self._sampler.classes)) for spot in spots]
        for _ in self._take(spots, *self._sampler.place(spots, self._truncation)):
            pass

    def look_around(self) -> None:
        """Find out what a step may go towards: samples of the class that was found."""
        self._ends = [Spot(seed, self._spot.label) for seed in range(ENDS)]
        parts = [self._ends[at : at + AT_ONCE] for at in range(0, ENDS, AT_ONCE)]
        places = [self._sampler.place(part, self._truncation)[0] for part in parts]
        self._places = torch.cat(places)

    def step(self) -> Iterator[None]:
        """Go a step nearer, a piece of the work after the other."""
        here = self._here.detach().requires_grad_()
        made = self._sampler.draw(here, self._label, self._truncation)
        (slope,) = torch.autograd.grad(self._distances(made).sum(), here)
        best = self._along(-slope).topk(_TRIED).indices
        while self._finer <= _FINEST:
            before = self._distance
            yield from self._try(best, [round(share / self._finer, 4) for share in _SHARES])
            if self._distance < before:
                return
            self._finer *= 2
        self.is_there = True

    def _along(self, way: Tensor) -> Tensor:
        """Return how well the first bit of the way to each end leads where `way` points: (ENDS,)."""
        ahead = (self._places - self._here).flatten(1)
        if self._here.dim() == 2:  # latents turn along their sphere
            cosine_N1 = F.normalize(self._places) @ F.normalize(self._here).mT
            ahead = self._places - cosine_N1 * self._here
        along: Tensor = F.normalize(ahead) @ way.flatten()
        return along

    def _try(self, ends: Tensor, shares: list[float]) -> Iterator[None]:
        """Take the nearest of what lies such shares of the way to these ends, if it is nearer."""
        spots = [
            self._spot.towards(self._ends[int(end)], share) for end in ends for share in shares
        ]
        there = self._places[ends].repeat_interleave(len(shares), 0)
        share_N1 = torch.tensor(shares, device=there.device).repeat(len(ends))[:, None]
        here = self._here.expand_as(there)
        if here.dim() == 2:
            found = turned(here, there, share_N1)
        else:
            found = here.lerp(there, share_N1[:, :, None])
        label = None if self._label is None else self._label.expand(len(spots), -1)
        return self._take(spots, found, label)

    def _take(self, spots: list[Spot], found: Tensor, labels_NK: Tensor | None) -> Iterator[None]:
        """Go on from the nearest of these, if it is nearer than what was; a piece at a time."""
        for first in range(0, len(spots), _PIECE):
            piece = slice(first, first + _PIECE)
            labels = None if labels_NK is None else labels_NK[piece]
            with torch.no_grad():
                made = self._sampler.draw(found[piece], labels, self._truncation)
                distances = self._distances(made)
            at = int(distances.argmin())
            if float(distances[at]) < self._distance or not self._begun:
                self._begun, self._distance = True, float(distances[at])
                self._spot = spots[first + at]
                self._here, self._made = found[first + at][None], made[at : at + 1]
                self._label = None if labels is None else labels[at : at + 1]
            yield

    def _distances(self, made_NCHW: Tensor) -> Tensor:
        """Return how far images are from the picture: (N,), the mean over the sizes compared."""
        # Seen is what lies in [-1, 1], but what lies beyond has a slope, too.
        seen = made_NCHW + (made_NCHW.clamp(-1, 1) - made_NCHW).detach()
        apart = seen - self._picture
        sizes = [apart.square().mean((1, 2, 3))]
        while min(apart.shape[2:]) >= 2 * _SMALLEST:
            apart = F.avg_pool2d(apart, 2)
            sizes.append(apart.square().mean((1, 2, 3)))
        return torch.stack(sizes).mean(0)

    def found(self, done: int, total: int) -> Projection:
        """Return the nearest sample so far."""
        both = torch.cat([self._made.clamp(-1, 1), self._picture])
        error = float((both[0] - both[1]).square().mean().sqrt()) / 2
        return Projection(self._spot, error, tile(both, 2), done, total)
