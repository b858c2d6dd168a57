"""How fast a folder is scanned, inspected and prepared: 256 px JPEGs to 64 px; one JSON line last.

python tests/benchmarks/data.py [--images 4000] [--sizes 1000 5000 20000]

Each size is measured in a process of its own, on hard links to 200 pictures, so that its peak of
memory is its own; the second line of figures is of `--images` real files.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

DISTINCT = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 5000, 20_000])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        kilobytes = make_pictures(folder, asked.images)
        figures = in_a_process(folder)
        rows = []
        for count in asked.sizes:
            linked = Path(scratch) / f"{count} links"
            link_pictures(folder, linked, count)
            rows.append({"images": count, **in_a_process(linked)})
            print(json.dumps(rows[-1]), flush=True)
    flat = {"images": asked.images, "mean_kb": round(kilobytes, 1), **figures}
    print(json.dumps({**flat, "rows": rows}))


def in_a_process(folder: Path) -> dict[str, float]:
    """Return what `measure` says in a fresh process with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, __file__, "--measure", str(folder)]
        environment = {**os.environ, "GAN_STUDIO_CACHE": cache}
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return figures


def make_pictures(folder: Path, count: int) -> float:
    """Fill `folder` with photo-like JPEGs of 256 px; return their mean size in kB."""
    rng, total = np.random.default_rng(0), 0
    folder.mkdir(parents=True)
    data = [photo_like(rng) for _ in range(min(DISTINCT, count))]
    for number in range(count):
        picture = data[number % len(data)]
        (folder / f"{number:06}.jpg").write_bytes(picture)
        total += len(picture)
    return total / count / 1000


def link_pictures(source: Path, folder: Path, count: int) -> None:
    """Fill `folder` with hard links to the first pictures in `source`."""
    pictures = sorted(source.iterdir())[:DISTINCT]
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.jpg").hardlink_to(pictures[number % len(pictures)])


def photo_like(rng: np.random.Generator) -> bytes:
    """Return a JPEG with about as much detail as a photograph: less of it the finer it is."""
    image = np.zeros((256, 256, 3))
    for cells, strength in ((4, 80), (16, 40), (64, 20), (256, 8)):
        rough = rng.normal(0, strength, (cells, cells, 3)).astype(np.float32)
        for channel in range(3):
            layer = Image.fromarray(rough[..., channel]).resize(
                (256, 256), Image.Resampling.BICUBIC
            )
            image[..., channel] += np.asarray(layer)
    buffer = io.BytesIO()
    Image.fromarray((image + 128).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def measure(folder: Path) -> dict[str, float]:
    from gan_engine.data import Prepared, diagnose, inspect_folder, prepare, scan_folder
    from gan_engine.data.names import walk
    from gan_engine.data_settings import DataSettings

    settings = DataSettings(folder=str(folder), size=64)
    start = psutil.Process().memory_info().rss
    begin = time.perf_counter()
    names = len(list(walk(folder)))
    listed = time.perf_counter()
    *_, report = scan_folder(folder)
    scanned = time.perf_counter()
    age(folder)  # what changed a moment ago is not remembered
    list(scan_folder(folder))
    filled = time.perf_counter()
    *_, known = scan_folder(folder)
    reopened = time.perf_counter()
    cancel = time_to_cancel(folder)
    resumed = time.perf_counter()
    *_, first = prepare(settings)
    prepared = time.perf_counter()
    *_, second = prepare(settings)
    again = time.perf_counter()
    *_, inspection = inspect_folder(folder)
    inspected = time.perf_counter()
    findings = diagnose(report, settings, inspection)
    assert isinstance(first, Prepared)
    assert isinstance(second, Prepared)
    assert second.reused
    assert known.files == report.files
    assert known.sizes == report.sizes
    assert len(first.images) == names == len(report.files)
    assert len(findings) == (1 if names > DISTINCT else 0)
    return {
        "names_s": round(listed - begin, 3),
        "headers_s": round(scanned - listed, 3),
        "second_scan_s": round(reopened - filled, 3),
        "cancel_s": round(cancel, 3),
        "prepare_per_s": round(names / (prepared - resumed), 1),
        "second_prepare_s": round(again - prepared, 3),
        "inspect_per_s": round(names / (inspected - again), 1),
        "start_rss_mb": round(start / 1e6, 1),
        "peak_rss_mb": round(peak_rss() / 1e6, 1),
    }


def age(folder: Path) -> None:
    """Let the pictures be a day old."""
    yesterday = time.time_ns() - 86_400 * 10**9
    for entry in os.scandir(folder):
        os.utime(entry.path, ns=(yesterday, yesterday))


def time_to_cancel(folder: Path) -> float:
    """Return how long a preparation goes on after it was told to stop."""
    from gan_engine.data import prepare
    from gan_engine.data_settings import DataSettings

    told = list[float]()

    def cancelled() -> bool:
        now = time.perf_counter()
        if now - begin < 0.3:
            return False
        told.append(now)
        return True

    begin = time.perf_counter()
    list(prepare(DataSettings(folder=str(folder), size=64, fit="stretch"), cancelled))
    return time.perf_counter() - told[0] if told else 0.0


def peak_rss() -> float:
    """Return the most memory this process ever had, in bytes."""
    if os.name == "nt":
        return float(psutil.Process().memory_info().peak_wset)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


if __name__ == "__main__":
    main()
