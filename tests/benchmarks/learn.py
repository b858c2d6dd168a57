"""Whether a preset learns: every metric of its samples at the start, in the middle and at the end.

Trains as anybody would, through `train()`, and measures the averaged G of three moments against the
images. A small computer takes a preset in small: at `--size` pixels and a share of its width. On a
CPU the minutes are those the training itself computed, so that a busy machine changes nothing; on a
GPU they are the clock's. What moves over a whole run, as some rates do, hardly moves meanwhile.
Presets for pairs learn to colour the outlines of the same pictures, and are measured on what they
make of them. Prints one JSON line last; with --rows the rows of the guide's table before.

    python tests/benchmarks/learn.py quick-cpu-32 --data FOLDER --minutes 10
    python tests/benchmarks/learn.py --every --size 32 --width 0.25 --minutes 10 --out DIR --rows
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

MAIN = ("kid", "frechet", "sliced_wasserstein", "precision", "recall", "coverage", "diversity")
"""The numbers that the table shows; the JSON line has them all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", default=["quick-cpu-32"])
    parser.add_argument("--every", action="store_true", help="all presets, in the menu's order")
    parser.add_argument("--data", default="builtin")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--size", type=int, default=0, help="pixels; 0 is the preset's own")
    parser.add_argument("--width", type=float, default=1.0, help="which share of its channels")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--images", type=int, default=1000, help="samples a metric looks at")
    parser.add_argument("--out", type=Path, default=None, help="keep the runs and their grids here")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--rows", action="store_true", help="print rows of a Markdown table too")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON line")
    asked = parser.parse_args()
    if asked.every:
        from gan_engine import read_presets

        asked.presets = [preset.key for preset in read_presets()]
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.setdefault("GAN_STUDIO_CACHE", scratch)
        root = asked.out or Path(scratch) / "runs"
        rows = []
        for preset in asked.presets:
            rows.append(learn(preset, asked, root))
            if asked.rows and not asked.json:
                print(markdown(rows[-1]), flush=True)
    print(json.dumps({"rows": rows}))


