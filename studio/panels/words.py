"""Numbers, times and names as people read them, for every panel."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gan_engine import Relief, RunConfig, unescape, walk
from studio import figures
from studio.figures import duration, size, speed
from studio.i18n import listed, mark, tr
from studio.meanings import choices, label_of

__all__ = [
    "chosen",
    "colours",
    "count",
    "duration",
    "exact",
    "images",
    "label_of",
    "level",
    "listing",
    "name",
    "others",
    "pictures",
    "relief",
    "shape",
    "size",
    "sizes",
    "speed",
    "value",
    "when",
]

MARK, ZWJ = "\N{REPLACEMENT CHARACTER}", "\N{ZERO WIDTH JOINER}"
_MONTHS = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)
_COLOURS = {
    "RGB": mark("colour"),
    "RGBA": mark("colour with transparency"),
    "RGBa": mark("colour with transparency"),
    "P": mark("palette"),
    "PA": mark("palette with transparency"),
    "L": mark("grey"),
    "LA": mark("grey with transparency"),
    "1": mark("black and white"),
    "CMYK": "CMYK",
    "YCbCr": mark("colour (YCbCr)"),
    "I;16": mark("16-bit grey"),
    "I;16B": mark("16-bit grey"),
    "I": mark("deep grey"),
    "F": mark("floating-point grey"),
    "LAB": mark("colour (Lab)"),
}


def count(number: float) -> str:
    """Return a count, short: 950, 12.3 k, 2.7 M; a round one without its zeros."""
    text, space, letter = figures.count(number).partition(" ")
    return (
        f"{text.rstrip('0').rstrip('.')} {letter}"
        if letter and "." in text
        else text + space + letter
    )


def pictures(number: int) -> str:
    """Return how many images, in full: 1 image, 1,204 images."""
    return tr("1 image") if number == 1 else tr("{count:,} images", count=number)


def others(number: int) -> str:
    """Return how many files are something else: 1 other file, 1,204 other files."""
    return tr("1 other file") if number == 1 else tr("{count:,} other files", count=number)


def images(number: int) -> str:
    """Return a short count with its noun: 12.3 k images."""
    return tr("1 image") if number == 1 else tr("{count} images", count=count(number))


def name(escaped: str) -> str:
    """Return a file's escaped name as one line that says no more than it should.

    Bytes that are no text, ends of lines and signs that turn the direction of reading become marks.
    """
    shown = (MARK if _is_odd(letter) else letter for letter in unescape(escaped))
    return "".join(shown)


def _is_odd(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter != ZWJ


def shape(dimensions: Iterable[int]) -> str:
    """Return a tensor's or a picture's size: 64 × 64 × 3."""
    return " × ".join(str(n) for n in dimensions)


def value(thing: Any) -> str:
    """Return a setting's value in few characters."""
    if isinstance(thing, bool):
        return tr("on") if thing else tr("off")
    if isinstance(thing, int | float) and thing >= 10_000:
        return f"{thing:,.0f}"
    if isinstance(thing, float):
        return f"{thing:.4g}"
    if isinstance(thing, Mapping) and {"start", "end"} <= thing.keys():
        return tr("{low} to {high}", low=value(thing["start"]), high=value(thing["end"]))
    return str(thing)


def chosen(path: str, thing: Any, draft: Mapping[str, Any]) -> str:
    """Return the value of the setting at `path` as a form shows it, in few characters."""
    names: dict[Any, str] = {}
    for setting in walk(RunConfig, draft):
        if path in (setting.path, f"{setting.path}.kind"):
            names = choices(setting)
    return names.get(thing, value(thing)) if isinstance(thing, str) else value(thing)


def level(severity: str) -> str:
    """Return how serious something is, as one word."""
    words = {"error": mark("error"), "warning": mark("warning"), "info": mark("note")}
    return tr(words.get(severity, severity))


def exact(number: float) -> str:
    """Return a reading with as many digits as mean something; a dash where there is none."""
    return "–" if not math.isfinite(number) else f"{number:.4g}"


def relief(one: Relief, draft: Mapping[str, Any]) -> str:
    """Return which setting would take less memory, and how much it would take then."""
    setting, memory = label_of(one.path, draft), size(one.memory)
    if one.value is True:
        return tr("{setting}: {memory}", setting=setting, memory=memory)
    return tr("{setting} {value}: {memory}", setting=setting, value=value(one.value), memory=memory)


def listing(things: Mapping[str, int], most: int = 4) -> str:
    """Return counted names, the most frequent first: PNG 400, JPEG 20 and 2 more."""
    if len(things) == 1:
        return next(iter(things))
    ranked = sorted(things.items(), key=lambda item: -item[1])
    shown = listed(f"{name} {number:,}" for name, number in ranked[:most])
    more = tr("{names} and {count} more", names=shown, count=len(ranked) - most)
    return more if len(ranked) > most else shown


def sizes(found: Mapping[tuple[int, int], int]) -> str:
    """Return what picture sizes there are: the only one, or the range and how many."""
    if len(found) == 1:
        return shape(next(iter(found)))
    small = min(found, key=lambda wh: wh[0] * wh[1])
    large = max(found, key=lambda wh: wh[0] * wh[1])
    return tr(
        "{low} to {high} ({count:,} sizes)", low=shape(small), high=shape(large), count=len(found)
    )


def colours(found: Mapping[str, int]) -> str:
    """Return what kinds of colour there are, in words."""
    named: dict[str, int] = {}
    for mode, number in found.items():
        name = tr(_COLOURS.get(mode, mode))
        named[name] = named.get(name, 0) + number
    return listing(named)


def when(timestamp: float, now: datetime | None = None) -> str:
    """Return a moment as one would say it: today 14:03, yesterday 9:15, 23 Nov 2026."""
    then, now = datetime.fromtimestamp(timestamp), now or datetime.now()
    clock = f"{then.hour}:{then:%M}"
    if then.date() == now.date():
        return tr("today {clock}", clock=clock)
    if then.date() == (now - timedelta(days=1)).date():
        return tr("yesterday {clock}", clock=clock)
    month = tr(_MONTHS[then.month - 1])
    if then.year == now.year:
        return tr("{day} {month}", day=then.day, month=month)
    return tr("{day} {month} {year}", day=then.day, month=month, year=then.year)
