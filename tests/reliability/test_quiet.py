"""No session opens an internet socket."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.helpers import in_process


def test_that_a_whole_session_reaches_nobody(emoji: Path, tmp_path: Path) -> None:
    assert in_process("quiet", tmp_path, emoji) == {"reached": []}


def test_that_reaching_out_would_be_noticed(tmp_path: Path) -> None:
    assert len(in_process("quiet", tmp_path, "--self-test")["reached"]) == 1
