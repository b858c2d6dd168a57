"""What a rule finds: one sentence, its evidence, and settings that would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan_engine.schema import Message


@dataclass(frozen=True)
class Remedy:
    """An ordinary change of one setting; one that is not live is for the next run."""

    path: str
    value: Any
    words: Message
    """What it does, as a button says it."""
    detail: Message
    """From which value to which."""
    live: bool


@dataclass(frozen=True)
class Verdict:
    """Something that is wrong with a run."""

    key: str
    """The name of the rule; dismissed verdicts are remembered by it."""
    text: Message
    evidence: Message
    remedies: tuple[Remedy, ...] = ()
