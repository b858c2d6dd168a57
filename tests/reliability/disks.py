"""Runs on a disk that fills up, meets a limit, is forbidden or unplugged; a line of JSON says what came of it.

`python -m tests.reliability.disks full|limit|forbidden|unplugged|commanded FOLDER IMAGES`; `full`,
`unplugged` and `commanded` want a user namespace of their own, in which they mount a small disk.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from gan_engine import checkpoint, durable
from gan_engine.commands import Inbox, Resume
from gan_engine.configfile import write_draft
from gan_engine.events import Notice, Paused, Resumed, Saved
from gan_engine.history import History
from gan_engine.training import list_runs, train
from tests.reliability.helpers import newest, of_kind, same, tiny

NOBODY = 65534
Change = Callable[[], object]


def followed(images: Path, run: Path, spoil: Change, mend: Change) -> dict[str, object]:
    """Run to the end; the disk is spoilt after the first save and mended once the run waits."""
    inbox, events, kept = Inbox(), [], []
    for event in train(tiny(images), inbox, folder=run):
        events.append(event)
        if isinstance(event, Saved) and event.images_seen == 8:
            spoil()
        if isinstance(event, Paused):
            kept.append((event.images_seen, newest(run).images_seen))
            mend()
            inbox.post(Resume())
    notices = [notice for notice in of_kind(events, Notice) if notice.key == "space"]
    history = History(run)
    finished = [kind for _, _, kind, _ in history.events()][-1]
    history.close()
    return {
        "waited": len(of_kind(events, Paused)) == len(of_kind(events, Resumed)) == len(kept),
        "rounds_until_it_waited": (kept[0][0] - 16) // 4 if kept else None,
        "kept_meanwhile": [count for _, count in kept],
        "told": str(notices[0].text) if notices else "",
        "finished": finished,
    }


def small_disk(folder: Path, size: str = "4m") -> Path:
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=True)
    return disk


def fill(ballast: Path) -> None:
    with open(ballast, "wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def full(folder: Path, images: Path) -> dict[str, object]:
    disk = small_disk(folder)
    ballast = disk / "ballast"
    return followed(images, disk / "run", lambda: fill(ballast), ballast.unlink)


def commanded(folder: Path, images: Path) -> dict[str, object]:
    """Runs of the command line that fill their disk: one is given room once, each is told to end."""
    disk, full_soon = small_disk(folder, "2m"), {"every_images": 8, "keep": 1000}
    run, ballast = disk / "run", disk / "ballast"
    ballast.write_bytes(b"x" * 2**20)
    endless = tiny(images, training={"images": 10**9}, checkpoint=full_soon)
    write_draft(folder / "wanted.toml", endless.draft())
    heard, codes = [""], []

    def commanding(*words: Path | str) -> subprocess.Popen[str]:
        cli = [sys.executable, "-m", "gan_engine.cli", *words]
        return subprocess.Popen(cli, stderr=subprocess.PIPE, text=True)

    def until(word: str, said: Iterable[str] | None) -> None:
        for line in said or ():
            heard.append(line)
            if word in line:
                return
        raise AssertionError(heard)

    def told_to_end(child: subprocess.Popen[str], number: int) -> None:
        until("looks again", child.stderr)
        child.send_signal(number)
        heard.extend(child.stderr or ())
        codes.append(child.wait())

    with commanding("train", folder / "wanted.toml", "--out", run) as child:
        until("looks again", child.stderr)
        ballast.unlink()
        until("goes on", child.stderr)
        told_to_end(child, signal.SIGTERM)
    with commanding("resume", run) as child:
        told_to_end(child, signal.SIGINT)
    said = " ".join(" ".join(heard).split())
    return {
        "codes": codes,
        "waited": said.count("looks again"),
        "told": all(word in said for word in ("The disk is full", "Free some space")),
        "thrown": "Traceback" in said,
        "damaged": [path.name for path in checkpoint.newest(run)[2]],
        "strays": durable.sweep(run / "checkpoints"),
    }


def limit(folder: Path, images: Path) -> dict[str, object]:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    return followed(
        images,
        folder / "run",
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**12, hard)),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)),
    )


def forbidden(folder: Path, images: Path) -> dict[str, object]:
    """The same for somebody whom permissions stop: root would pass for the wrong reason."""
    inside = folder / "run" / "checkpoints"
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    found = followed(
        images, folder / "run", lambda: inside.chmod(0o555), lambda: inside.chmod(0o755)
    )
    (folder / "closed").mkdir(mode=0o000)
    names = {info.name for info in list_runs(folder)}
    return {**found, "listed": {"run", "whole"} <= names and "closed" not in names}


def unplugged(folder: Path, images: Path) -> dict[str, object]:
    """A disk that goes while a run trains on it, and is put back into the same place."""
    stick, place, inbox = folder / "stick", folder / "disk", Inbox()
    stick.mkdir()
    place.mkdir()
    events, left = [], list[str]()

    def plug() -> None:
        subprocess.run(["mount", "--bind", stick, place], check=True)

    plug()
    for event in train(tiny(images), inbox, folder=place / "run"):
        events.append(event)
        if isinstance(event, Saved) and event.images_seen == 8:
            subprocess.run(["umount", "--lazy", place], check=True)
        if isinstance(event, Paused):
            left += os.listdir(place)
            plug()
            inbox.post(Resume())
    (told,) = [notice.text for notice in of_kind(events, Notice) if notice.key == "space"]
    history = History(place / "run")
    finished = [kind for _, _, kind, _ in history.events()][-1]
    history.close()
    waited = len(of_kind(events, Paused)) == len(of_kind(events, Resumed)) == 1
    return {"waited": waited, "in_its_place": left, "told": str(told), "finished": finished}


def main() -> None:
    torch.set_num_threads(1)
    what, folder, images = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    list(train(tiny(images), folder=folder / "whole"))  # also what imports everything there is
    whole = newest(folder / "whole")
    if what == "commanded":
        sys.stdout.write(json.dumps(commanded(folder, images)) + "\n")
        return
    ways = {"full": full, "limit": limit, "forbidden": forbidden, "unplugged": unplugged}
    found = ways[what](folder, images)
    run = folder / "disk" / "run" if what in ("full", "unplugged") else folder / "run"
    found["exact"] = same(newest(run), whole)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
