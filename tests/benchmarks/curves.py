"""How long one frame takes while panning over six series of a million readings each.

Expected before it was measured, on one slow core: taking 600 buckets out of a pyramid costs some
0.1 ms a series and line, making two polygons of 600 points in Python 1 ms, filling six bands and
drawing twelve lines 10 ms. Together 20 to 30 ms for the first frame's worth of work, the bound
is 50 ms. Filling the pyramids happens once and is told apart: 4 s were expected for all.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.widgets.curve_plot import CurvePlot

POINTS, SERIES, FRAMES = 1_000_000, 6, 60


def main() -> None:
    """Pan through everything in steps, zoomed in and out, and print one line."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")
    plot = CurvePlot("Curves")
    plot.resize(1200, 500)
    plot.show()
    filled = fill(plot)
    frames = pan(app, plot)
    appended = append(app, plot)
    ranked = sorted(frames)
    print(
        json.dumps(
            {
                "series": SERIES,
                "points": POINTS,
                "fill_s": round(filled, 3),
                "pan_frame_ms": round(statistics.median(frames), 2),
                "pan_frame_p95_ms": round(ranked[int(0.95 * len(ranked))], 2),
                "append_frame_ms": round(appended, 2),
            }
        )
    )


def fill(plot: CurvePlot) -> float:
    """Give the plot its readings; return the seconds until they are drawn."""
    random = np.random.default_rng(0)
    x = np.arange(POINTS) * 64.0
    readings = {
        f"series {n}": (x, n + np.sin(x / 5e6 + n) + 0.3 * random.standard_normal(POINTS))
        for n in range(SERIES)
    }
    start = time.perf_counter()
    plot.extend(readings)
    plot.grab()
    return time.perf_counter() - start


def pan(app: QApplication, plot: CurvePlot) -> list[float]:
    """Return the milliseconds of every frame, at three zooms."""
    last, times = POINTS * 64.0, list[float]()
    for share in (0.9, 0.3, 0.01):
        width = last * share
        for frame in range(FRAMES // 3):
            begin = (last - width) * frame / (FRAMES // 3)
            start = time.perf_counter()
            plot.look_at(begin, begin + width)
            plot.grab()
            times.append(1e3 * (time.perf_counter() - start))
        app.processEvents()
    return times


def append(app: QApplication, plot: CurvePlot) -> float:
    """Return the milliseconds of a frame that takes ten new readings a series."""
    plot.follow()
    times = []
    for frame in range(20):
        x = (POINTS + 10 * frame + np.arange(10)) * 64.0
        start = time.perf_counter()
        plot.extend({key: (x, np.ones(10)) for key in plot.keys})
        plot.grab()
        times.append(1e3 * (time.perf_counter() - start))
    app.processEvents()
    return statistics.median(times)


if __name__ == "__main__":
    main()
