"""A part by its key, or "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from gan_engine.errors import EngineError
from gan_engine.problems import did_you_mean
from gan_engine.schema import Part

P = TypeVar("P", bound=Part)


def find(parts: Iterable[type[P]], key: str) -> type[P]:
    """Return the part whose `kind` is `key`.

    Raises:
        EngineError: There is none; the hint names the closest.
    """
    known = {part.key(): part for part in parts}
    if key not in known:
        raise EngineError(
            "“{key}” is none of the kinds there are.", hint=did_you_mean(key, known), key=key
        )
    return known[key]
