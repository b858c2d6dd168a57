"""Pairs of pictures: which belong together, in two folders or side by side in one file."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from gan_engine.data.names import Entry
from gan_engine.drafts import escape
from gan_engine.imaging import Half, ImageError, decode, detail_of
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings


@dataclass(frozen=True)
class Pairing:
    """Which pictures of two folders belong together.

    Attributes:
        folders: The two folders, a and b; empty when there are no two.
        pairs: (in a, in b), sorted.
        alone: Pictures without a partner, each with the reason.
    """

    folders: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    alone: Mapping[str, str]


def pair_up(names: Sequence[str]) -> Pairing:
    """Return which of these relative paths are pairs: equal below their folder but for the ending.

    Where no name is quite the same, upper case and the form of accents do not count: macOS writes
    “é” as two characters, others as one.

    The folders are called a and b, in either case; where there are exactly two of other names, they
    count in the order of the alphabet. A folder that holds everything is looked through.
    """
    root = _common_folder(names)
    tops: dict[str, dict[str, str]] = {}
    alone: dict[str, str] = {}
    for name in sorted(names):
        top, _, rest = name[len(root) :].partition("/")
        if rest:
            known = tops.setdefault(top, {})
            if known.setdefault(os.path.splitext(rest)[0], name) != name:
                alone[name] = Message("there is another picture of this name beside it")
    called = {top.lower(): top for top in tops}
    chosen = (called["a"], called["b"]) if called.keys() >= {"a", "b"} else tuple(sorted(tops))
    if len(chosen) != 2:
        reason = Message("there are no two folders “a” and “b” beside each other")
        return Pairing((), (), dict.fromkeys(sorted(names), reason))
    one, two = (tops[top] for top in chosen)
    same = one.keys() & two.keys()
    partner = {one[stem]: two[stem] for stem in same}
    unlike = [
        _alike((stem, name) for stem, name in side.items() if stem not in same)
        for side in (one, two)
    ]
    for key in unlike[0].keys() & unlike[1].keys():
        left, right = unlike[0][key], unlike[1][key]
        if len(left) == len(right) == 1:
            partner[left[0]] = right[0]
        else:
            reason = Message("several pictures have this name but for upper case or accents")
            alone |= dict.fromkeys(left + right, reason)
    pairs = tuple(sorted(partner.items()))
    paired = {name for pair in pairs for name in pair}
    for name in sorted(names):
        if name not in paired and name not in alone:
            top = name[len(root) :].partition("/")[0]
            other = {chosen[0]: chosen[1], chosen[1]: chosen[0]}.get(top, "")
            alone[name] = (
                Message("there is no picture of this name in “{folder}”", folder=escape(other))
                if other
                else Message("it is in neither of the two folders of pairs")
            )
    return Pairing(tuple(root + top for top in chosen), pairs, dict(sorted(alone.items())))


def _alike(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return names by what their stems are without upper case and with accents in one form."""
    found: dict[str, list[str]] = {}
    for stem, name in names:
        key = normalize("NFC", normalize("NFC", stem).casefold())
        found.setdefault(key, []).append(name)
    return found


def _common_folder(names: Sequence[str]) -> str:
    """Return the folder, with a slash behind it, that all these files are somewhere in."""
    if not names:
        return ""
    # What the first and the last in order share, all between them share.
    one, two = (name.split("/")[:-1] for name in (min(names), max(names)))
    same = itertools.takewhile(lambda parts: parts[0] == parts[1], zip(one, two, strict=False))
    return "".join(f"{part}/" for part, _ in same)


def pairs_in(settings: DataSettings, files: Sequence[str]) -> Pairing | None:
    """Return which of a folder's usable pictures are pairs; None where none are wanted."""
    if settings.pairs == "side_by_side":
        return Pairing((), tuple((name, name) for name in files), {})
    return pair_up(files) if settings.pairs == "folders" else None


@dataclass(frozen=True)
class Unit:
    """What becomes one prepared image: a picture, two of them, or two halves of one."""

    parts: tuple[tuple[Entry, Half], ...]

    @property
    def name(self) -> str:
        """What lists call it, escaped: its first picture's path."""
        return escape(self.parts[0][0].name)

    @property
    def names(self) -> tuple[str, ...]:
        """The escaped paths of its pictures."""
        return tuple(dict.fromkeys(escape(entry.name) for entry, _ in self.parts))


def units_of(
    settings: DataSettings, pictures: Sequence[Entry]
) -> tuple[list[Unit], dict[str, str]]:
    """Return what becomes an image each, and by escaped path the pictures that no unit holds."""
    if settings.pairs == "off":
        return [Unit(((entry, ""),)) for entry in pictures], {}
    if settings.pairs == "side_by_side":
        return [Unit(((entry, "left"), (entry, "right"))) for entry in pictures], {}
    by_name = {entry.name: entry for entry in pictures}
    found = pair_up(list(by_name))
    units = [Unit(((by_name[a], ""), (by_name[b], ""))) for a, b in found.pairs]
    return units, {escape(name): reason for name, reason in found.alone.items()}


def without(
    units: Sequence[Unit], left_out: Mapping[str, str]
) -> tuple[list[Unit], dict[str, str]]:
    """Return the units of which nothing is left out, and all that is: partners go with each other."""
    kept, gone = list[Unit](), dict(left_out)
    for unit in units:
        out = [name for name in unit.names if name in left_out]
        if not out:
            kept.append(unit)
        for name in unit.names if out else ():
            gone.setdefault(name, Message("its partner “{partner}” is left out", partner=out[0]))
    return kept, gone


@dataclass(frozen=True)
class Refusal:
    """Why a unit is no image: pictures that cannot be used, and partners that go with them."""

    bad: tuple[tuple[str, str], ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()


def decoded(settings: DataSettings, unit: Unit) -> NDArray[np.uint8] | Refusal:
    """Return a unit as the networks will see it, pairs along the channels, or why they will not."""
    folder, planes = settings.path, []
    entry = unit.parts[0][0]
    how = settings.fit, settings.background, settings.filter, settings.crop
    try:
        # What belongs together is cropped together.
        shared = settings.crop == "content" and settings.fit == "crop" and settings.paired
        detail = np.sum([*_details(settings, unit)], 0) if shared else None
        for entry, half in unit.parts:
            path = folder / entry.name
            planes.append(decode(path, settings.shape, *how, half=half, detail=detail))
    except ImageError as error:
        blamed = next((e for e, _ in unit.parts if folder / e.name == error.path), entry)
        return _refused(unit, blamed, error.reason)
    return np.concatenate(planes, 2) if planes[1:] else planes[0]


def _details(settings: DataSettings, unit: Unit) -> Iterator[NDArray[np.float32]]:
    return (detail_of(settings.path / entry.name, half) for entry, half in unit.parts)


def _refused(unit: Unit, entry: Entry, reason: str) -> Refusal:
    return Refusal(((escape(entry.name), reason),), _partners(unit, entry))


def _partners(unit: Unit, entry: Entry) -> tuple[tuple[str, str], ...]:
    name = escape(entry.name)
    why = Message("its partner “{partner}” cannot be used", partner=name)
    return tuple((other, why) for other in unit.names if other != name)
