"""One of several processes that train a few tiny runs together, one after the other.

`torchrun … -m tests.gan_engine.training.rank_child IMAGES FOLDER NAME…`
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from gan_engine import checkpoint, durable
from gan_engine.commands import Inbox, Resume
from gan_engine.config import RunConfig, default_draft, parse
from gan_engine.data.ondisk import OnDisk
from gan_engine.drafts import merge
from gan_engine.errors import SpaceError
from gan_engine.events import Finished, Paused
from gan_engine.training import conductor, join, leading, serve, session, train
from gan_engine.training.ranks import Ranks, Together
from gan_engine.training.step import Step

TINY = {
    "data": {"size": 16},
    "training": {"batch_size": 8, "images": 160, "device": "cpu", "precision": "fp32"},
    "samples": {"rows": 2, "columns": 2, "every_seconds": 3600},
    "checkpoint": {"every_images": 40, "keep": 10},
    "measuring": {"share": 0.5},
}
RUNS: dict[str, dict[str, Any]] = {
    "r3": {
        "architecture": {"kind": "r3", "width": 16, "z_dim": 8},
        "penalties": {"r1": {}, "r2": {}},
        "loss": {"kind": "cross_entropy", "pairing": "pair"},
        "training": {"accumulation": 2},
    },
    "batch norm": {
        "architecture": {"kind": "dcgan", "width": 4, "z_dim": 8},
        "training": {"sync_batch_norm": True, "images": 80},
    },
    "all that remembers": {
        "architecture": {"kind": "style", "width": 16, "z_dim": 8},
        "augment": {"kind": "adaptive"},
        "penalties": {
            "r1": {},
            "lecam": {},
            "path_length": {},
        },
        "training": {"images": 80},
        "ema": {"any_length": True},
    },
    "short of memory": {
        "architecture": {"kind": "r3", "width": 16, "z_dim": 8},
        "penalties": {"r1": {}},
        "augment": {"kind": "adaptive"},
        "training": {"images": 80},
    },
    "full disk": {
        "architecture": {"kind": "r3", "width": 16, "z_dim": 8},
        "training": {"images": 80},
    },
    "images away": {
        "architecture": {"kind": "r3", "width": 16, "z_dim": 8},
        "loss": {"pairing": "pair"},
        "training": {"images": 80, "d_steps": 2},
    },
    "local norm": {
        "architecture": {"kind": "dcgan", "width": 4, "z_dim": 8},
        "training": {"images": 80},
    },
}


def settings(images: Path, name: str) -> RunConfig:
    draft = merge(merge(default_draft(), TINY), {"data": {"folder": str(images)}})
    changes = dict(RUNS[name])
    if "penalties" in changes:
        draft = {**draft, "penalties": changes.pop("penalties")}
    return parse(merge(draft, changes))


def read_every_round() -> None:
    """Make a reading of every single round, so that losses can be compared."""
    conductor.READINGS_A_SECOND, leading.STRETCH_S = 10**9, 0.0
    leading.LOOKS_EVERY_S = 0.1


@contextlib.contextmanager
def short(name: str, ranks: Ranks) -> Iterator[None]:
    """Let the last process lack the memory for a whole batch, from its fourth update of D on."""
    teach, calls = Step._teach_d, [0]

    def met(step: Step, *args: Any) -> Any:
        calls[0] += 1
        if step.parts == 1 and calls[0] > 3:
            raise torch.OutOfMemoryError("out of memory, on purpose")
        return teach(step, *args)

    if name == "short of memory" and ranks.rank == ranks.count - 1:
        Step._teach_d = met  # type: ignore[method-assign]
    try:
        yield
    finally:
        Step._teach_d = teach  # type: ignore[method-assign]


@contextlib.contextmanager
def full(name: str) -> Iterator[None]:
    """Let the disk be full at the first save, and once more when it is tried again."""
    write, calls = checkpoint.write, [0]

    def met(path: Path, *given: Any) -> int:
        calls[0] += 1
        if calls[0] < 3:
            raise durable.space_error(OSError(errno.ENOSPC, "full, on purpose"), path)
        return write(path, *given)

    if name == "full disk":
        checkpoint.write = met
    try:
        yield
    finally:
        checkpoint.write = write


@contextlib.contextmanager
def away(name: str, ranks: Ranks) -> Iterator[Callable[[], None]]:
    """Let images be too many for memory, and each process lose them once, at another moment."""
    read, share, calls, lost = OnDisk.read, session.RESIDENT_SHARE, [0], [False]

    def met(images: OnDisk, *given: Any) -> None:
        calls[0] += 1
        lost[0] |= calls[0] == 7 + 5 * ranks.rank
        if lost[0]:
            raise SpaceError("The disk is gone, on purpose.")
        read(images, *given)

    if name == "images away":
        OnDisk.read, session.RESIDENT_SHARE = met, 0.0  # type: ignore[method-assign, assignment]
    try:
        yield lambda: lost.__setitem__(0, False)
    finally:
        OnDisk.read, session.RESIDENT_SHARE = read, share  # type: ignore[method-assign]


def all_of(names: Iterable[str], images: Path, folder: Path, ranks: Ranks) -> None:
    for name in names:
        with short(name, ranks), full(name), away(name, ranks) as bring_back:
            if isinstance(ranks, Together) and ranks.rank:
                serve(ranks, lambda _, mend=bring_back: mend())  # type: ignore[misc]
                continue
            inbox, last = Inbox(), None
            for last in train(settings(images, name), inbox, folder / name, ranks=ranks):
                if isinstance(last, Paused):
                    bring_back()
                    inbox.post(Resume())  # it looks at once; a full disk once more, seconds later
            assert isinstance(last, Finished)


if __name__ == "__main__":
    read_every_round()
    ours = join()
    try:
        all_of(sys.argv[3:], Path(sys.argv[1]), Path(sys.argv[2]), ours)
    finally:
        ours.leave()
