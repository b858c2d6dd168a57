"""What was found out about a folder's pictures, kept so that opening it again is instant."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gan_engine import durable, paths
from gan_engine.data.names import Entry
from gan_engine.errors import SpaceError
from gan_engine.schema import Message

_FORMAT = 2  # raise it when the same picture is described in another way
_KEPT = 64  # so many folders are remembered
_RACY_NS = 2 * 10**9  # a file this young may change again without its time changing


class Memory:
    """What is known of each picture in a folder, as long as its size and time are what they were."""

    def __init__(self, kind: str, folder: Path) -> None:
        name = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:24]
        self._path = paths.cache() / "scans" / f"{name}-{kind}.jsonl"
        self._began, self._fresh = time.time_ns(), False
        self._known: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            self._read()

    def _read(self) -> None:
        """Read line by line: one large piece of JSON would keep every other thread waiting."""
        with open(self._path, encoding="utf-8") as file:
            if json.loads(next(file, "null"))["format"] != _FORMAT:
                return
            for line in file:
                name, size, modified, value = json.loads(line)
                self._known[str(name)] = [size, modified, value]

    def get(self, entry: Entry) -> Any:
        """Return what is known of a picture, or None."""
        known = self._known.get(entry.name)
        same = known is not None and known[:2] == [entry.size, entry.modified]
        return known[2] if same and known is not None else None

    def put(self, entry: Entry, value: Any) -> None:
        """Remember something that JSON can hold."""
        self._known[entry.name] = [entry.size, entry.modified, value]
        self._fresh = True

    def save(self, entries: Iterable[Entry]) -> None:
        """Keep what is known of `entries` and forget the rest; a full disk costs only time later."""
        if not self._fresh:
            return
        young = self._began - _RACY_NS
        lines = [json.dumps({"format": _FORMAT})]
        for entry in entries:
            if entry.name in self._known and entry.modified < young:
                lines.append(json.dumps([entry.name, *self._known[entry.name]], default=str))
        with contextlib.suppress(SpaceError, OSError):
            durable.write(self._path, "\n".join([*lines, ""]).encode())
            self._forget_old_folders()

    def _forget_old_folders(self) -> None:
        def age(path: Path) -> float:
            return path.stat().st_mtime

        for old in sorted(self._path.parent.glob("*.json*"), key=age)[: -2 * _KEPT]:
            old.unlink(missing_ok=True)


def tell(reason: str) -> list[Any]:
    """Return a sentence as JSON can hold it."""
    template = reason.template if isinstance(reason, Message) else reason
    return [template, reason.values if isinstance(reason, Message) else {}]


def heard(reason: list[Any] | str) -> str:
    """Return the sentence that `tell` made; one that was kept as it is remains as it is."""
    if isinstance(reason, str):
        return reason
    template, values = reason
    return Message(template, **values)
