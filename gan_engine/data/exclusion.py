"""Which pictures the settings leave out, and why: the same answer for a run and for who looks first."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from gan_engine.data.pairs import pair_up
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data.inspection import Inspection
    from gan_engine.data.scan import DatasetReport
    from gan_engine.data_settings import DataSettings

BY_NAME = Message("the settings name it among those to leave out")
_KINDS = {
    "rotated": "it is stored sideways",
    "grey": "it is grey",
    "alpha": "it has transparent parts",
    "cmyk": "it is made for print (CMYK)",
    "deep": "it has 16 bits a colour",
    "float": "it has floating-point or 32-bit values",
    "palette": "it has a palette",
    "animated": "it is animated",
    "profile": "it has a colour profile",
}


def left_out(
    settings: DataSettings, report: DatasetReport, inspection: Inspection | None = None
) -> dict[str, str]:
    """Return the pictures that `settings` leave out, by escaped name, each with its reason.

    What cannot be read is among them only where it is left out by its name.

    Args:
        settings: What to leave out, and what to keep all the same.
        report: What `scan_folder` found.
        inspection: What `inspect_folder` found; without, what it takes a closer look for stays in.
    """
    gone: dict[str, str] = {}
    for kind in settings.kinds_left_out:
        for name in _of_kind(kind, report, inspection):
            gone.setdefault(name, Message(_KINDS.get(kind, _KINDS["grey"])))
    if settings.min_side:
        for name, size in zip(report.files, report.dimensions, strict=True):
            if min(size) < settings.min_side:
                why = "its shorter side has {side} pixels only"
                gone.setdefault(name, Message(why, side=min(size)))
    if settings.exclude:
        names = (*report.files, *(bad.path for bad in report.bad))
        gone |= {name: BY_NAME for name in names if settings.excludes(name)}
    if settings.keep:
        gone = {name: why for name, why in gone.items() if not settings.keeps(name)}
    if inspection is not None:
        closer = _alike(settings, inspection, gone)
        gone |= {name: why for name, why in closer.items() if not settings.keeps(name)}
    return _with_partners(report, gone) if settings.pairs == "folders" else gone


def _with_partners(report: DatasetReport, gone: Mapping[str, str]) -> dict[str, str]:
    """Return what is left out when it takes two pictures to make a pair."""
    found = pair_up(report.files)
    out = {**found.alone, **gone}
    for pair in found.pairs:
        first = next((name for name in pair if name in gone), "")
        for name in pair if first else ():
            out.setdefault(name, Message("its partner “{partner}” is left out", partner=first))
    return out


def _of_kind(kind: str, report: DatasetReport, inspection: Inspection | None) -> tuple[str, ...]:
    found = report.marks.get(kind, ())
    return (*found, *inspection.grey) if kind == "grey" and inspection else found


def _alike(
    settings: DataSettings, inspection: Inspection, gone: Container[str]
) -> Mapping[str, str]:
    """Return the pictures to leave out for what they look like; one of each kind is kept."""
    reasons: dict[str, str] = {}
    if settings.skip_blank:
        reasons |= {name: Message("it is blank or nearly so") for name in inspection.blank}
    kinds = (
        (settings.skip_duplicates, inspection.duplicates, "it is a copy of “{kept}”"),
        (settings.skip_similar, inspection.similar, "it looks like “{kept}”"),
    )
    for chosen, groups, why in kinds:
        for group in groups if chosen else ():
            there = [name for name in group if name not in gone and name not in reasons]
            reasons |= {name: Message(why, kept=there[0]) for name in there[1:]}
    return {name: why for name, why in reasons.items() if name not in gone}
