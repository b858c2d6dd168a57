"""A process that is killed leaves a run that opens, and loses at most one interval."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reliability.helpers import in_process

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="kills and forks as POSIX does"),
    pytest.mark.timeout(900),
]


@pytest.mark.parametrize("count", [50, pytest.param(200, marks=pytest.mark.slow)])
def test_that_kills_while_saving_leave_every_run_readable(count: int, tmp_path: Path) -> None:
    assert in_process("kills", "saves", tmp_path, count) == {"fine": count}


def test_that_a_kill_before_any_file_call_of_a_save_leaves_old_or_new(tmp_path: Path) -> None:
    found = in_process("kills", "calls", tmp_path, 200)
    assert found.keys() == {"fine"}
    assert 20 < found["fine"] < 200  # every call there is, and then the whole save


@pytest.mark.parametrize(
    "count", [6, pytest.param(100, marks=pytest.mark.full)], ids="{}_kills".format
)
def test_that_a_killed_run_is_listed_and_goes_on(count: int, emoji: Path, tmp_path: Path) -> None:
    found = in_process("kills", "runs", tmp_path, count, emoji)
    assert sum(found.values()) == count
    assert found.keys() <= {"fine", "killed before its first save"}
    assert found["fine"] > count // 2


@pytest.mark.parametrize("count", [30, pytest.param(100, marks=pytest.mark.slow)])
def test_that_of_two_that_want_a_run_one_gets_it_in_every_race(count: int, tmp_path: Path) -> None:
    assert in_process("kills", "races", tmp_path, count) == {"B I": count}
