"""A look from a process of its own finds what a look from here finds, and can be stopped or die."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from gan_engine import paths
from gan_engine.data import (
    DatasetReport,
    Inspection,
    InspectProgress,
    ScanNames,
    ScanProgress,
    aside,
    inspect_folder,
    scan_folder,
)


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "WORTH", 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a name that is no text, and pictures that are a day old."""
    root = tmp_path / os.fsdecode(b"s\xe9t")
    root.mkdir()
    rng = np.random.default_rng(0)
    for number in range(40):
        rough = Image.fromarray(rng.integers(0, 256, (5, 5, 3), np.uint8))
        rough.resize((90, 60), Image.Resampling.BICUBIC).save(root / f"{number}.png")
    (root / "copy.png").write_bytes((root / "7.png").read_bytes())
    (root / "broken.png").write_bytes(b"")
    (root / "cut.png").write_bytes((root / "1.png").read_bytes()[:300])
    yesterday = time.time_ns() - 86_400 * 10**9
    for path in root.iterdir():
        os.utime(path, ns=(yesterday, yesterday))
    return root


def looked(folder: Path, apart: bool) -> tuple[DatasetReport, Inspection]:
    *_, report = scan_folder(folder, apart=apart)
    *_, inspection = inspect_folder(folder, apart=apart)
    assert isinstance(report, DatasetReport)
    assert isinstance(inspection, Inspection)
    return report, inspection


def forget() -> None:
    for path in (paths.cache() / "scans").iterdir():
        path.unlink()


def test_that_it_finds_what_a_look_from_here_finds(folder, monkeypatch):
    here = looked(folder, apart=False)
    forget()

    def never(*_: object) -> None:
        raise AssertionError("read from here")

    monkeypatch.setattr("gan_engine.data.scan.read_header", never)
    monkeypatch.setattr("gan_engine.data.inspection.decode", never)
    assert looked(folder, apart=True) == here


def test_that_it_says_how_far_it_is(folder):
    steps = list(scan_folder(folder, apart=True))
    assert isinstance(steps[-1], DatasetReport)
    names = next(step for step in steps if isinstance(step, ScanNames))
    assert len(names.names) == 43
    assert steps[-2] == ScanProgress(43, 43)
    looks = list(inspect_folder(folder, apart=True))
    assert all(isinstance(step, InspectProgress) for step in looks[:-1])


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_that_a_process_that_cannot_start_or_dies_costs_only_time(folder, monkeypatch, python):
    here = looked(folder, apart=False)
    forget()
    monkeypatch.setattr("gan_engine.data.aside.sys.executable", python)
    assert looked(folder, apart=True) == here


def test_that_pictures_that_changed_this_moment_are_looked_at_from_here(folder):
    now = time.time_ns()
    for path in folder.iterdir():
        os.utime(path, ns=(now, now))
    assert looked(folder, apart=True) == looked(folder, apart=False)


@pytest.mark.parametrize("look", [scan_folder, inspect_folder])
def test_that_no_process_is_left_when_it_is_cancelled(folder, look: Callable[..., object]):
    asked = [0]

    def cancelled() -> bool:
        asked[0] += 1
        return asked[0] > 46  # every name, then soon

    for step in look(folder, cancelled, apart=True):  # type: ignore[attr-defined]
        assert not isinstance(step, DatasetReport | Inspection)
    assert not [c for c in psutil.Process().children() if "aside" in " ".join(c.cmdline())]


def test_that_no_process_is_left_when_nobody_listens_any_more(folder):
    steps = scan_folder(folder, apart=True)
    next(step for step in steps if isinstance(step, ScanNames))
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert not [c for c in psutil.Process().children() if "aside" in " ".join(c.cmdline())]
