"""What the window costs: its heartbeat while training, the training's speed beside it, its start.

Prints one JSON object as its last line. Every measurement is a fresh process, so that none warms
another up. `--seconds 3 --pairs 1` is a smoke run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

BEAT_MS = 10
WARM_UP_S = 4.0
"""Of each run, after its first update: caches, the first grid, the first layout of the page."""
STARTS = 5


class Clock:
    """The run's own clock: images and seconds of training since the warm-up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun: tuple[int, float] | None = None
        self.now = (0, 0.0)

    def take(self, reading: Any) -> bool:
        """Note one Scalars event; True when enough was measured."""
        self.now = (reading.images_seen, reading.seconds)
        if self.begun is None and reading.seconds >= WARM_UP_S:
            self.begun = self.now
        return self.begun is not None and self.now[1] - self.begun[1] >= self.seconds

    @property
    def images_per_s(self) -> float:
        assert self.begun is not None
        return (self.now[0] - self.begun[0]) / (self.now[1] - self.begun[1])


def settings(preset: str) -> Any:
    from gan_engine import find_preset, merge, parse, paths, with_preset

    draft = with_preset(find_preset(preset), {"data": {"folder": paths.BUILTIN}})
    return parse(merge(draft, {"training": {"images": 10**9}}))


def without_window(preset: str, seconds: float) -> dict[str, Any]:
    from gan_engine import Inbox, Scalars, Stop, train

    inbox, clock = Inbox(), Clock(seconds)
    for event in train(settings(preset), inbox):
        if isinstance(event, Scalars) and clock.take(event):
            inbox.post(Stop())
    return {"images_per_s": clock.images_per_s}


def with_window(preset: str, seconds: float) -> dict[str, Any]:
    from PySide6.QtCore import QObject, Qt, QTimer, Slot
    from PySide6.QtWidgets import QApplication

    from studio.app import settle
    from studio.context import Studio
    from studio.garbage import Garbage
    from studio.panels import PANELS
    from studio.preferences import Preferences
    from studio.window import MainWindow

    app = QApplication([])
    preferences = Preferences()
    window = MainWindow(preferences)
    window.show()
    studio = Studio(preferences)
    window.bind(studio, PANELS, "")
    window.show_page("train")
    settle()  # as the program does once everything is loaded
    Garbage(app)

    class Nurse(QObject):
        """Measures the training's speed first and the heartbeat then: to beat costs time as well."""

        def __init__(self) -> None:
            super().__init__()
            self.clock, self.beats, self.last = Clock(seconds), list[float](), 0.0
            self.measured = False
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.beat)

        @Slot()
        def beat(self) -> None:
            now = time.perf_counter()
            if self.last:
                self.beats.append(1000 * (now - self.last))
            self.last = now

        @Slot(object)
        def take(self, readings: list[Any]) -> None:
            if self.timer.isActive() or self.measured:
                return
            for reading in readings:
                if self.clock.take(reading):
                    self.timer.start(BEAT_MS)
                    QTimer.singleShot(int(1000 * seconds), self.stop)
                    return

        @Slot()
        def stop(self) -> None:
            self.timer.stop()
            self.measured = True  # what is read until it has stopped begins nothing anew
            studio.run.stop()

        @Slot(object)
        def end(self, event: object) -> None:
            app.exit()

    nurse = Nurse()
    studio.run.scalars_arrived.connect(nurse.take)
    studio.run.finished.connect(nurse.end)
    studio.run.start(settings(preset))
    app.exec()
    window.close()
    return {"images_per_s": nurse.clock.images_per_s, "beats": nurse.beats}


def first_paint() -> None:
    """Start the studio as a user does and print when its window was first painted."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from studio import app

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and watched.objectName() == "main":
                print(json.dumps({"at": time.time()}), flush=True)
                os._exit(0)
            return False

    application, watcher = QApplication([]), Watcher()
    application.installEventFilter(watcher)
    app.main([])


def fresh(what: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process and a library of its own."""
    command = [sys.executable, __file__, "--one", what]
    command += ["--seconds", str(options.seconds), "--preset", options.preset]
    with tempfile.TemporaryDirectory() as home:
        names = ("GAN_STUDIO_HOME", "GAN_STUDIO_STATE")
        surroundings = os.environ | dict.fromkeys(names, home)
        began = time.time()
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result | {"began": began}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def evened_out(ratios: list[float]) -> float:
    """Return the ratio without what going first or second does, as much as what is measured."""
    orders = [statistics.median(ratios[i::2]) for i in range(min(2, len(ratios)))]
    return statistics.geometric_mean(orders)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measured run")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--preset", default="quick-cpu-32")
    parser.add_argument("--one", choices=("with", "without", "paint"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one == "paint":
        first_paint()
    if options.one:
        measure = with_window if options.one == "with" else without_window
        print(json.dumps(measure(options.preset, options.seconds)))
        return
    starts = [fresh("paint", options) for _ in range(STARTS + 1)][1:]
    beats, ratios = list[float](), list[float]()
    for pair in range(options.pairs):
        order = ("with", "without") if pair % 2 else ("without", "with")
        found = {what: fresh(what, options) for what in order}
        ratios.append(found["with"]["images_per_s"] / found["without"]["images_per_s"])
        beats += found["with"]["beats"]
        speeds = {what: round(one["images_per_s"], 1) for what, one in found.items()}
        print(json.dumps({"pair": pair, "ratio": round(ratios[-1], 4), **speeds}), flush=True)
    result = {
        "heartbeat_p50_ms": round(percentile(beats, 0.5), 2),
        "heartbeat_p99_ms": round(percentile(beats, 0.99), 2),
        "heartbeat_max_ms": round(max(beats), 2),
        "throughput_ratio": round(evened_out(ratios), 4),
        "window_visible_s": round(statistics.median(s["at"] - s["began"] for s in starts), 3),
        "pairs": options.pairs,
        "seconds": options.seconds,
        "preset": options.preset,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
