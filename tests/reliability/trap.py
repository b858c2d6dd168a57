"""Lets one chosen file call of a save fail, or end the process, and lists all that there were."""

from __future__ import annotations

import builtins
import os
import pathlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from gan_engine import durable

CALLS = ("fsync", "replace", "open", "close")
UNIMPORTANT = ("close", "unlink")
"""Calls whose failure costs nothing: the data is on disk, or what stays is swept at the next start."""


class Trap:
    """Counts file calls below checkpoint folders; the `at`-th one meets `action` instead."""

    def __init__(self, at: int, action: Callable[[str], object]) -> None:
        self.calls: list[str] = []
        self.armed = False
        self._at, self._action = at, action

    def meet(self, call: str, path: object) -> None:
        """Say that a call is about to happen."""
        if self.armed and "checkpoints" in str(path):
            self.calls.append(call)
            if len(self.calls) - 1 == self._at:
                self._action(call)


class _File:
    """A file whose calls meet the trap."""

    def __init__(self, trap: Trap, file: Any) -> None:
        self._trap, self._file = trap, file

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._trap.meet("close", self._file.name)

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._file, name)
        if name not in ("write", "read", "flush"):
            return inner

        def met(*args: Any) -> Any:
            self._trap.meet(name, self._file.name)
            return inner(*args)

        return met


@contextmanager
def trapped(trap: Trap) -> Iterator[None]:
    """Let everything that `durable` does with files meet the trap."""
    handles: dict[int, object] = {}

    class Os:
        def __getattr__(self, name: str) -> Any:
            inner = getattr(os, name)
            if name not in CALLS:
                return inner

            def met(first: Any, *rest: Any) -> Any:
                trap.meet(f"os.{name}", handles.get(first, _path_of(first)))
                found = inner(first, *rest)
                if name == "open":
                    handles[found] = first
                return found

            return met

    def opened(path: Any, *rest: Any, **more: Any) -> Any:
        trap.meet("open", path)
        return _File(trap, builtins.open(path, *rest, **more))

    plain = {name: getattr(pathlib.Path, name) for name in ("mkdir", "unlink")}

    def on_path(name: str) -> Callable[..., Any]:
        def met(self: pathlib.Path, *args: Any, **more: Any) -> Any:
            trap.meet(name, self)
            return plain[name](self, *args, **more)

        return met

    with (
        patch.object(durable, "os", Os()),
        patch.object(durable, "open", opened, create=True),
        patch.object(pathlib.Path, "mkdir", on_path("mkdir")),
        patch.object(pathlib.Path, "unlink", on_path("unlink")),
    ):
        yield


def _path_of(first: Any) -> object:
    """Return the path behind a handle where the system tells it."""
    if not isinstance(first, int):
        return first
    try:
        return os.readlink(f"/proc/self/fd/{first}")
    except OSError:
        return ""
