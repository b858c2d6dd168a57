"""Commands as files in a run's folder: written whole, read in order by the one who trains it, each once."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import secrets
import stat
import threading
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gan_engine import commands, configfile, durable
from gan_engine.commands import Command, Inbox
from gan_engine.config import parse
from gan_engine.errors import EngineError, NothingToDoError
from gan_engine.history import History
from gan_engine.training.amending import with_value
from gan_engine.training.folder import SETTINGS, settings_of
from gan_engine.training.history_writer import HistoryWriter

FOLDER, REFUSED = "inbox", "refused"
FORMAT = 1
LOOKS_S = 0.25
"""How often the one who trains looks for files while it has other things to do."""
MOST_BYTES, MOST_AT_ONCE = 2**16, 500
KINDS: dict[str, type[Command]] = {
    "set": commands.Change,
    "pause": commands.Pause,
    "resume": commands.Resume,
    "stop": commands.Stop,
    "sample": commands.SampleNow,
    "save": commands.SaveNow,
    "evaluate": commands.Evaluate,
    "step": commands.StepOnce,
}
_NAME = re.compile(r"\d{20}-\d{6}-[0-9a-f]{8}\.json")
_WORDS = {kind: word for word, kind in KINDS.items()}
_counter, _turn = itertools.count(), threading.Lock()
_last = [0]


def tell(folder: Path, command: Command) -> str:
    """Leave a command for the run in `folder`; return its name, under which the history answers.

    Raises:
        FileError: There is no run.
        NothingToDoError: Nobody trains it.
        EngineError: It takes no commands from files, or not this change; or the folder cannot be
            written.
    """
    if durable.lock_holder(folder) is None:
        settings_of(folder)  # there is a run
        raise NothingToDoError(
            "Nobody trains “{name}” at the moment.",
            hint="Continue the run, then tell it.",
            name=folder.name,
        )
    if not (folder / FOLDER).is_dir():
        raise EngineError(
            "“{name}” takes no commands from files.",
            hint="Start the run with training.inbox turned on.",
            name=folder.name,
        )
    settings = folder / SETTINGS
    if isinstance(command, commands.Change) and settings.is_file():
        config = parse(configfile.read_draft(settings), despite=("data.folder",))
        with_value(config, command.path, command.value)
    with _turn:  # one sender's commands stay in order, whatever its clock does
        moment = _last[0] = max(time.time_ns(), _last[0] + 1)
        name = f"{moment:020d}-{next(_counter) % 10**6:06d}-{secrets.token_hex(4)}.json"
    text = json.dumps({"format": FORMAT, "command": _WORDS[type(command)], **asdict(command)})
    durable.write(folder / FOLDER / name, text.encode())
    return name


def answer(folder: Path, name: str) -> tuple[int, str] | None:
    """Return (images seen, why it was refused or nothing) once the run has taken a command."""
    history = History(folder)
    try:
        return history.answer(name)
    finally:
        history.close()


class Letters(Inbox):
    """A run's inbox that also takes what others leave in its folder; each command is taken once.

    A command is noted in the history before its file goes, so that no kill makes it happen twice.
    What changes the run is part of its next checkpoint; after a kill, changes behind the newest
    checkpoint are made again.
    """

    def __init__(
        self, inbox: Inbox, folder: Path, history: HistoryWriter, since: int | None, by_itself: bool
    ) -> None:
        """Make the folder and look what was left in it.

        Args:
            inbox: Where this process's own commands arrive.
            folder: The run's.
            history: Where commands are noted.
            since: The last command that is part of the checkpoint gone on from; None at the start.
            by_itself: Whether the run was started again by no person: then it also obeys what was
                left for the process before it.
        """
        super().__init__()
        self._own, self._place, self._history = inbox, folder / FOLDER, history
        self._look_at = 0.0
        self._seen: dict[str, tuple[str, dict[str, Any], str] | None] = {}
        """Files that are still there although they were read; what of them is not noted yet."""
        self._again: deque[tuple[int, Command]] = deque()
        self._old: frozenset[str] = frozenset()
        with contextlib.suppress(OSError):
            self._place.mkdir(exist_ok=True)
        if not by_itself:
            self._old = frozenset(self._names())
        self.taken = since or 0
        for row, word, found in history.taken_after(since) if since is not None else ():
            if word == "set" or (by_itself and word in ("stop", "pause", "resume")):
                with contextlib.suppress(ValueError):
                    self._again.append((row, _read_command({"command": word, **found})))

    def post(self, command: Command) -> None:
        self._own.post(command)

    def give_back(self, commands: list[Command]) -> None:
        self._own.give_back(commands)

    def take(self, timeout: float = 0.0) -> list[Command]:
        """Return what has arrived, this process's own commands first."""
        found = self._own.take(timeout)
        now = time.monotonic()
        if found or self._again or timeout or now - self._look_at >= LOOKS_S:
            self._look_at = now
            found += self._from_files()
        return found

    def _from_files(self) -> list[Command]:
        taken: list[Command] = []
        while self._again:
            self.taken, command = self._again.popleft()
            taken.append(command)
        for name in self._names()[:MOST_AT_ONCE]:
            if name in self._seen:
                self._note_again(name)
                continue
            found = self._open(name)
            if found is None:
                continue
            taken.append(found)
            if isinstance(found, commands.SaveNow | commands.Stop):
                self._look_at = 0.0
                break  # what is saved now knows of nothing behind it
        return taken

    def _names(self) -> list[str]:
        with contextlib.suppress(OSError):
            names = os.listdir(self._place)
            return sorted(n for n in names if n != REFUSED and not n.startswith(durable.TEMPORARY))
        return []

    def _open(self, name: str) -> Command | None:
        """Read one file and note what it says; None where it was taken before, or is gone."""
        command: Command | None = None
        try:
            found, why = self._read(name), ""
            command = _read_command(found)
            if name in self._old and not isinstance(command, commands.Change):
                raise ValueError("it was meant for the process before this one")
        except OSError:
            return None  # gone, or not readable now: the next look tells
        except ValueError as error:
            command, why, found = commands.Refused(name, str(error)), str(error), {}
        word = _WORDS.get(type(command), "")
        found = {k: v for k, v in found.items() if k in ("path", "value", "network")}
        row = self._history.acknowledge(name, word, found, why)
        if row == 0:  # noted already, by a process that was killed before it put the file away
            self._put_away(name, why)
            return None
        if row < 0:
            self._seen[name] = word, found, why
            return command
        if not why:
            self.taken = row
        self._put_away(name, why)
        return command

    def _note_again(self, name: str) -> None:
        """Note what could not be noted when it was obeyed: a full disk has room again."""
        if (found := self._seen[name]) is not None:
            row = self._history.acknowledge(name, *found)
            if row < 0:
                return
            self.taken = max(self.taken, row)
            self._put_away(name, found[2])

    def _read(self, name: str) -> dict[str, Any]:
        if not _NAME.fullmatch(name):
            raise ValueError("its name is none that a command has")
        path = self._place / name
        safe = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ValueError("it is no ordinary file")
        with open(os.open(path, os.O_RDONLY | safe), "rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError("it is too long for a command")
        try:
            found = json.loads(data, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except ValueError:
            raise ValueError("it is no JSON") from None
        if not isinstance(found, dict):
            raise ValueError("it holds no command")
        return found

    def _put_away(self, name: str, why: str = "") -> None:
        """Delete a file whose command is noted, keep one that was refused; else know it by its name."""
        self._seen[name] = None
        with contextlib.suppress(OSError):
            if why:
                (self._place / REFUSED).mkdir(exist_ok=True)
                (self._place / name).replace(self._place / REFUSED / name)
            else:
                (self._place / name).unlink()
            del self._seen[name]


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _read_command(found: dict[str, Any]) -> Command:
    """Return the command that a file holds.

    Raises:
        ValueError: It holds none; the text says why.
    """
    if found.get("format", FORMAT) != FORMAT:
        raise ValueError("it is from another version of the program")
    word = found.get("command")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise ValueError("there is no such command")
    given = {key: value for key, value in found.items() if key not in ("format", "command")}
    wanted = {commands.Change: {"path", "value"}, commands.StepOnce: {"network"}}.get(kind, set())
    if given.keys() != wanted:
        raise ValueError("it does not say what this command needs")
    if kind is commands.Change and not isinstance(given["path"], str):
        raise ValueError("it names no setting")
    if kind is commands.StepOnce and given["network"] not in ("d", "g"):
        raise ValueError("it names neither D nor G")
    return kind(**given)
