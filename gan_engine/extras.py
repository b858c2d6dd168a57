"""Packages that only some things need: which of them are missing, and what adds them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence

from gan_engine.schema import Message


def missing(packages: Iterable[str]) -> list[str]:
    """Return those that are not installed, of packages whose modules are called as they are."""
    return [one for one in packages if importlib.util.find_spec(one.replace("-", "_")) is None]


def adding(packages: Sequence[str]) -> Message:
    """Return the sentence with the one line that adds them to this environment."""
    names = " ".join(packages)
    if len(packages) == 1:
        return Message(
            "Install it once: {python} -m pip install {packages}",
            python=sys.executable,
            packages=names,
        )
    return Message(
        "Install them once: {python} -m pip install {packages}",
        python=sys.executable,
        packages=names,
    )
