"""Pictures that go, shrink or change while they are prepared or trained on: each is told once."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path

import pytest

from gan_engine.data.pairs import Unit
from gan_engine.data_settings import DataSettings
from gan_engine.errors import DataError
from gan_engine.events import Finished, Notice, Saved
from gan_engine.history import History
from gan_engine.training import train
from tests.reliability.helpers import newest, of_kind, same, tiny


def spoil(folder: Path) -> list[str]:
    """Delete a picture, cut one short, replace one by a folder and one by words; return the names."""
    gone, cut, swapped, other = sorted(folder.iterdir())[:4]
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:40])
    swapped.unlink()
    swapped.mkdir()
    other.write_text("no picture any more", encoding="utf-8")
    return [gone.name, cut.name, swapped.name, other.name]


def test_that_pictures_that_change_while_a_run_trains_change_nothing(
    emoji: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(emoji, copy)
    list(train(tiny(emoji), folder=tmp_path / "whole"))
    events = []
    for event in train(tiny(copy), folder=tmp_path / "run"):
        events.append(event)
        if isinstance(event, Saved) and event.images_seen == 8:
            spoil(copy)
    assert isinstance(events[-1], Finished)
    assert not of_kind(events, Notice)
    whole, run = newest(tmp_path / "whole"), newest(tmp_path / "run")
    assert same(whole, run)


@pytest.mark.parametrize("leaves", ["nothing", "an empty folder"])
def test_that_a_disk_that_goes_while_pictures_are_prepared_makes_no_run_of_the_first_few(
    leaves: str, emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = importlib.import_module("gan_engine.data.prepare")
    plain, away, read = prepare.decoded, tmp_path / "away", list[str]()
    tenth = sorted(os.listdir(emoji))[9]

    def decoded(settings: DataSettings, unit: Unit) -> object:
        read.append(unit.name)
        if unit.name == tenth:
            emoji.rename(away)
            emoji.mkdir() if leaves == "an empty folder" else None
        return plain(settings, unit)

    monkeypatch.setattr(prepare, "decoded", decoded)
    with pytest.raises(DataError, match="“emoji” is gone"):
        list(train(tiny(emoji), folder=tmp_path / "run"))
    assert 10 <= len(read) <= 48
    monkeypatch.undo()
    emoji.rmdir() if emoji.exists() else None
    away.rename(emoji)
    (made,) = (m for m in prepare.prepare(tiny(emoji).data) if isinstance(m, prepare.Prepared))
    assert (len(made.files), made.reused, made.bad) == (48, False, ())


def test_that_pictures_that_go_between_listing_and_reading_are_each_told_once(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = importlib.import_module("gan_engine.data.prepare")  # the function has its name
    plain, spoilt = prepare.require_space, list[str]()

    def listed_then_spoilt(folder: Path, needed: int) -> None:
        spoilt.extend(spoil(emoji))
        plain(folder, needed)

    monkeypatch.setattr(prepare, "require_space", listed_then_spoilt)
    events = list(train(tiny(emoji), folder=tmp_path / "run"))
    assert isinstance(events[-1], Finished)
    (told,) = [notice for notice in of_kind(events, Notice) if notice.key == "unreadable"]
    assert told.text.startswith("4 files")
    history = History(tmp_path / "run")
    (kept,) = [payload for _, _, kind, payload in history.events() if kind == "images"]
    history.close()
    assert sorted(name for name, _ in kept["unreadable"]) == sorted(spoilt)
    assert all(reason for _, reason in kept["unreadable"])
    assert kept["used"] == 44
