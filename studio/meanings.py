"""What parts say about themselves: their docstrings, in the language in force."""

from __future__ import annotations

import inspect

from gan_engine import Part
from studio.i18n import tr


def about(part: type[Part]) -> str:
    """Return the first sentence of a part's help page."""
    text = " ".join((inspect.getdoc(part) or "").split())
    first = text.split(" Source:")[0]
    end = first.find(". ")
    return first if end < 0 else first[: end + 1]


def rest(part: type[Part]) -> str:
    """Return what follows the first sentence of a part's help page; often nothing."""
    return " ".join((inspect.getdoc(part) or "").split())[len(about(part)) :].strip()


def page(part: type[Part]) -> str:
    """Return a part's whole help page as one paragraph, in the language in force."""
    return " ".join(tr(text) for text in (about(part), rest(part)) if text)
