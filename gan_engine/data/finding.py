"""What a finding is: one thing about some of the pictures of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gan_engine.schema import Message

EXAMPLES = 12


@dataclass(frozen=True)
class Finding:
    """One thing about some of the pictures.

    Attributes:
        key: What it is, for programs.
        count: How many pictures, files or classes it is about.
        examples: The first of them, by escaped relative path.
        title: What it is, for people, the count included.
        consequence: What it does to a run when nothing is done.
        rule: What happens to these pictures.
        files: All of them.
        fix: Settings, by path, that mend it; nothing on disk is ever changed.
        act: What the fix does, in a few words.
        safe_fix: Whether the fix can only help; [Fix all safe] applies those.
        leave_out: Settings, by path, that leave these pictures out of the run.
        done: Whether the fix is in force, or the pictures are left out.
        undo: Settings, by path, that take that back.
    """

    key: str
    count: int
    title: str
    consequence: str
    rule: str
    files: tuple[str, ...] = ()
    fix: Mapping[str, Any] = field(default_factory=dict)
    act: str = ""
    safe_fix: bool = False
    leave_out: Mapping[str, Any] = field(default_factory=dict)
    done: bool = False
    undo: Mapping[str, Any] = field(default_factory=dict)

    @property
    def examples(self) -> tuple[str, ...]:
        """A handful of the files, for thumbnails."""
        return self.files[:EXAMPLES]


def finding(
    key: str,
    files: Sequence[str],
    title: str,
    consequence: str,
    rule: str,
    fix: Mapping[str, Any] | None = None,
    act: str = "",
    safe: bool = False,
    **values: object,
) -> Finding:
    """Return a finding about `files`; its sentences may name the count and `values`."""
    return Finding(
        key=key,
        count=len(files),
        title=Message(title, count=len(files), **values),
        consequence=Message(consequence, **values),
        rule=Message(rule, **values),
        files=tuple(files),
        fix=fix or {},
        act=Message(act, **values) if fix else "",
        safe_fix=safe and bool(fix),
    )
