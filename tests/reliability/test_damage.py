"""What is damaged or missing is noticed before it is used, named and kept; the run falls back."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_engine import checkpoint
from gan_engine.errors import DamagedFileError, FileError, MemoryFullError, OlderSaveError
from gan_engine.events import Finished, Notice
from gan_engine.history import History
from gan_engine.training import list_runs, read_run, resume, train
from tests.reliability.helpers import newest, of_kind, same, tiny

SEED = 11


@pytest.fixture
def run(emoji: Path, tmp_path: Path) -> Path:
    """A finished run that saved after 16, 24 and 32 images."""
    list(train(tiny(emoji), folder=tmp_path / "run"))
    return tmp_path / "run"


def refused(folder: Path, damage: bytes) -> bool:
    """Whether the newest save, made of `damage` now, is noticed and the one before it found."""
    path = checkpoint.listed(folder)[0]
    good = path.read_bytes()
    path.write_bytes(damage)
    try:
        found, saved, damaged = checkpoint.newest(folder)
        return saved.images_seen == 24 and damaged == [path] and found != path and path.exists()
    finally:
        path.write_bytes(good)


def test_that_300_flipped_bits_and_100_truncations_are_all_noticed(run: Path) -> None:
    data, draw = checkpoint.listed(run)[0].read_bytes(), random.Random(SEED)
    missed = []
    for place in (draw.randrange(len(data)) for _ in range(300)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << draw.randrange(8)
        if not refused(run, bytes(flipped)):
            missed.append(f"bit at {place}")
    for length in (draw.randrange(len(data)) for _ in range(100)):
        if not refused(run, data[:length]):
            missed.append(f"length {length}")
    assert not missed
    assert checkpoint.newest(run)[1].images_seen == 32


def test_that_a_damaged_save_is_told_kept_and_gone_on_without(run: Path, emoji: Path) -> None:
    whole = newest(run)
    path = checkpoint.listed(run)[0]
    bad = path.read_bytes()[:-1]
    path.write_bytes(bad)
    with pytest.raises(OlderSaveError, match=path.name) as offered:
        list(resume(run, older=False))
    assert (offered.value.seen, path.read_bytes()) == (24, bad)
    events = list(resume(run))
    told = [notice for notice in of_kind(events, Notice) if notice.key == "damaged"]
    assert path.name in told[0].text
    # Neither the save of the same moment nor the deleting of old ones has touched it.
    assert path.with_name(f"{path.stem}.damaged.safetensors").read_bytes() == bad
    assert isinstance(events[-1], Finished)
    assert same(newest(run), whole)


def test_that_a_run_of_only_damaged_saves_is_never_started_afresh(run: Path) -> None:
    for path in checkpoint.listed(run):
        path.write_bytes(b"")
    before = sorted(p.name for p in run.rglob("*"))
    with pytest.raises(DamagedFileError, match="None of the 3"):
        list(resume(run))
    assert {p.name for p in run.rglob("*")} - set(before) <= {"lock"}


@pytest.mark.parametrize("lost", ["grids", "history.sqlite", "lock", "checkpoints", "run.toml"])
def test_that_each_missing_file_is_done_without_or_named(lost: str, run: Path) -> None:
    path = run / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    if lost in ("checkpoints", "run.toml"):
        with pytest.raises(FileError, match=run.name):
            list(resume(run, images=40))
    else:
        assert isinstance(list(resume(run, images=40))[-1], Finished)
        assert read_run(run).state == "done"


@pytest.mark.parametrize(
    "damage", [b"", b"no database at all" * 300, None], ids=["empty", "other", "bits"]
)
def test_that_a_damaged_history_is_set_aside_and_never_stops_a_run(
    damage: bytes | None, run: Path
) -> None:
    path = run / "history.sqlite"
    if damage is None:
        data = bytearray(path.read_bytes())
        data[4096:8192] = random.Random(SEED).randbytes(4096)
        damage = bytes(data)
    path.write_bytes(damage)
    read_run(run)
    events = list(resume(run, images=40))
    assert isinstance(events[-1], Finished)
    told = [notice.text for notice in of_kind(events, Notice) if notice.key == "history"]
    aside = list(run.glob("history.damaged*.sqlite"))
    assert [path.name in told[0] for path in aside] == [True] * bool(damage)
    assert not damage or aside[0].read_bytes() == damage
    history = History(run)
    assert [kind for _, _, kind, _ in history.events()][-1] == "finished"
    history.close()


@pytest.mark.parametrize(
    "text",
    ["", "][", "format = 99\n", "data = 3\n", "training = 3\n", "training.images = 'x'\n", "\x00"],
)
def test_that_a_run_with_a_damaged_settings_file_is_listed_and_goes_on(
    text: str, run: Path
) -> None:
    (run / "run.toml").write_text(text, encoding="utf-8")
    assert [info.folder for info in list_runs(run.parent)] == [run]
    events = list(resume(run, images=40))  # the newest save carries the settings too
    assert isinstance(events[-1], Finished)


def test_that_damaged_rows_of_a_history_are_passed_over(run: Path) -> None:
    with contextlib.closing(sqlite3.connect(run / "history.sqlite", isolation_level=None)) as file:
        file.execute("update events set payload = '][' where kind = 'started'")
        file.execute("update scalars set payload = '[1]'")
        file.execute("update events set payload = null where kind = 'saved'")
    assert read_run(run).images_total == 32
    history = History(run)
    assert not history.scalars()[1]
    history.close()
    assert isinstance(list(resume(run, images=40))[-1], Finished)


def test_that_too_little_memory_is_not_taken_for_damage(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {path.name for path in (run / "checkpoints").iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.psutil, "virtual_memory", lambda: SimpleNamespace(available=1))
        with pytest.raises(MemoryFullError):
            list(resume(run, images=40))
    assert {path.name for path in (run / "checkpoints").iterdir()} == names
