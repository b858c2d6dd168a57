"""One sample by its name: a seed's own, or a place on the way from there towards others."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

from gan_engine.errors import EngineError

LARGEST = 2**31 - 1
_DEEPEST = 50
_LONGEST = 100
_SHARE = re.compile(r":(0?\.\d+|[01](?:\.0*)?)", re.ASCII)
_AIRY = re.compile(r"\s*([>:()])\s*")
_SEED = re.compile(r"(\d{1,10})(?:#(\d{1,6}))?", re.ASCII)


@dataclass(frozen=True)
class Spot:
    """What a picture is made from, whatever it is called in a file or a field: 5>8:0.3.

    That is seed 5, and from there 0.3 of the way to seed 8. A way may go on, 5>8:0.3>12:0.5, and
    may lead to what lies on a way itself: 5>(8>9:0.5):0.3. 5#2 is seed 5 of the class at place 2.

    Attributes:
        seed: Where it begins.
        label: Of which class, by its place; None is the class whose turn it is with that seed, and
            for the end of a way the class of what went there.
        steps: The way from there: towards what, and how far, 0 to 1.
    """

    seed: int
    label: int | None = None
    steps: tuple[tuple[Spot, float], ...] = ()

    def towards(self, other: Spot, share: float) -> Spot:
        """Return what lies a share of the way from here to another one."""
        return replace(self, steps=(*self.steps, (other, share))) if share else self

    def of_class(self, label: int | None) -> Spot:
        """Return the same place with this class all the way."""
        steps = tuple((other.of_class(None), share) for other, share in self.steps)
        return Spot(self.seed, label, steps)

    def settled(self, classes: int) -> Spot:
        """Return the same sample with its class told, where there are so many."""
        told = self.label is not None or not classes
        return self if told else replace(self, label=self.seed % classes)

    @property
    def file_name(self) -> str:
        """What a file with it is called, in letters that every system takes: seed-5-8-0.3.

        A long one is cut, and ends with a checksum of all that it stands for.
        """
        name = f"seed-{re.sub(r'[^0-9.]+', '-', str(self)).strip('-')}"
        if len(name) <= _LONGEST:
            return name
        told = f"-{zlib.crc32(str(self).encode()):08x}"
        return name[: _LONGEST - len(told)] + told

    def __str__(self) -> str:
        begun = f"{self.seed}" if self.label is None else f"{self.seed}#{self.label}"
        ways = ((f"({other})" if other.steps else f"{other}", share) for other, share in self.steps)
        return begun + "".join(f">{other}:{share}" for other, share in ways)


def spot_in(text: str) -> Spot:
    """Return what is written in `text`, as `str` of a `Spot` writes it.

    Raises:
        EngineError: That is no sample.
    """
    spot, rest = _read(_AIRY.sub(r"\1", text.strip()))
    if spot is None or rest:
        raise EngineError(
            "“{text}” is no sample.",
            hint="Name a seed, for example 5, or a sample between seeds: 5>8:0.3.",
            text=text,
        )
    return spot


def _read(text: str, depth: int = 0) -> tuple[Spot | None, str]:
    """Return what a text begins with, and the rest of it; None where that is no sample."""
    spot, rest = _seed(text)
    while spot is not None and rest.startswith(">"):
        if rest.startswith(">(") and depth < _DEEPEST:
            other, rest = _read(rest[2:], depth + 1)
            other, rest = other if rest.startswith(")") else None, rest[1:]
        else:
            other, rest = _seed(rest[1:])
        share = _SHARE.match(rest)
        if other is None or share is None:
            return None, rest
        spot, rest = spot.towards(other, float(share[1])), rest[share.end() :]
    return spot, rest


def _seed(text: str) -> tuple[Spot | None, str]:
    found = _SEED.match(text)
    if found is None or int(found[1]) > LARGEST:
        return None, text
    return Spot(int(found[1]), None if found[2] is None else int(found[2])), text[found.end() :]
