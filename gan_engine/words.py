"""Words of the command line: a setting and its value, a number of images, a share, bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from gan_engine.drafts import Draft, escape, put, read_value
from gan_engine.errors import EngineError


def with_pairs(draft: Draft, pairs: Iterable[str]) -> Draft:
    """Return `draft` with each `path=value` set, in whatever order they are written.

    Raises:
        EngineError: One of them is none.
    """
    # A new kind resets its section: it comes before what is set in there.
    found = sorted(map(pair, pairs), key=lambda one: one[0].rpartition(".")[2] != "kind")
    for path, value in found:
        draft = put(draft, path, value)
    return draft


def pair(text: str) -> tuple[str, Any]:
    """Return the path and the value of `path=value`.

    Raises:
        EngineError: It is none.
    """
    path, equals, value = text.partition("=")
    if not equals:
        raise EngineError("“{pair}” sets nothing.", hint="Write path=value.", pair=text)
    return path.strip(), read_value(escape(value.strip()))


def count_of(text: str) -> int:
    """Return the number of images that 50000, 50k or 2M means.

    Raises:
        EngineError: It means none.
    """
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    try:
        return int(float(text[:-1] if scale > 1 else text) * scale)
    except (ValueError, OverflowError):
        raise EngineError(
            "“{text}” is no number of images.", hint="Write 50000, 50k or 2M.", text=text
        ) from None


def share_of(text: str) -> float:
    """Return a share of a class, from 0 to 1.

    Raises:
        EngineError: It is none.
    """
    share = -1.0
    with contextlib.suppress(ValueError):
        share = float(text)
    if not 0 <= share <= 1:
        raise EngineError(
            "“{text}” is no share of a class, from 0 to 1.", hint="Write --mix dog:0.5.", text=text
        )
    return share


def size_of(amount: float) -> str:
    """Return bytes: 12 kB, 512 MB, 5.2 GB."""
    if amount >= 2**30:
        return f"{amount / 2**30:.1f} GB"
    return f"{amount / 2**20:.0f} MB" if amount >= 2**20 else f"{amount / 2**10:.0f} kB"
