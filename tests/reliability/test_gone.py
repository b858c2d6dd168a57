"""A run whose folder goes away while it trains waits for it, and puts nothing in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan_engine import checkpoint
from gan_engine.commands import Inbox, Resume, SampleNow, Stop
from gan_engine.config import RunConfig
from gan_engine.errors import DamagedFileError, SpaceError
from gan_engine.events import Event, Finished, Notice, Paused, Resumed, Saved
from gan_engine.history import History
from gan_engine.training import resume, train
from tests.reliability.helpers import in_process, newest, of_kind, same, tiny
from tests.reliability.test_disks import OWN_MOUNTS, can_mount, outside  # noqa: F401
from tests.reliability.test_no_numbers import poisoned, weight


def followed(config: RunConfig, run: Path, away: Path) -> list[Event]:
    """Run to the end; its folder goes after the first save, and is back once the run waits."""
    inbox, events = Inbox(), list[Event]()
    for event in train(config, inbox, folder=run):
        events.append(event)
        if isinstance(event, Saved) and event.images_seen == 8:
            run.rename(away)
            inbox.post(SampleNow())
            inbox.post(SampleNow())  # of which one is told of
        if isinstance(event, Paused):
            assert not run.exists()  # neither saves nor grids nor a log in its place
            away.rename(run)
            inbox.post(Resume())
    return events


def test_that_a_run_waits_for_its_folder_and_goes_on(emoji: Path, tmp_path: Path) -> None:
    list(train(tiny(emoji), folder=tmp_path / "whole"))
    events = followed(tiny(emoji), tmp_path / "run", tmp_path / "away")
    assert isinstance(events[-1], Finished)
    (told,) = [notice for notice in of_kind(events, Notice) if notice.key == "space"]
    assert "“run” is gone" in told.text
    (missed,) = [notice for notice in of_kind(events, Notice) if notice.key == "grid"]
    assert "was not kept" in missed.text
    assert len(of_kind(events, Paused)) == len(of_kind(events, Resumed)) == 1
    assert same(newest(tmp_path / "run"), newest(tmp_path / "whole"))
    history = History(tmp_path / "run")
    kinds = [kind for _, _, kind, _ in history.events()]
    history.close()
    assert kinds.count("trouble") == 1
    # Lines wait for the disk, too.
    assert "is gone" in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


def test_that_another_disk_in_its_place_is_not_written_to(emoji: Path, tmp_path: Path) -> None:
    run, away, other = (tmp_path / name for name in ("run", "away", "other"))
    list(train(tiny(emoji), folder=run))
    run.rename(other)  # a run of the same name, that saved more often than this one has yet
    before = {path: path.stat().st_mtime_ns for path in other.rglob("*")}
    inbox, events = Inbox(), list[Event]()
    for event in train(tiny(emoji), inbox, folder=run):
        events.append(event)
        if isinstance(event, Saved) and event.images_seen == 8:
            run.rename(away)
            other.rename(run)
        if isinstance(event, Paused):
            run.rename(other)
            away.rename(run)
            inbox.post(Resume())
    assert isinstance(events[-1], Finished)
    assert {path: path.stat().st_mtime_ns for path in other.rglob("*")} == before
    assert len(checkpoint.listed(run)) == 3


def test_that_a_return_waits_for_the_folder_instead_of_beginning_afresh(
    emoji: Path, tmp_path: Path
) -> None:
    with poisoned(weight, {4}):
        events = followed(tiny(emoji), tmp_path / "run", tmp_path / "away")
    assert isinstance(events[-1], Finished)
    (told,) = [notice for notice in of_kind(events, Notice) if notice.key == "diverged"]
    assert "went back to 8 images" in told.text


def test_that_a_stop_while_the_folder_is_gone_ends_with_the_reason(
    emoji: Path, tmp_path: Path
) -> None:
    run, away, inbox = tmp_path / "run", tmp_path / "away", Inbox()

    def leave() -> None:
        for event in train(tiny(emoji), inbox, folder=run):
            if isinstance(event, Saved) and event.images_seen == 8:
                run.rename(away)
            if isinstance(event, Paused):
                inbox.post(Stop())

    with pytest.raises(SpaceError, match="is gone"):
        leave()
    assert not run.exists()
    away.rename(run)
    assert newest(run).images_seen == 8
    assert isinstance(list(resume(run))[-1], Finished)


def test_that_a_run_never_begins_afresh_over_saves_that_cannot_be_read(
    emoji: Path, tmp_path: Path
) -> None:
    kept: list[str] = []

    def spoil() -> None:
        for event in train(tiny(emoji), folder=tmp_path / "run"):
            if isinstance(event, Saved) and event.images_seen == 8:
                for path in checkpoint.listed(tmp_path / "run"):
                    path.write_bytes(path.read_bytes()[:-1])
                    kept.append(path.name)

    with poisoned(weight, {4}), pytest.raises(DamagedFileError, match="can be read"):
        spoil()
    assert [path.name for path in checkpoint.listed(tmp_path / "run")] == kept


@pytest.mark.skipif(os.name == "nt", reason="mounts as POSIX has them")
def test_that_a_disk_may_be_unplugged_and_come_back(outside: Path) -> None:  # noqa: F811
    if not can_mount():
        pytest.skip("no disk can be mounted here")
    found = in_process("disks", "unplugged", outside, outside / "images", before=OWN_MOUNTS)
    assert "is gone" in str(found.pop("told"))
    assert found == {"waited": True, "in_its_place": [], "finished": "finished", "exact": True}
