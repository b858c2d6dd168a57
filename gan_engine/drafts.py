"""Settings as plain nested tables while a person edits them: read, write, compare by dotted path."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

Draft = dict[str, Any]
"""A run's settings as plain nested tables, possibly incomplete or wrong: what a person is editing."""


def get(draft: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """Return the value at a dotted `path` of nested tables, or `default`."""
    value: Any = draft
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def whole(draft: Mapping[str, Any], path: str, default: int, low: int, high: int) -> int:
    """Return the whole number at a dotted `path`, or `default` where a person wrote anything else."""
    value = get(draft, path, default)
    fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    return value if fits else default


def asked_grid(draft: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return how many rows and columns of samples are asked for, and the first one's seed."""
    rows = whole(draft, "samples.rows", 6, 1, 32)
    columns = whole(draft, "samples.columns", 8, 1, 32)
    return rows, columns, whole(draft, "samples.seed", 0, 0, 2**31 - 1)


def put(draft: Mapping[str, Any], path: str, value: Any) -> Draft:
    """Return a copy of `draft` with `value` at `path`; a new `kind` resets its section."""
    head, _, rest = path.partition(".")
    copy = dict(draft)
    if rest:
        inner = copy.get(head)
        copy[head] = put(inner if isinstance(inner, Mapping) else {}, rest, value)
    elif head == "kind" and copy.get("kind") != value:
        return {"kind": value}
    else:
        copy[head] = value
    return copy


def drop(draft: Mapping[str, Any], path: str) -> Draft:
    """Return a copy of `draft` without what is at `path`."""
    head, _, rest = path.partition(".")
    copy = dict(draft)
    if rest and isinstance(copy.get(head), Mapping):
        copy[head] = drop(copy[head], rest)
    elif not rest:
        copy.pop(head, None)
    return copy


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Draft:
    """Return `base` with the values of `over`; a table that names another `kind` replaces."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = value
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            kind = old.get("kind")
            if value.get("kind", kind) == kind:
                merged[key] = merge(old, value)
    return merged


def differences(
    one: Mapping[str, Any], two: Mapping[str, Any], prefix: str = ""
) -> dict[str, tuple[Any, Any]]:
    """Return {path: (in one, in two)} for every value that differs; None where it is absent."""
    found: dict[str, tuple[Any, Any]] = {}
    for key in sorted(one.keys() | two.keys()):
        path, a, b = f"{prefix}{key}", one.get(key), two.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found.update(differences(a, b, f"{path}."))
        elif a != b:
            found[path] = (a, b)
    return found


def read_value(text: str) -> Any:
    """Return what `--set path=TEXT` means: TOML where it is TOML, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


# --- text that is not UTF-8 --------------------------------------------------------------------

_MARK = "\N{SYMBOL FOR SUBSTITUTE}"
_BYTE = re.compile("[89a-f][0-9a-f]")


def escape(text: str) -> str:
    """Return `text` with undecodable bytes (lone surrogates) written so that UTF-8 can hold them."""
    if text.isascii():
        return text
    return "".join(
        _MARK * 2
        if c == _MARK
        else f"{_MARK}{ord(c) - 0xDC00:02x}"
        if 0xDC80 <= ord(c) <= 0xDCFF
        else c
        for c in text
    )


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    pieces = text.split(_MARK)
    out, i = [pieces[0]], 1
    while i < len(pieces):
        if pieces[i] == "" and i + 1 < len(pieces):
            out.append(_MARK + pieces[i + 1])
            i += 2
        elif _BYTE.match(pieces[i]):
            out.append(chr(0xDC00 + int(pieces[i][:2], 16)) + pieces[i][2:])
            i += 1
        else:  # somebody else wrote the mark that begins an escape
            out.append(_MARK + pieces[i])
            i += 1
    return "".join(out)
