"""What is out of the ordinary in pairs of pictures, and which pictures look like pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gan_engine.data.finding import Finding, finding
from gan_engine.data.pairs import pair_up
from gan_engine.data.scan import DatasetReport

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings


def about_pairs(report: DatasetReport, settings: DataSettings | None) -> Iterator[Finding]:
    """Yield what looks like pairs and, where they are wanted, what is wrong with them."""
    yield from _look_like_pairs(report)
    if settings and settings.pairs == "folders":
        yield from _folders(report)
    elif settings and settings.pairs == "side_by_side":
        yield from _halves(report)


def _folders(report: DatasetReport) -> Iterator[Finding]:
    found, size_of = pair_up(report.files), dict(zip(report.files, report.dimensions, strict=False))
    if found.alone:
        yield finding(
            "pairs_alone",
            tuple(found.alone),
            "Without a partner: {count}",
            "A pair needs both: {reason}."
            if len(set(found.alone.values())) == 1
            else "A pair needs both of its pictures.",
            "They are left out and listed, each with its reason.",
            reason=next(iter(found.alone.values())),
        )
    uneven = [a for a, b in found.pairs if size_of.get(a) != size_of.get(b)]
    if uneven:
        yield finding(
            "pairs_sizes",
            uneven,
            "Of another size than their partner: {count}",
            "What is cropped differently no longer lies on each other.",
            "Each is fitted to the size of the run by itself.",
        )


def _halves(report: DatasetReport) -> Iterator[Finding]:
    sized = list(zip(report.files, report.dimensions, strict=False))
    high = [name for name, (width, height) in sized if width < height]
    if high:
        yield finding(
            "pairs_shape",
            high,
            "Higher than wide, although two stand side by side: {count}",
            "A picture that is no pair teaches the networks that its halves belong together.",
            "They are split in the middle as all others are.",
        )
    odd = [name for name, (width, _) in sized if width % 2]
    if odd:
        yield finding(
            "pairs_odd",
            odd,
            "Of an odd width: {count}",
            "The middle is not between two pixels.",
            "The column in the middle is left out.",
        )


def _look_like_pairs(report: DatasetReport) -> Iterator[Finding]:
    halves = [f for f, (w, h) in zip(report.files, report.dimensions, strict=False) if w == 2 * h]
    if len(halves) > 1 and len(halves) == len(report.files):
        yield finding(
            "pairs",
            halves,
            "Exactly twice as wide as high, all of them: {count}",
            "They look like pairs side by side, which are cropped as long as pairs are off.",
            "They are taken for single pictures.",
            {"data.pairs": "side_by_side"},
            act="Split them into pairs",
        )
    found = pair_up(report.files) if len(report.classes) == 2 else None
    if found and len(found.pairs) > 1 and not found.alone:
        yield finding(
            "paired_folders",
            report.files,
            "Two subfolders with the same names: {count}",
            "They look like pairs of pictures, which are mixed as long as pairs are off.",
            "All of them are learned as one kind.",
            {"data.pairs": "folders"},
            act="Read them as pairs",
        )
