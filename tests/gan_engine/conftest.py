"""The command line in this process, and a run that it has trained."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from gan_engine import cli

SMALL = [
    word
    for path, value in {
        "data.size": 16,
        "architecture.width": 4,
        "architecture.z_dim": 8,
        "training.batch_size": 4,
        "training.device": "cpu",
        "samples.rows": 2,
        "samples.columns": 2,
    }.items()
    for word in ("--set", f"{path}={value}")
]


@pytest.fixture
def gan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command line in this process: (exit code, out, err)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gan-engine", *map(str, words)])
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            cli.main()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        finally:
            for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def trained(gan, emoji: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    code, _, err = gan("train", "--data", emoji, "--images", 16, "--out", folder, *SMALL)
    assert code == 0, err
    return folder
