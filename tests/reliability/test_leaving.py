"""Whole windows, left in every way and at any moment, or killed: nothing is lost, and it says so."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from gan_engine import checkpoint, read_run, write_draft
from studio.app import App
from studio.preferences import Preferences
from tests.reliability.helpers import in_process, tiny

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals and forks as POSIX does"),
    pytest.mark.timeout(1800),
]


def parts(few: int, whole: int, part: int, marks: Any = ()) -> list[Any]:
    """Return how many windows from which number on: a few, and in the full suite all, in parts."""
    firsts = range(0, whole, part)
    full = [pytest.param(part, first, marks=pytest.mark.full, id=f"{first}+") for first in firsts]
    return [pytest.param(few, 0, id=f"{few}_windows", marks=marks), *full]


@pytest.mark.parametrize(("count", "first"), parts(4, 50, 10))
def test_that_leaving_at_any_instant_saves_and_ends_with_its_own_code(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "leave", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}
    assert found["saved"] >= count // 2  # so many had said so before they were left


@pytest.mark.parametrize(("count", "first"), parts(1, 10, 10, pytest.mark.slow))
def test_that_asking_twice_ends_it_while_a_save_hangs(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "twice", tmp_path, count, emoji, first)
    print(found)  # shown by -s
    assert found["left"] == {"fine": count}


@pytest.mark.parametrize(("count", "first"), parts(1, 5, 5, pytest.mark.slow))
def test_that_the_end_of_the_desktops_session_finds_everything_saved(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "logout", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}


@pytest.mark.parametrize(("count", "first"), parts(1, 20, 10, pytest.mark.slow))
def test_that_the_start_after_a_kill_offers_the_run_and_has_the_settings(
    count: int, first: int, emoji: Path, tmp_path: Path
) -> None:
    found = in_process("windows", "kill", tmp_path, count, emoji, first)
    assert found["left"] == {"fine": count}


def test_that_a_closed_terminal_saves_a_run_without_a_window(emoji: Path, tmp_path: Path) -> None:
    import fcntl
    import pty
    import termios

    endless = tiny(emoji, training={"images": 10**9}, checkpoint={"every_images": 400})
    write_draft(tmp_path / "wanted.toml", endless.draft())
    mine, theirs = pty.openpty()
    words = ["train", str(tmp_path / "wanted.toml"), "--out", str(tmp_path / "run")]
    with subprocess.Popen(
        [sys.executable, "-m", "gan_engine.cli", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as child:
        os.close(theirs)
        said = b""
        while b"saved" not in said:
            said += os.read(mine, 4096)
        os.close(mine)
        try:
            assert child.wait(100) == 129
        finally:
            child.kill()
    info = read_run(tmp_path / "run")
    assert info.state == "stopped"
    assert info.saved_images == info.images_seen == checkpoint.newest(info.folder)[1].images_seen


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
