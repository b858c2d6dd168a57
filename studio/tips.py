"""Tooltips in lines that can be read: Qt shows plain text on one, however long it is."""

from __future__ import annotations

import re

_COLUMNS = 68
"""How many letters a line has at most; a Chinese one counts for two."""
_WORD = re.compile(r"[\u2e80-\uffef][，。；：、！？）”]*|[^\s\u2e80-\uffef]+\s*|\s+")
"""What stays on one line: a word, or a Chinese letter with the sign that ends after it."""


def lines(text: str) -> str:
    """Return a text in lines that are no longer than one can follow; its own ends of lines stay."""
    return "\n".join(_broken(line) for line in text.split("\n"))


def _broken(line: str) -> str:
    if len(line) <= _COLUMNS and line.isascii():  # most are, and there are hundreds
        return line.rstrip()
    found, room = [""], _COLUMNS
    for word in _WORD.findall(line):
        wide = sum(1 + (letter >= "\u2e80") for letter in word.rstrip())
        if wide > room and found[-1]:
            found.append("")
            room = _COLUMNS
        found[-1] += word
        room -= wide + len(word) - len(word.rstrip())
    return "\n".join(part.rstrip() for part in found)
