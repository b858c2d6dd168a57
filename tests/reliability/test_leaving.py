"""Whole windows, left in every way and at any moment, or killed: nothing is lost, and it says so."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio.app import App
from studio.preferences import Preferences
from tests.reliability.helpers import in_process

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals and forks as POSIX does"),
    pytest.mark.timeout(1800),
]


def parts(few: int, whole: int, part: int) -> list[Any]:
    """Return how many windows from which number on: a few, and in the full suite all, in parts."""
    firsts = range(0, whole, part)
    full = [pytest.param(part, first, marks=pytest.mark.full, id=f"{first}+") for first in firsts]
    return [pytest.param(few, 0, id=f"{few}_windows"), *full]


@pytest.mark.parametrize(("count", "first"), parts(8, 50, 10))
def test_that_leaving_at_any_instant_saves_and_ends_with_its_own_code(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "leave", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}
    assert found["saved"] >= count // 2


@pytest.mark.parametrize(("count", "first"), parts(1, 10, 10))
def test_that_asking_twice_ends_it_while_a_save_hangs(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "twice", tmp_path, count, emoji, first)
    print(found)  # shown by -s
    assert found["left"] == {"fine": count}


@pytest.mark.parametrize(("count", "first"), parts(1, 5, 5))
def test_that_the_end_of_the_desktops_session_finds_everything_saved(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "logout", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}


@pytest.mark.parametrize(("count", "first"), parts(2, 20, 10))
def test_that_the_start_after_a_kill_offers_the_run_and_has_the_settings(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "kill", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}


def test_that_the_program_listens_for_the_end_of_the_desktops_session(
    qapp: QApplication, tmp_path: Path
) -> None:
    before = listeners(qapp)
    made = App(qapp, Preferences(tmp_path), argparse.Namespace())
    assert listeners(qapp) == before + 1
    made.window.deleteLater()
    made.deleteLater()


def listeners(app: QApplication) -> int:
    return app.receivers("2commitDataRequest(QSessionManager&)")
