"""Every file call of a save that fails is told or harmless; the run goes on and loses nothing."""

from __future__ import annotations

import errno
import os
from itertools import groupby
from pathlib import Path

import pytest

from gan_engine.checkpoint import file_name, listed
from gan_engine.commands import Inbox, Resume
from gan_engine.events import Event, Finished, Notice, Paused, Saved
from gan_engine.training import train
from tests.reliability.helpers import newest, of_kind, same, tiny
from tests.reliability.kills import example, save
from tests.reliability.trap import UNIMPORTANT, Trap, trapped

PIECES = 3
"""Of the many writes of one save only the first few and the last fail in turn."""


def followed(images: Path, folder: Path, trap: Trap) -> list[Event]:
    """Run to the end, the trap armed after the first save and for one save."""
    inbox, events = Inbox(), list[Event]()
    config = tiny(images, checkpoint={"keep": 1})  # so that the old one is deleted in between
    with trapped(trap):
        for event in train(config, inbox, folder=folder):
            events.append(event)
            if isinstance(event, Saved):
                trap.armed = event.images_seen == 8
            if isinstance(event, Paused):
                inbox.post(Resume())
    return events


def worth_failing(calls: list[str]) -> list[int]:
    """Return the places of the calls to let fail: all, but of a long row of writes only some."""
    writes = [place for place, call in enumerate(calls) if call == "write"]
    return [p for p in range(len(calls)) if calls[p] != "write" or p in writes[:PIECES]] + [
        writes[-1]
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_that_no_failing_file_call_is_silent_or_costs_anything(
    code: int, emoji: Path, tmp_path: Path
) -> None:
    quiet = Trap(-1, lambda _: None)
    followed(emoji, tmp_path / "whole", quiet)
    whole = newest(tmp_path / "whole")
    assert {"open", "write", "os.fsync", "os.replace", "read", "mkdir"} <= set(quiet.calls)
    silent, failed = [], 0
    for place in worth_failing(quiet.calls)[code == errno.EIO :: 2]:

        def fail(_: str) -> None:
            raise OSError(code, os.strerror(code))

        folder = tmp_path / str(place)
        trap = Trap(place, fail)
        events = followed(emoji, folder, trap)
        assert isinstance(events[-1], Finished)
        assert same(newest(folder), whole)
        left = [p.name for p in (folder / "checkpoints").iterdir() if p.suffix != ".safetensors"]
        told = [notice for notice in of_kind(events, Notice) if notice.key in ("space", "prune")]
        failed += 1
        if not told and trap.calls[place] not in UNIMPORTANT:
            silent.append(trap.calls[place])
        assert not left or trap.calls[place] in UNIMPORTANT
    assert not silent
    assert failed > 6


@pytest.mark.skipif(os.name == "nt", reason="NTFS orders renames itself")
def test_that_a_save_is_forced_to_the_disk_then_checked_then_in_place_and_older_ones_go_last(
    tmp_path: Path,
) -> None:
    snapshot = example()
    for images in (1, 2):
        save(tmp_path, snapshot, images)
    trap = Trap(-1, lambda _: None)
    trap.armed = True
    with trapped(trap):
        save(tmp_path, snapshot, 3)
    steps = [call for call in trap.calls if call in ("write", "read", "os.fsync", "os.replace")]
    of_the_file = ["write", "os.fsync", "read", "os.replace"]
    of_the_folder, of_the_oldest = ["os.fsync"], ["os.replace"]
    assert [step for step, _ in groupby(steps)] == of_the_file + of_the_folder + of_the_oldest
    assert trap.calls[-1] == "unlink"
    assert [path.name for path in listed(tmp_path)] == [file_name(3), file_name(2)]


def test_that_a_disk_that_gives_back_something_else_is_told(emoji: Path, tmp_path: Path) -> None:
    quiet = Trap(-1, lambda _: None)
    followed(emoji, tmp_path / "whole", quiet)
    folder = tmp_path / "run"

    def lie(_: str) -> None:
        path = next((folder / "checkpoints").glob(".tmp-*"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    events = followed(emoji, folder, Trap(quiet.calls.index("read"), lie))
    assert "came back from the disk changed" in of_kind(events, Notice)[0].text
    assert same(newest(folder), newest(tmp_path / "whole"))
