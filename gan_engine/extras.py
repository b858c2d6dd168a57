"""Packages that only some things need: which of them are missing, and what adds them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Sequence

from gan_engine.schema import Message


def missing(packages: Iterable[str]) -> list[str]:
    """Return those that are not installed, of packages whose modules are called as they are."""
    return [one for one in packages if importlib.util.find_spec(one.replace("-", "_")) is None]


def pip_install(words: Sequence[str]) -> str:
    """Return the line for a terminal that gives these to `pip install` in this environment."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip install {' '.join(words)}"


def adding(packages: Sequence[str]) -> Message:
    """Return the sentence with the one line that adds them to this environment."""
    command = pip_install(packages)
    if len(packages) == 1:
        return Message("Install it once: {command}", command=command)
    return Message("Install them once: {command}", command=command)
