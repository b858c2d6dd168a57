"""How well a few typed letters fit a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")


def score(query: str, name: str, more: str = "") -> float:
    """Return how well every word of `query` fits; 0 where one does not fit at all.

    A word fits best where a word of `name` begins with it, then inside one, then as letters in
    that order; where it begins a word of `more`, a description, least.
    """
    name, more = name.lower(), more.lower()
    found = [_fit(word, name, more) for word in query.lower().split()]
    if not found or min(found) <= 0:
        return 0.0 if found else 1.0
    # Of two that fit alike, the shorter is meant.
    return sum(found) / len(found) + 0.1 / (1 + len(name))


def _fit(word: str, name: str, more: str) -> float:
    words = _WORD.findall(name)
    for place, whole in enumerate(words):
        if whole.startswith(word):
            return 4.0 + len(word) / len(whole) - 0.05 * min(place, 10)
    if word in name:
        return 3.0
    if _initials(word, words):
        return 2.5
    if len(word) > 2 and any(whole.startswith(word) for whole in _WORD.findall(more)):
        return 0.5
    return _scattered(word, name)


def _initials(word: str, words: Sequence[str]) -> bool:
    return len(word) > 1 and "".join(whole[0] for whole in words).startswith(word)


def _scattered(word: str, name: str) -> float:
    """Return up to 2 where the letters follow each other in `name`, less the wider apart they are."""
    begin, at = -1, -1
    for letter in word:
        at = name.find(letter, at + 1)
        if at < 0:
            return 0.0
        begin = at if begin < 0 else begin
    spread = at - begin + 1 - len(word)
    return max(0.0, 2.0 - 1.5 * spread / len(word)) if len(word) > 2 else 0.0
