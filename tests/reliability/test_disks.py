"""A full, limited or forbidden disk pauses a run within a round; with space it goes on, exact."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gan_engine import checkpoint, durable
from gan_engine.commands import Command, Inbox
from gan_engine.events import Event, Finished, Paused, Resumed, Saved
from gan_engine.training import train
from tests.reliability.helpers import in_process, of_kind, tiny

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits and mounts as POSIX has them")
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")


@pytest.fixture
def outside(emoji: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that other users can reach too, with the images in it."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        shutil.copytree(emoji, Path(name) / "images")
        for variable in ("GAN_STUDIO_HOME", "GAN_STUDIO_CACHE", "GAN_STUDIO_STATE"):
            monkeypatch.setenv(variable, f"{name}/{variable.lower()}")
        yield Path(name)


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    mount = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("disk", "says"),
    [
        pytest.param("full", "disk is full", marks=pytest.mark.slow),
        ("limit", "disk is full"),
        ("forbidden", "Permission denied"),
    ],
)
def test_that_a_run_waits_for_the_disk_and_goes_on(disk: str, says: str, outside: Path) -> None:
    if disk == "full" and not can_mount():
        pytest.skip("no disk can be mounted here")
    before = OWN_MOUNTS if disk == "full" else ()
    found = in_process("disks", disk, outside, outside / "images", before=before)
    assert says in str(found.pop("told"))
    # The save runs beside the training, so that a round may end before it is known to have failed.
    assert found.pop("rounds_until_it_waited") <= 2
    assert found.pop("listed", True)
    assert found == {
        "waited": True,
        "kept_meanwhile": [8],
        "finished": "finished",
        "exact": True,
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_that_the_command_line_waits_for_room_too_and_ends_when_it_is_told(outside: Path) -> None:
    if not can_mount():
        pytest.skip("no disk can be mounted here")
    found = in_process("disks", "commanded", outside, outside / "images", before=OWN_MOUNTS)
    assert found == {
        "codes": [143, 130],
        "waited": 3,
        "told": True,
        "thrown": False,
        "damaged": [],
        "strays": 0,
    }


class Looking(Inbox):
    """Nobody commands anything; the disk is mended at the second look."""

    def __init__(self, mend: Callable[[], object]) -> None:
        super().__init__()
        self.waits, self._mend = list[float](), mend

    def take(self, timeout: float = 0.0) -> list[Command]:
        if timeout:
            self.waits.append(timeout)
            if len(self.waits) == 2:
                self._mend()
        return super().take()


def test_that_a_run_looks_again_by_itself_every_few_seconds(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise durable.space_error(OSError(errno.ENOSPC, "full"), tmp_path)

    with monkeypatch.context() as full:
        inbox, events = Looking(full.undo), list[Event]()
        for event in train(tiny(emoji), inbox, folder=tmp_path / "run"):
            events.append(event)
            if isinstance(event, Saved) and event.images_seen == 8:
                full.setattr(checkpoint, "write", fail)
    assert isinstance(events[-1], Finished)
    assert len(of_kind(events, Paused)) == len(of_kind(events, Resumed)) == 1
    assert len(inbox.waits) == 2
    assert min(inbox.waits) >= 1  # seconds: it waits, and does not ask again and again


@pytest.mark.timeout(300)
def test_that_somebody_without_rights_is_told_and_can_still_look(outside: Path) -> None:
    found = in_process("nobody", outside, outside / "images")
    for what, said in found["refused"].items():
        assert "Permission denied" in said, what
    assert found["read"] == {"listed": ["001-done"], "shelf": ["001-done"], "state": "done", "curves": 1}  # fmt: skip
    assert found["preferences"] == "/somewhere"  # in force, if not kept
    assert found["window"] == {"told": True, "code": 0, "wrong": []}
