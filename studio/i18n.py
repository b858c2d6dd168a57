"""What the window says, in the user's language: English sentences are the keys of one catalogue."""

from __future__ import annotations

_catalogue: dict[str, str] = {}
"""English sentence, with its named gaps -> the same in the language in force; empty for English."""


def tr(text: str, /, **values: object) -> str:
    """Return `text` in the language in force, its named gaps filled with `values`.

    A sentence that remembers its template and values (the engine's `Message`) is said anew, and so
    is a value that is one. What the catalogue does not know stays English.
    """
    template = getattr(text, "template", text)
    values = {**getattr(text, "values", {}), **values}
    said = _catalogue.get(template, template)
    if not values:
        return said
    return said.format(**{name: _said(value) for name, value in values.items()})


def _said(value: object) -> object:
    return tr(value) if isinstance(value, str) and hasattr(value, "template") else value
