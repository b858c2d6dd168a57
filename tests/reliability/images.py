"""Runs that read their images from a disk which fails at any moment; a line of JSON says what came of it.

`python -m tests.reliability.images FOLDER IMAGES`; a process of its own, because what is mapped into
memory ends a process where its file fails.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from gan_engine.commands import Command, Inbox, Resume, Stop
from gan_engine.config import RunConfig
from gan_engine.data.ondisk import OnDisk
from gan_engine.events import Event, Finished, Notice, Paused, Resumed
from gan_engine.training import resume, session, train
from tests.reliability.helpers import newest, of_kind, same, tiny

READS = 8
"""In a round there are three: two batches for D, one for G. After the first few, each fails in turn."""


@contextlib.contextmanager
def cut_at(number: int, cut: list[tuple[Path, bytes]]) -> Iterator[None]:
    """Cut the file to nothing right before it is read for the so-manieth time; keep what it held."""
    read, calls = OnDisk.read, [0]

    def met(images: OnDisk, *given: object) -> None:
        calls[0] += 1
        if calls[0] == number:
            cut.append((images.path, images.path.read_bytes()))
            os.truncate(images.path, 0)
        read(images, *given)  # type: ignore[arg-type]

    OnDisk.read = met  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        OnDisk.read = read  # type: ignore[method-assign]


def failing(config: RunConfig, run: Path, number: int, told: Command) -> list[Event]:
    """Run until it ends; once it waits for its images, they are put back, and it is told something."""
    inbox, events, cut = Inbox(), list[Event](), list[tuple[Path, bytes]]()
    with cut_at(number, cut):
        for event in train(config, inbox, folder=run):
            events.append(event)
            if isinstance(event, Paused):
                inbox.post(told)
                if isinstance(told, Resume):
                    put_back(*cut[0])
    if cut and not cut[0][0].stat().st_size:
        put_back(*cut[0])
    return events


def put_back(path: Path, held: bytes) -> None:
    path.write_bytes(held)


def main() -> None:
    torch.set_num_threads(1)
    session.RESIDENT_SHARE = 0.0
    folder, images = Path(sys.argv[1]), Path(sys.argv[2])
    config = tiny(images, training={"d_steps": 2, "images": 48}, loss={"pairing": "pair"})
    found: dict[str, list[object]] = {"waited": [], "said": [], "exact": [], "stopped": []}
    list(train(config, folder=folder / "whole"))
    whole = newest(folder / "whole")
    for number in range(3, 3 + READS):
        run = folder / f"waits-{number}"
        events = failing(config, run, number, Resume())
        found["waited"].append([len(of_kind(events, Paused)), len(of_kind(events, Resumed))])
        found["said"] += [str(n.text) for n in of_kind(events, Notice) if n.key == "space"]
        found["exact"].append(same(newest(run), whole))
        run = folder / f"ends-{number}"
        (end,) = of_kind(failing(config, run, number, Stop()), Finished)
        list(resume(run))
        found["stopped"].append([end.reason, same(newest(run), whole)])
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
