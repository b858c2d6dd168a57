"""How soon the first grid comes, and how much closer five minutes on a CPU bring the samples.

Prints one JSON line last: first_grid_s (from Start to the first grid after an update, the images
already prepared or not, the worst of the seeds) and swd_ratio (sliced Wasserstein distance to the
images after the run over that before it, the worst of the seeds).

    python tests/benchmarks/first_grid.py --minutes 5 --seeds 0 1 2 --out DIR
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--preset", default="quick-cpu-32")
    parser.add_argument("--out", type=Path, default=None, help="keep the runs here")
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["GAN_STUDIO_CACHE"] = scratch
        root = asked.out or Path(scratch) / "runs"
        rows = [one(asked.preset, seed, asked.minutes, root, asked.set) for seed in asked.seeds]
    worst = {key: round(max(row[key] for row in rows), 3) for key in ("first_grid_s", "swd_ratio")}
    print(json.dumps({**worst, "minutes": asked.minutes, "cores": os.cpu_count(), "rows": rows}))


def one(preset: str, seed: int, minutes: float, root: Path, changes: list[str]) -> dict[str, float]:
    """Train once and measure; a row of the result."""
    from gan_engine import (
        Inbox,
        SampleGrid,
        Stop,
        find_preset,
        parse,
        put,
        read_value,
        train,
        with_preset,
    )

    draft = put(with_preset(find_preset(preset)), "training.seed", seed)
    draft = put(draft, "training.images", 10**9)
    for change in changes:
        path, _, text = change.partition("=")
        draft = put(draft, path, read_value(text))
    inbox, began, first = Inbox(), time.monotonic(), None
    folder = root / f"{preset}-seed{seed}"
    seen = 0
    for event in train(parse(draft), inbox, folder):
        seen = event.images_seen
        if isinstance(event, SampleGrid) and event.images_seen > 0 and first is None:
            first = time.monotonic() - began
        if time.monotonic() - began > minutes * 60:
            inbox.post(Stop())
    before, after = distances(folder)
    row = {"seed": seed, "first_grid_s": first or 0.0, "swd_start": before, "swd_end": after}
    return {**row, "swd_ratio": after / before, "images_seen": seen}


def distances(folder: Path) -> tuple[float, float]:
    """Return the distance of the untrained and of the trained averaged G to the images."""
    import numpy as np
    import torch

    from gan_engine import Prepared, open_sampler, prepare
    from gan_engine.metrics.sliced_wasserstein import sliced_wasserstein
    from gan_engine.training.networks import build_networks

    sampler = open_sampler(folder)
    images = next(m for m in prepare(sampler.config.data) if isinstance(m, Prepared)).images
    real = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    config = sampler.config.model_copy()
    trained = sampler.network
    found = []
    for network in (build_networks(config, torch.device("cpu")).ema, trained):
        sampler.network = network
        fake = (
            torch.from_numpy(sampler.images(range(len(real)))).permute(0, 3, 1, 2).float() / 127.5
            - 1
        )
        found.append(sliced_wasserstein(real, fake, torch.Generator().manual_seed(0)))
    return found[0], found[1]


if __name__ == "__main__":
    main()
