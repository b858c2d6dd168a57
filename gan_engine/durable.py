"""The one way to write a file that must survive: temp, fsync, rename, fsync, verify; and a run's lock."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, TextIO

import psutil

from gan_engine.errors import BusyError, SpaceError

TEMPORARY = ".tmp-"
"""What the names of unfinished files begin with; any such file may be swept away."""

_unnamed = set[Path]()
"""The runs that this process trains whose lock says nothing: their disk was full at the start."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.ENOSYS)}
"""What a disk says that cannot lock files, as some that are reached over a network."""


def write(
    path: Path,
    data: bytes | Callable[[BinaryIO], object],
    needed: int = 0,
    run: Path | None = None,
) -> int:
    """Put `data` at `path` so that a crash leaves the old file or the new one, never a stump.

    What was written is read back and compared before it takes the old file's place.

    Args:
        path: Where; its folder is made when missing.
        data: The bytes, or a function that writes them into an open file, front to back.
        needed: How many bytes the function will write, for the sentence about a full disk.
        run: The run that it belongs to, whose lock is held: where that has gone with its disk,
            nothing is written in its place.

    Returns:
        How many bytes the file has.

    Raises:
        SpaceError: The disk is full, not writable, gone, or gives back something else than was
            written; what stood at `path` still stands.
    """
    if run is not None and not is_here(run):
        raise gone(run)
    temporary = path.with_name(f"{TEMPORARY}{_writer()}-{path.name}")
    needed = needed if callable(data) else len(data)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            counted = _Counted(file)
            if callable(data):
                data(counted)  # type: ignore[arg-type]
            else:
                counted.write(data)
            file.flush()
            os.fsync(file.fileno())
            _forget(file)
        if digest_of(temporary) != counted.digest():
            raise changed(path)
        os.replace(temporary, path)
        sync_folder(path.parent)
        return counted.size
    except OSError as error:
        raise space_error(error, path, needed) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _writer() -> str:
    """Return who writes: two threads may write one file, and neither takes away what the other began."""
    return f"{os.getpid()}-{threading.get_ident()}"


write_durably = write
"""The same under the name that outsiders know it by."""


class _Counted:
    """A file that is only written to, front to back; knows the checksum of what it was given."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sum, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview) -> int:
        self._file.write(data)
        self._sum.update(data)
        size = memoryview(data).nbytes
        self.size += size
        return size

    def digest(self) -> bytes:
        return self._sum.digest()


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file, read piece by piece so that other threads go on meanwhile."""
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(2**20):
            total.update(piece)
    return total.digest()


def _forget(file: BinaryIO) -> None:
    """Ask the system to drop its copy of a file, so that reading it back reads the disk."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def nearest_folder(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that is there: what is written to it lies on that disk."""
    return next((one for one in (path, *path.parents) if os.path.isdir(one)), path)


def space_error(error: OSError, path: Path, needed: int = 0) -> SpaceError:
    """Return the sentence for a write that failed; `needed` is in bytes, 0 when unknown."""
    folder = nearest_folder(path)
    if error.errno in _FULL:
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(folder).free / 2**20
            return SpaceError(
                "The disk is full: “{name}” needs {needed:.1f} MB; {free:.1f} MB are free."
                if needed
                else "The disk is full: “{name}” could not be written; {free:.1f} MB are free.",
                hint="Free some space, then go on.",
                name=path.name,
                needed=needed / 2**20,
                free=free,
            )
    if (file := next((p for p in path.parents if os.path.isfile(p)), None)) is not None:
        return SpaceError(
            "“{file}” is a file, not a folder: “{name}” cannot be written into it.",
            hint="Choose another folder.",
            file=file.name,
            name=path.name,
        )
    return SpaceError(
        "“{name}” could not be written: {why}.",
        hint="Choose a shorter name."
        if error.errno == errno.ENAMETOOLONG
        else "Check the folder {folder} and its permissions.",
        name=path.name,
        why=error.strerror or type(error).__name__,
        folder=str(folder.absolute()),
    )


def changed(path: Path) -> SpaceError:
    """Return the sentence for a file that was read back as something else than was written."""
    return SpaceError(
        "“{name}” came back from the disk changed.", hint="Save to another disk.", name=path.name
    )


def gone(run: Path) -> SpaceError:
    """Return the sentence for a run whose folder went away while it was trained."""
    return SpaceError(
        "The folder of “{name}” is gone: its disk was unplugged, or it was moved.",
        hint="Bring it back to where it was, then go on.",
        name=run.name,
    )