def settings(preset: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the preset's settings at the size, width and data that were asked for."""
    from gan_engine import find_preset, get, merge, parse, put, read_value, with_preset

    draft = with_preset(find_preset(preset))
    draft = merge(draft, {"data": {"folder": asked.data}, "training": {"device": asked.device}})
    if asked.size:
        draft = put(draft, "data.size", asked.size)
    width = get(draft, "architecture.width", parse(draft).architecture.width)
    draft = put(draft, "architecture.width", max(8, round(width * asked.width)))
    # The clock ends the run, the measuring is done afterwards, and moments are saved when they come.
    draft = put(draft, "training.images", 10**9)
    draft = {**draft, "metrics": {}, "checkpoint": {"every_images": 10**9, "keep": 1000}}
    for change in asked.set:
        path, _, text = change.partition("=")
        draft = put(draft, path, read_value(text))
    return draft


def learn(preset: str, asked: argparse.Namespace, root: Path) -> dict[str, Any]:
    """Train once and measure three moments; a row of the result."""
    from gan_engine import (
        Inbox,
        SampleGrid,
        Saved,
        SaveNow,
        Started,
        Stop,
        parse,
        put,
        train,
        write_png,
    )

    draft = settings(preset, asked)
    if draft["data"].get("pairs", "off") != "off":
        draft = put(draft, "data.folder", str(outlined(draft["data"], root / "pairs")))
    config, inbox, folder = parse(draft), Inbox(), root / preset
    row: dict[str, Any] = {"preset": preset, "minutes": asked.minutes, "size": config.data.size}
    saves: list[Path] = []
    clock: Callable[[], float] = lambda: 0.0  # noqa: E731 (images are prepared; the clock waits)
    middle, grid = 0, None  # how many saves there were at half time, and one more
    for event in train(config, inbox, folder):
        row["images_seen"] = event.images_seen
        if isinstance(event, Started):
            clock = stopwatch(event.device)
            row |= {"device": event.device, "g": event.parameters_g, "d": event.parameters_d}
        elif isinstance(event, Saved):
            saves.append(event.path)
        elif isinstance(event, SampleGrid):
            grid = event.pixels
        if not middle and clock() > asked.minutes * 30:
            middle = len(saves) + 1
            inbox.post(SaveNow())
        elif clock() > asked.minutes * 60:
            inbox.post(Stop())
    if grid is not None and asked.out:
        write_png(root / f"{preset}.png", grid)
    names = ("start", "middle", "end")
    return row | dict(
        zip(names, measured(config, saves[middle - 1], saves[-1], asked.images), strict=True)
    )


def outlined(data: dict[str, Any], into: Path) -> Path:
    """Write pairs of every picture's outlines and the picture itself; return their folder."""
    from PIL import Image, ImageFilter, ImageOps

    from gan_engine import parse

    plain = parse({"data": {"folder": data["folder"], "size": data["size"]}}).data
    for side in "ab":
        (into / side).mkdir(parents=True, exist_ok=True)
    for number, pixels in enumerate(images_of(plain)):
        picture = Image.fromarray(pixels)
        outlines = ImageOps.invert(picture.convert("L").filter(ImageFilter.FIND_EDGES))
        picture.save(into / "b" / f"{number}.png")
        outlines.convert("RGB").save(into / "a" / f"{number}.png")
    return into.absolute()


def images_of(data: Any) -> Any:
    """Return the prepared images: (N, H, W, C) uint8."""
    from gan_engine import Prepared, prepare

    return next(message for message in prepare(data) if isinstance(message, Prepared)).images


def stopwatch(device: str) -> Callable[[], float]:
    """Return what tells the seconds since now: computed by one thread, or of the clock on a GPU."""
    import torch

    if "CPU" not in device:
        began = time.monotonic()
        return lambda: time.monotonic() - began
    worked = time.process_time()
    return lambda: (time.process_time() - worked) / torch.get_num_threads()


def measured(config: Any, middle: Path, end: Path, images: int) -> list[dict[str, float]]:
    """Return every metric's numbers for the untrained averaged G and for those two saves."""
    import numpy as np
    import torch

    from gan_engine import METRICS, open_sampler
    from gan_engine.metrics import InceptionFid, Judge
    from gan_engine.training.networks import build_networks

    found = np.array(images_of(config.data))
    given, wanted = np.split(found, 2, axis=3) if config.data.paired else (None, found)
    real_NCHW = torch.from_numpy(wanted).permute(0, 3, 1, 2)
    judge = Judge([kind(images=images) for kind in METRICS if kind is not InceptionFid], real_NCHW)
    first, last = open_sampler(middle), open_sampler(end)
    untrained = open_sampler(middle)
    untrained.network = build_networks(config, torch.device("cpu"), len(first.classes)).ema
    rows = []
    for sampler in (untrained, first, last):
        count = min(images, len(wanted))
        made = sampler.images(range(count)) if given is None else sampler.translate(given[:count])
        samples = torch.from_numpy(made)
        numbers = judge.measure(samples.permute(0, 3, 1, 2))
        rows.append(
            {name.removeprefix("metric/"): round(value, 5) for name, value in numbers.items()}
        )
        if given is not None:
            off = np.abs(made.astype(np.float32) - wanted[:count]).mean() / 127.5
            rows[-1]["l1"] = round(float(off), 5)
    return rows


def markdown(row: dict[str, Any]) -> str:
    """Return the row of the guide's table: start → middle → end of the main numbers."""
    cells = [row["preset"], f"{row['images_seen'] / 1000:.0f} k"]
    for name in MAIN:
        cells.append(
            " → ".join(f"{row[moment][name]:.3g}" for moment in ("start", "middle", "end"))
        )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
