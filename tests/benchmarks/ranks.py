"""Images a second of one run by one and by two processes, and what share of the time they talk.

`python -m tests.benchmarks.ranks [BATCH] [ROUNDS]`; the last line is JSON. On one computer's CPU the
processes share its cores: it shows that the plumbing works and what it costs, not what several GPUs
would gain.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from gan_engine import paths
from gan_engine.config import RunConfig, default_draft, parse
from gan_engine.data.prepare import Prepared, prepare
from gan_engine.device import choose, usual_formats
from gan_engine.drafts import merge
from gan_engine.training import join, serve
from gan_engine.training.leading import lead
from gan_engine.training.ranks import Together
from gan_engine.training.session import Session

WARM = 3


def settings(batch: int) -> RunConfig:
    changes = {
        "data": {"folder": paths.BUILTIN, "size": 32},
        "architecture": {"kind": "dcgan", "width": 32},
        "training": {"batch_size": batch, "images": 10**9},
    }
    return parse(merge(default_draft(), changes))


def measure(batch: int, rounds: int) -> dict[str, float] | None:
    """Train so many rounds as one process, or as rank 0 of several; None for the other ranks."""
    config, ranks = settings(batch), join()
    if isinstance(ranks, Together) and ranks.rank:
        serve(ranks)
        ranks.leave()
        return None
    *_, prepared = prepare(config.data)
    assert isinstance(prepared, Prepared)
    device = choose(config.training.device)
    formats = usual_formats("auto", "auto", device)
    session = (
        lead(config, prepared, formats, ranks)
        if isinstance(ranks, Together)
        else Session(config, prepared.images, device, formats=formats)
    )
    for _ in range(WARM):
        session.round()
    session.meters.read(wait=True)
    began, talked = time.perf_counter(), ranks.seconds
    for _ in range(rounds):
        session.round()
    session.meters.read(wait=True)
    took = time.perf_counter() - began
    row = {
        "processes": ranks.count,
        "images_per_s": round(rounds * batch / took, 1),
        "communication_share": round((ranks.seconds - talked) / took, 3),
    }
    session.close()
    ranks.leave()
    return row


def main() -> None:
    batch = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    if "RANK" in os.environ or os.environ.get("ALONE"):
        row = measure(batch, rounds)
        if row is not None:
            Path(os.environ["ROW"]).write_text(json.dumps(row), encoding="utf-8")
        return
    words = ["-m", "tests.benchmarks.ranks", str(batch), str(rounds)]
    run = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2):
            row = Path(folder) / f"{count}.json"
            of = {**os.environ, "ROW": str(row), "OMP_NUM_THREADS": "1"}
            if count == 1:
                command = [sys.executable, *words]
                of["ALONE"] = "1"
            else:
                command = [sys.executable, *run, "--nproc-per-node", str(count), *words]
            subprocess.run(command, env=of, check=True)
            rows.append(json.loads(row.read_text(encoding="utf-8")))
    where = (
        torch.cuda.get_device_name()
        if torch.cuda.is_available()
        else f"CPU, {os.cpu_count()} cores"
    )
    sys.stdout.write(json.dumps({"device": where, "batch": batch, "rows": rows}) + "\n")


if __name__ == "__main__":
    main()
