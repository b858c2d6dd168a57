"""How long a library of 300 runs takes to be on the screen, and how long the window does not answer.

Three short runs are trained for real, and copied until there are as many as asked for. Then a window
opens that library in a process of its own: "cold" without what an earlier start remembered of the
runs, "warm" with it. `shown_ms` is from the wish to read the library until the list holds the first
screenful of runs and has painted it, `all_ms` until it holds every run; `beat_max_ms` is the longest
pause of a timer of 5 ms meanwhile and for a second of scrolling after it, and `busy_max_ms` how much of
a pause the window's own thread computed, which other programs do not change. Prints one line of JSON
last. `--runs 12` is a smoke run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

BEAT_MS = 5
AFTER_S = 1.0
KINDS = ("cross_entropy", "hinge", "least_squares")


def make_runs(number: int) -> None:
    """Train three runs and copy them until there are `number`."""
    from gan_engine import RunNotes, merge, parse, paths, put, train, write_notes
    from tests.studio.tiny import tiny_draft

    for kind in KINDS:
        draft = put(tiny_draft(paths.builtin_images(), images=240), "loss.kind", kind)
        list(train(parse(merge(draft, {"samples": {"rows": 6, "columns": 8}}))))
    made = sorted(paths.runs().iterdir())
    for place in range(len(made), number):
        source = made[place % len(made)]
        copy = source.with_name(f"{place + 1:03d}-{source.name[4:]}")
        shutil.copytree(source, copy)
        write_notes(copy, RunNotes(f"attempt {place}", "Changed the rate.", ("emoji",)))


def open_library() -> dict[str, Any]:
    """Open the library in a window; return what that took."""
    from PySide6.QtCore import QObject, Qt, QTimer, Slot
    from PySide6.QtWidgets import QApplication

    from gan_engine import paths
    from studio.context import Studio
    from studio.panels import PANELS
    from studio.preferences import Preferences
    from studio.window import MainWindow

    app = QApplication([])
    preferences = Preferences()
    window = MainWindow(preferences)
    window.show()
    studio = Studio(preferences)
    window.bind(studio, PANELS, "")
    runs = window.panels["runs"].list  # type: ignore[attr-defined]
    number = sum(1 for _ in paths.runs().iterdir())
    settle(app, studio)

    class Nurse(QObject):
        """Notes when runs are on the screen, and how regular its own timer is."""

        def __init__(self) -> None:
            super().__init__()
            self.began = self.last = time.perf_counter()
            self.shown = self.all = 0.0
            self.beats: list[float] = []
            self.busy: list[float] = []
            self.spent = time.thread_time()
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.beat)
            self.timer.start(BEAT_MS)

        @Slot()
        def beat(self) -> None:
            now = time.perf_counter()
            self.beats.append(now - self.last)
            self.last, spent = now, time.thread_time()
            self.busy.append(spent - self.spent)
            self.spent = spent
            if self.all:
                bar = runs.verticalScrollBar()
                bar.setValue(bar.value() + max(1, bar.maximum() // 100))
                if now - self.began > self.all + AFTER_S:
                    app.exit()

        @Slot(object)
        def look(self, found: list[Any]) -> None:
            runs.viewport().repaint()
            now = time.perf_counter() - self.began
            self.shown = self.shown or now
            if len(found) == number and not self.all:
                assert runs.model().rowCount() == number
                self.all = now

    nurse = Nurse()
    studio.library.changed.connect(nurse.look)
    studio.library.refresh()
    app.exec()
    studio.shut_down()
    window.close()
    beats = sorted(nurse.beats)
    return {
        "shown_ms": round(1e3 * nurse.shown, 1),
        "all_ms": round(1e3 * nurse.all, 1),
        "beat_p99_ms": round(1e3 * beats[int(0.99 * len(beats))], 1),
        "beat_max_ms": round(1e3 * beats[-1], 1),
        "busy_max_ms": round(1e3 * max(nurse.busy), 1),
    }


def settle(app: Any, studio: Any) -> None:
    """Let the window paint itself, and its first estimates of cost end, before anything is measured."""
    quiet = time.perf_counter()
    while time.perf_counter() - quiet < 1.0:
        app.processEvents()
        if studio.jobs.active:
            quiet = time.perf_counter()


def fresh() -> dict[str, Any]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one"]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--starts", type=int, default=5, help="of each kind; the median is told")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(open_library()))
        return
    with tempfile.TemporaryDirectory() as home:
        for name in ("GAN_STUDIO_HOME", "GAN_STUDIO_STATE", "GAN_STUDIO_CACHE"):
            os.environ[name] = str(Path(home) / name.rpartition("_")[2].lower())
        make_runs(options.runs)
        index = Path(os.environ["GAN_STUDIO_CACHE"]) / "library.json"
        result: dict[str, Any] = {"runs": options.runs, "starts": options.starts}
        for kind in ("cold", "warm"):
            found = []
            for _ in range(options.starts):
                if kind == "cold":
                    index.unlink(missing_ok=True)
                found.append(fresh())
                print(json.dumps({"kind": kind, **found[-1]}), flush=True)
            for key in found[0]:
                values = sorted(one[key] for one in found)
                result[f"{kind}_{key}"] = values[-1 if "max" in key else len(values) // 2]
        print(json.dumps(result))


if __name__ == "__main__":
    main()
