"""How the page of images keeps up with a large folder: gaps between two beats of the window's thread.

python tests/benchmarks/dataset_page.py [--images 20000]

A timer beats every 10 ms while the page looks into hard links to 200 JPEGs of 256 px, somebody
scrolls, settings change, and a run prepares its images at 64 px. Times are from choosing the folder;
one line of JSON comes last.
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

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.benchmarks.data import DISTINCT, age, link_pictures, make_pictures, peak_rss

BEAT_MS = 10


class Heart:
    """Notes how long the window's thread was away between two beats, phase by phase."""

    def __init__(self) -> None:
        self.gaps: dict[str, list[float]] = {}
        self.phase = "idle"
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.setdefault(self.phase, []).append((now - self._last) * 1000)
        self._last = now

    def figures(self) -> dict[str, dict[str, float]]:
        return {
            phase: {
                "p50_ms": round(float(np.percentile(gaps, 50)), 1),
                "p99_ms": round(float(np.percentile(gaps, 99)), 1),
                "worst_ms": round(max(gaps), 1),
                "beats": len(gaps),
            }
            for phase, gaps in self.gaps.items()
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("CACHE", "HOME", "STATE"):
            os.environ[f"GAN_STUDIO_{name}"] = f"{scratch}/{name}"
        folder, linked = Path(scratch) / "pictures", Path(scratch) / "links"
        make_pictures(folder, DISTINCT)
        link_pictures(folder, linked, asked.images)
        age(linked)
        print(json.dumps(measure(linked, asked.images)))


def measure(folder: Path, images: int) -> dict[str, object]:
    app = QApplication([])
    from gan_engine import escape
    from studio.app import settle
    from studio.context import Studio
    from studio.panels.dataset import DatasetPanel
    from studio.preferences import Preferences

    studio = Studio(Preferences(folder.parent / "state"))
    panel = DatasetPanel()
    panel.bind(studio)
    panel.resize(1100, 800)
    panel.show()
    settle()
    heart, times, clinic = Heart(), dict[str, float](), studio.clinic

    def wait(phase: str, holds: Callable[[], object], seconds: float = 600) -> None:
        heart.phase, end = phase, time.perf_counter() + seconds
        while not holds() and time.perf_counter() < end:
            app.processEvents()
            time.sleep(0.001)

    def note(name: str, start: float) -> None:
        times[name] = round(time.perf_counter() - start, 3)

    wait("idle", lambda: False, 1)
    start = time.perf_counter()
    studio.document.set("data.folder", escape(str(folder)))
    grid = panel.overview.pictures.grid
    wait("names", lambda: grid.keys)
    note("names_shown_s", start)
    wait("headers", lambda: clinic.report)
    note("report_s", start)
    begun, bar = time.perf_counter(), grid.verticalScrollBar()
    for step in range(40):
        bar.setValue(bar.maximum() * step // 40)
        wait("scrolling", lambda: False, 0.1)
    wait("thumbnails", lambda: all(k in grid._model.pictures for k in grid.visible_keys()))
    note("scrolled_s", begun)
    wait("looks", lambda: clinic.diagnosis and clinic.diagnosis.looked_closer)
    note("looked_closer_s", start)
    for size in (32, 64, 128, 64) * 3:
        studio.document.set("data.size", size)
        wait("editing", lambda: False, 0.25)
    cancelled = time_to_cancel(studio, folder, wait)
    start = time.perf_counter()
    studio.clinic.look(folder)
    wait("again", lambda: clinic.report)
    note("second_report_s", start)
    wait("again", lambda: clinic.diagnosis and clinic.diagnosis.looked_closer)
    note("second_looked_closer_s", start)
    prepared = time_to_prepare(studio, wait)
    heart.stop()
    rss = psutil.Process().memory_info().rss
    panel.close()
    studio.shut_down()
    every = [gap for phase, gaps in heart.gaps.items() if phase != "idle" for gap in gaps]
    return {
        "images": images,
        **times,
        "cancel_s": cancelled,
        "prepared_s": prepared,
        "p99_ms": round(float(np.percentile(every, 99)), 1),
        "worst_ms": round(max(every), 1),
        "rss_mb": round(rss / 1e6, 1),
        "peak_rss_mb": round(peak_rss() / 1e6, 1),
        "phases": heart.figures(),
    }


def time_to_cancel(
    studio: object, folder: Path, wait: Callable[[str, Callable[[], object]], None]
) -> float:
    """Return how long after [Cancel] the look's thread was gone."""
    clinic, jobs = studio.clinic, studio.jobs  # type: ignore[attr-defined]
    clinic.look(folder)
    wait("cancelling", lambda: clinic._looking is not None and clinic.is_looking)
    begin = time.perf_counter()
    clinic.cancel()
    wait("cancelling", lambda: not jobs._running)
    return round(time.perf_counter() - begin, 3)


def time_to_prepare(studio: object, wait: Callable[[str, Callable[[], object]], None]) -> float:
    """Return how long a run prepares its images; it ends as soon as it trains."""
    from gan_engine import merge, parse

    document, run = studio.document, studio.run  # type: ignore[attr-defined]
    small = {
        "architecture": {"kind": "dcgan", "width": 8, "z_dim": 8},
        "training": {"device": "cpu", "batch_size": 4},
    }
    begin = time.perf_counter()
    run.start(parse(merge(document.draft, small)))
    wait("preparing", lambda: run.state != "preparing")
    taken = round(time.perf_counter() - begin, 3)
    run.stop()
    wait("stopping", lambda: run.state == "idle")
    return taken


if __name__ == "__main__":
    main()
