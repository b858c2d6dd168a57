"""Numbers, times and names as people read them, for every panel."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gan_engine import RunConfig, unescape, walk
from studio import figures
from studio.figures import duration, size, speed

__all__ = [
    "colours",
    "count",
    "duration",
    "exact",
    "images",
    "label_of",
    "listing",
    "name",
    "plural",
    "shape",
    "size",
    "sizes",
    "speed",
    "value",
    "when",
]

MARK, ZWJ = "\N{REPLACEMENT CHARACTER}", "\N{ZERO WIDTH JOINER}"
_COLOURS = {
    "RGB": "colour",
    "RGBA": "colour with transparency",
    "RGBa": "colour with transparency",
    "P": "palette",
    "PA": "palette with transparency",
    "L": "grey",
    "LA": "grey with transparency",
    "1": "black and white",
    "CMYK": "CMYK",
    "YCbCr": "colour (YCbCr)",
    "I;16": "16-bit grey",
}


def count(number: float) -> str:
    """Return a count, short: 950, 12.3 k, 2.7 M; a round one without its zeros."""
    text, space, letter = figures.count(number).partition(" ")
    return (
        f"{text.rstrip('0').rstrip('.')} {letter}"
        if letter and "." in text
        else text + space + letter
    )


def plural(number: int, thing: str, things: str = "") -> str:
    """Return `1 file` or `1,204 files`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def images(number: int) -> str:
    """Return a short count with its noun: 12.3 k images."""
    return "1 image" if number == 1 else f"{count(number)} images"


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


def label_of(path: str, draft: Mapping[str, Any]) -> str:
    """Return what a form calls the setting at `path`, with its part's name where it is one of many."""
    labels: dict[str, str] = {}
    for setting in walk(RunConfig, draft):
        labels[setting.path] = setting.label
        if setting.kind == "each":
            labels |= {f"{setting.path}.{part.key()}": part.title for part in setting.parts}
    plain = path.rpartition(".")[2].replace("_", " ").capitalize()
    name, outer = labels.get(path, plain), labels.get(path.rpartition(".")[0], "")
    return f"{outer}, {name[:1].lower()}{name[1:]}" if outer else name


def value(thing: Any) -> str:
    """Return a setting's value in few characters."""
    if isinstance(thing, bool):
        return "on" if thing else "off"
    if isinstance(thing, float):
        return f"{thing:.4g}"
    if isinstance(thing, Mapping) and {"start", "end"} <= thing.keys():
        return f"{value(thing['start'])} to {value(thing['end'])}"
    return str(thing)


def exact(number: float) -> str:
    """Return a reading with as many digits as mean something; a dash where there is none."""
    return "–" if not math.isfinite(number) else f"{number:.4g}"


def listing(things: Mapping[str, int], most: int = 4) -> str:
    """Return counted names, the most frequent first: PNG 400, JPEG 20 and 2 more."""
    if len(things) == 1:
        return next(iter(things))
    ranked = sorted(things.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{name} {number:,}" for name, number in ranked[:most])
    return f"{shown} and {len(ranked) - most} more" if len(ranked) > most else shown


def sizes(found: Mapping[tuple[int, int], int]) -> str:
    """Return what picture sizes there are: the only one, or the range and how many."""
    if len(found) == 1:
        return shape(next(iter(found)))
    small = min(found, key=lambda wh: wh[0] * wh[1])
    large = max(found, key=lambda wh: wh[0] * wh[1])
    return f"{shape(small)} to {shape(large)} ({len(found):,} sizes)"


def colours(found: Mapping[str, int]) -> str:
    """Return what kinds of colour there are, in words."""
    named: dict[str, int] = {}
    for mode, number in found.items():
        name = _COLOURS.get(mode, mode)
        named[name] = named.get(name, 0) + number
    return listing(named)


def when(timestamp: float, now: datetime | None = None) -> str:
    """Return a moment as one would say it: today 14:03, yesterday 9:15, 23 Nov 2026."""
    then, now = datetime.fromtimestamp(timestamp), now or datetime.now()
    clock = f"{then.hour}:{then:%M}"
    if then.date() == now.date():
        return f"today {clock}"
    if then.date() == (now - timedelta(days=1)).date():
        return f"yesterday {clock}"
    return f"{then.day} {then:%b}" + (f" {then.year}" if then.year != now.year else "")
