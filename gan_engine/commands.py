"""What a run can be told while it trains, and the inbox it reads between two steps."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Command:
    """Something to do between two steps."""


@dataclass(frozen=True)
class Change(Command):
    """Give the live setting at `path` a new value."""

    path: str
    value: Any


@dataclass(frozen=True)
class Pause(Command):
    """Wait, keeping everything in memory."""


@dataclass(frozen=True)
class Resume(Command):
    """Go on after a pause."""


@dataclass(frozen=True)
class Stop(Command):
    """Save and end."""


@dataclass(frozen=True)
class SampleNow(Command):
    """Draw the sample grid now."""


@dataclass(frozen=True)
class SaveNow(Command):
    """Write a checkpoint now."""


@dataclass(frozen=True)
class Evaluate(Command):
    """Measure the samples of this moment now, whatever share of the time that takes."""


@dataclass(frozen=True)
class StepOnce(Command):
    """While paused, do one update of D or G alone."""

    network: str = "d"


@dataclass(frozen=True)
class Leave(Command):
    """Follow no longer a run that another process trains; the run itself goes on."""


@dataclass(frozen=True)
class Refused(Command):
    """Not done: a file called `name` in the run's inbox held no command; `why` says what it held."""

    name: str
    why: str


class Inbox:
    """Commands on their way to a run; any thread may post, the run alone takes."""

    taken = 0
    """The number of the last command that came from outside this process."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._returned: list[Command] = []

    def post(self, command: Command) -> None:
        """Leave a command for the run; returns at once."""
        self._queue.put(command)

    def give_back(self, commands: list[Command]) -> None:
        """Put back what was taken too early, before all that has come since; for the run alone."""
        self._returned = [*commands, *self._returned]

    def take(self, timeout: float = 0.0) -> list[Command]:
        """Return what has arrived, waiting at most `timeout` seconds for the first."""
        commands, self._returned = self._returned, []
        try:
            if timeout and not commands:
                commands.append(self._queue.get(timeout=timeout))
            while True:
                commands.append(self._queue.get_nowait())
        except queue.Empty:
            return commands