def is_here(run: Path) -> bool:
    """Return whether the folder whose lock this process holds is still the one at this place.

    Where a disk was unplugged an empty folder may stay behind, and another disk may come to lie
    there: what says which it is, is the lock's own text.
    """
    try:
        text = (run / "lock").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    holder = lock_holder(run)
    if not text:
        return run in _unnamed
    return holder is not None and holder.get("pid") == os.getpid()


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut; systems without folder fsync keep their own order."""
    if os.name == "nt":  # NTFS journals renames and offers no handle to sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(path: Path, target: Path) -> None:
    """Give a file of ours another name in its folder, for good.

    Raises:
        OSError: It cannot be; it has its old name then.
    """
    os.replace(path, target)
    sync_folder(target.parent)


def second_name(path: Path, name: str) -> None:
    """Let a file of ours be found under a second name, too; what had that name is not it any more.

    Some disks know no second names: there it is a copy.

    Raises:
        OSError: It cannot be.
    """
    temporary = path.with_name(f"{TEMPORARY}{_writer()}-{name}")
    temporary.unlink(missing_ok=True)
    try:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copyfile(path, temporary)
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        rename(temporary, path.with_name(name))
    finally:
        temporary.unlink(missing_ok=True)  # a file renamed to another name of itself stays as it is


def aside(path: Path) -> Path:
    """Return a free name beside a file that cannot be read, under which it is kept."""
    number, mark = 1, "damaged"
    while (free := path.with_name(f"{path.stem}.{mark}{path.suffix}")).exists():
        number += 1
        mark = f"damaged-{number}"
    return free


def remove(path: Path) -> None:
    """Delete a file by renaming it to a temporary name first, so that a crash leaves no half of it."""
    trash = path.with_name(f"{TEMPORARY}{os.getpid()}-trash-{path.name}")
    os.replace(path, trash)
    trash.unlink()


def sweep(folder: Path) -> int:
    """Delete the unfinished files that a killed process left in `folder`; return how many."""
    strays = (
        [path for path in folder.glob(f"{TEMPORARY}*") if path.is_file()] if folder.is_dir() else []
    )
    for path in strays:
        with contextlib.suppress(OSError):
            path.unlink()
    return len(strays)


def boot_id() -> str:
    """Return a name for this start of this computer, so that a lock from before a reboot is stale."""
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text(encoding="utf-8").strip()
    return str(
        round(psutil.boot_time() / 10)
    )  # elsewhere the start time, to 10 s, stands in for it


def lock_holder(folder: Path) -> dict[str, object] | None:
    """Return who is writing the run in `folder` now, or None; a dead writer's lock does not count."""
    try:
        held: dict[str, object] = json.loads((folder / "lock").read_text(encoding="utf-8"))
        pid, host, boot = int(str(held["pid"])), held["host"], held["boot"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if host != socket.gethostname():
        return held
    if boot != boot_id():
        return None
    try:
        process = psutil.Process(pid)
        born, state = process.create_time(), process.status()
    except psutil.NoSuchProcess:
        return None
    except psutil.Error:
        return held  # somebody else's process: it is there
    dead = state in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    with contextlib.suppress(KeyError, ValueError):
        dead = dead or abs(born - float(str(held["born"]))) > 2
    return None if dead else held


def is_elsewhere(holder: Mapping[str, object] | None) -> bool:
    """Return whether who holds a lock is on another computer."""
    return holder is not None and holder["host"] != socket.gethostname()


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Be the one writer of the run in `folder` for as long as the block lasts.

    The system's own file lock decides between two programs, and ends with the process that held
    it; the text inside says who that is, and keeps out a writer on another host.

    Raises:
        BusyError: Another living process, or this one, is writing it.
    """
    path = folder / "lock"
    me = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "boot": boot_id(),
        "born": psutil.Process().create_time(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")  # noqa: SIM115  (closed below, after the caller is done)
    except OSError as error:
        raise space_error(error, path) from error
    with file:
        mine, holder = _hold(file), lock_holder(folder)
        # A lock ends where a disk is unplugged; who still trains there says so in the text.
        others = holder and (holder["host"], holder["pid"]) != (me["host"], me["pid"])
        if mine is False or others or (mine is None and holder):
            holder = holder or {"pid": "unknown", "host": socket.gethostname()}
            raise BusyError(
                "This run is being trained by another program (process {pid} on {host}).",
                hint="Stop it there first, or watch it as it goes.",
                pid=holder["pid"],
                host=holder["host"],
            )
        # Without the text a full disk would keep a run from going on; the system's lock holds anyway.
        try:
            file.truncate(0)
            file.write(json.dumps(me))
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            _unnamed.add(folder)
        try:
            yield
        finally:
            _unnamed.discard(folder)
            with contextlib.suppress(OSError):
                file.truncate(0)


def _hold(file: TextIO) -> bool | None:
    """Take the system's lock on an open file; False when somebody has it, None where a disk has no locks."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(2**20)  # a byte far behind the text, so that others can read who holds it
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return None if error.errno in _NO_LOCKS else False
    return True
