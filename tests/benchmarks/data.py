"""How fast a folder is scanned and prepared: 256 px JPEGs to 64 px; prints one JSON line last.

python tests/benchmarks/data.py [--images 4000]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

DISTINCT = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=4000)
    count = parser.parse_args().images
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["GAN_STUDIO_CACHE"] = str(Path(scratch) / "cache")
        folder = Path(scratch) / "pictures"
        kilobytes = make_pictures(folder, count)
        print(json.dumps({"images": count, "mean_kb": round(kilobytes, 1), **measure(folder)}))


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
    from gan_engine.config import DataSettings
    from gan_engine.data import Prepared, prepare, scan_folder
    from gan_engine.data.names import walk

    settings = DataSettings(folder=str(folder), size=64)
    begin = time.perf_counter()
    names = len(list(walk(folder)))
    listed = time.perf_counter()
    *_, report = scan_folder(folder)
    scanned = time.perf_counter()
    *_, first = prepare(settings)
    prepared = time.perf_counter()
    *_, second = prepare(settings)
    again = time.perf_counter()
    assert isinstance(first, Prepared)
    assert isinstance(second, Prepared)
    assert second.reused
    assert len(first.images) == names == len(report.files)
    return {
        "names_s": round(listed - begin, 3),
        "headers_s": round(scanned - listed, 3),
        "prepare_per_s": round(names / (prepared - scanned), 1),
        "second_prepare_s": round(again - prepared, 3),
    }


if __name__ == "__main__":
    main()
