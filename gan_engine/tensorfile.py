"""The safetensors layout by itself: a header that names tensors, then their bytes; no torch needed."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

LARGEST_HEADER = 16 * 2**20
WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2,
    "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip
"""Bytes a number, by the format's name for its type."""


@dataclass(frozen=True)
class Entry:
    """One tensor of a file: where its bytes begin and end behind the header."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


def lay_out(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> list[Entry]:
    """Return where each tensor goes, the widest numbers first so that all are aligned.

    Args:
        tensors: The type's name and the shape, by tensor.
    """
    order = sorted(tensors.items(), key=lambda item: (-WIDTHS[item[1][0]], item[0]))
    entries, at = [], 0
    for name, (kind, shape) in order:
        size = WIDTHS[kind] * math.prod(shape)
        entries.append(Entry(name, kind, shape, at, at + size))
        at += size
    return entries


def header(entries: Sequence[Entry], words: Mapping[str, str]) -> bytes:
    """Return what comes before the tensors' bytes, its own length included."""
    table: dict[str, object] = {"__metadata__": dict(words)} if words else {}
    for entry in entries:
        table[entry.name] = {
            "dtype": entry.kind,
            "shape": list(entry.shape),
            "data_offsets": [entry.begin, entry.end],
        }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def read_header(file: BinaryIO, size: int) -> tuple[list[Entry], dict[str, str]]:
    """Return the tensors and the words of an open file, which is then at its first tensor's byte.

    Args:
        file: At its beginning.
        size: The file's bytes.

    Raises:
        ValueError: It is no such file, or not all of one: every byte belongs to one tensor.
    """
    length = _length(file.read(8), size)
    try:
        table = json.loads(file.read(length))
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(table, dict):
        raise ValueError("the header is no table")
    words = table.pop("__metadata__", {})
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise ValueError("the words are no words")
    entries = sorted((_entry(n, t) for n, t in table.items()), key=lambda e: (e.begin, e.end))
    at = 0
    for entry in entries:
        if entry.begin != at:
            raise ValueError("tensors overlap or leave a gap")
        at = entry.end
    if at != size - 8 - length:
        raise ValueError("the file is longer or shorter than its tensors")
    return entries, words


def _length(first: bytes, size: int) -> int:
    if len(first) < 8:
        raise ValueError("too short")
    length: int = struct.unpack("<Q", first)[0]
    if not 2 <= length <= min(LARGEST_HEADER, size - 8):
        raise ValueError("the header is longer than the file")
    return length


def _entry(name: str, table: object) -> Entry:
    if not isinstance(table, dict):
        raise ValueError("a tensor is no table")
    kind, shape, place = table.get("dtype"), _whole(table, "shape"), _whole(table, "data_offsets")
    if not isinstance(kind, str) or kind not in WIDTHS:
        raise ValueError("a tensor is of no type")
    if len(place) != 2 or len(shape) > 16 or place[1] - place[0] != WIDTHS[kind] * math.prod(shape):
        raise ValueError("a tensor is larger or smaller than its shape")
    return Entry(name, kind, tuple(shape), place[0], place[1])


def _whole(table: dict[str, object], key: str) -> list[int]:
    """Return a list of whole numbers of 0 or more, none beyond any file."""
    numbers = table.get(key)
    if not isinstance(numbers, list):
        raise ValueError(f"a tensor has no {key}")
    if not all(type(number) is int and 0 <= number < 2**48 for number in numbers):
        raise ValueError(f"a tensor's {key} is no list of sizes")
    return numbers
