"""Writing that survives: the old file or the new one, never a stump; one writer a run."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gan_engine import durable
from gan_engine.errors import BusyError, SpaceError


def test_that_a_failed_write_leaves_the_old_file_and_no_stray(tmp_path: Path) -> None:
    path = tmp_path / "kept.bin"
    durable.write(path, b"old")

    def fail(file) -> None:
        file.write(b"half of the ne")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(SpaceError, match="disk is full"):
        durable.write(path, fail)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["kept.bin"]


def test_that_a_full_disk_is_told_from_a_forbidden_one(tmp_path: Path) -> None:
    full = durable.space_error(OSError(errno.EFBIG, "File too large"), tmp_path / "a")
    forbidden = durable.space_error(OSError(errno.EACCES, "Permission denied"), tmp_path / "a")
    assert "full" in full.text
    assert "Permission denied" in forbidden.text
    assert full.hint
    assert forbidden.hint


def test_that_a_file_where_a_folder_is_wanted_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(SpaceError, match="“taken” is a file, not a folder") as refused:
        durable.write(tmp_path / "taken" / "below" / "a", b"")
    assert refused.value.hint == "Choose another folder."


def test_that_unfinished_files_are_swept_and_others_kept(tmp_path: Path) -> None:
    (tmp_path / f"{durable.TEMPORARY}1-x").write_bytes(b"")
    (tmp_path / "x").write_bytes(b"")
    assert durable.sweep(tmp_path) == 1
    assert os.listdir(tmp_path) == ["x"]


def test_that_a_run_has_one_writer(tmp_path: Path) -> None:
    with durable.lock(tmp_path):
        assert durable.lock_holder(tmp_path)["pid"] == os.getpid()
        with pytest.raises(BusyError), durable.lock(tmp_path):
            pass
    assert durable.lock_holder(tmp_path) is None
    with durable.lock(tmp_path):
        pass


@pytest.mark.skipif(os.name == "nt", reason="it plays POSIX's locks")
def test_that_on_a_disk_without_locks_the_text_says_who_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def unlocked(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unlocked)
    with durable.lock(tmp_path), pytest.raises(BusyError), durable.lock(tmp_path):
        pass
    with durable.lock(tmp_path):
        assert durable.lock_holder(tmp_path)["pid"] == os.getpid()


def test_that_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib; from gan_engine import durable\n"
        "with durable.lock(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert json.loads((tmp_path / "lock").read_text())["pid"] != os.getpid()
    assert durable.lock_holder(tmp_path) is None
    with durable.lock(tmp_path):
        pass


def test_that_a_lock_from_before_a_reboot_does_not_count(tmp_path: Path) -> None:
    with durable.lock(tmp_path):
        held = json.loads((tmp_path / "lock").read_text())
    (tmp_path / "lock").write_text(json.dumps({**held, "boot": "another"}))
    assert durable.lock_holder(tmp_path) is None


def test_that_a_lock_does_not_count_whose_number_another_process_has_by_now(tmp_path: Path) -> None:
    with durable.lock(tmp_path):
        held = json.loads((tmp_path / "lock").read_text())
    (tmp_path / "lock").write_text(json.dumps(held))
    assert durable.lock_holder(tmp_path) == held
    (tmp_path / "lock").write_text(json.dumps({**held, "born": held["born"] - 100}))
    assert durable.lock_holder(tmp_path) is None


def test_that_a_living_writer_is_believed_where_its_disk_was_unplugged(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from gan_engine import durable\n"
        "with durable.lock(pathlib.Path(sys.argv[1])): print('mine', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"mine\n"
        text = (tmp_path / "lock").read_text()
        (tmp_path / "lock").unlink()  # the system's lock is on the disk as it was
        (tmp_path / "lock").write_text(text)
        with pytest.raises(BusyError, match=str(other.pid)), durable.lock(tmp_path):
            pass
        other.stdin.close()
    with durable.lock(tmp_path):
        pass


def test_that_nothing_is_written_in_the_place_of_a_run_that_is_gone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with durable.lock(run):
        durable.write(run / "inside" / "x", b"1", run=run)
        run.rename(tmp_path / "away")
        with pytest.raises(SpaceError, match="is gone"):
            durable.write(run / "inside" / "x", b"2", run=run)
        assert not run.exists()
        run.mkdir()  # as where a disk was mounted
        with pytest.raises(SpaceError, match="is gone"):
            durable.write(run / "inside" / "x", b"2", run=run)
        assert not os.listdir(run)
    assert (tmp_path / "away" / "inside" / "x").read_bytes() == b"1"


class NoRoom:
    """An open file on a full disk: it is there and can be locked, but takes no word."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_that_a_run_begun_on_a_full_disk_is_not_taken_for_one_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open
    monkeypatch.setattr(durable, "open", lambda *a, **k: NoRoom(plain(*a, **k)), raising=False)
    with durable.lock(tmp_path):
        monkeypatch.undo()
        assert (tmp_path / "lock").read_text() == ""
        durable.write(tmp_path / "inside" / "x", b"1", run=tmp_path)  # there is room by now
    assert not durable.is_here(tmp_path)  # it is nobody's any more


def test_that_a_writer_on_another_host_is_believed(tmp_path: Path) -> None:
    with durable.lock(tmp_path):
        held = json.loads((tmp_path / "lock").read_text())
    theirs = {"host": "elsewhere", "boot": "another", "pid": 2**31 - 1}  # nobody here
    (tmp_path / "lock").write_text(json.dumps({**held, **theirs}))
    with pytest.raises(BusyError, match="elsewhere"), durable.lock(tmp_path):
        pass


def test_that_two_threads_may_write_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"

    def interrupted(file) -> None:
        file.write(b"one")
        other = threading.Thread(target=lambda: durable.write(path, b"two"))
        other.start()
        other.join()

    durable.write(path, interrupted)
    assert path.read_bytes() == b"one"
    assert [found.name for found in tmp_path.iterdir()] == ["pins.json"]
