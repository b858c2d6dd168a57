"""Whole windows that are left, ended or killed at any moment; one line of JSON says what came of it.

`python -m tests.reliability.windows leave|twice|logout|kill FOLDER COUNT IMAGES [FIRST]`; each window
is a process of its own, forked from one that has imported everything already. What a window does
depends on its number alone, which begins at FIRST, so that many of them can be looked at in parts.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import select
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PySide6.QtCore import QTimer

from gan_engine import checkpoint, durable
from gan_engine.config import default_draft
from gan_engine.drafts import get, merge, put
from gan_engine.training import list_runs
from studio import app as program
from studio import panels
from studio.context import Studio
from studio.keeping import NAME
from tests.reliability.helpers import TINY

SEED = 5
CODES = {"close": 0, "SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
PATIENCE_S = 100.0
assert panels.PANELS  # imported before the first fork, like everything else
assert Studio


class Window:
    """A studio in a process of its own; what its code says arrives in `heard`."""

    def __init__(self, home: Path, filled: Callable[[Any, int], None]) -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        self._out, into = os.pipe()
        self.heard = b""
        self.pid = os.fork()
        if not self.pid:
            self._be(into, filled)
        os.close(into)

    def _be(self, into: int, filled: Callable[[Any, int], None]) -> None:
        """Be the window; never returns."""
        code = 99
        try:
            for name in ("HOME", "CACHE", "STATE"):
                os.environ[f"GAN_STUDIO_{name}"] = str(self.home / name.lower())
            said = os.open(self.home / "stderr.txt", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            os.dup2(said, 2)
            faulthandler.enable()  # for what breaks before or after the program itself takes note
            plain = program.App._fill

            def fill(app: Any, device: str) -> None:
                plain(app, device)
                signal.signal(signal.SIGUSR1, lambda *_: QTimer.singleShot(0, app, app._close))
                os.write(into, b"W")
                filled(app, into)

            program.App._fill = fill  # type: ignore[method-assign]
            code = program.main([])
        finally:
            sys.stderr.flush()
            os._exit(code)

    def hears(self, letter: bytes) -> bool:
        """Wait for what the window's code writes; False when it ends before."""
        until = time.monotonic() + PATIENCE_S
        while letter not in self.heard:
            ready, _, _ = select.select([self._out], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(self._out, 4096) if ready else b""
            if not piece:
                return False
            self.heard += piece
        return True

    def ends(self) -> int:
        """Wait until it is gone; return its exit code, or what killed it as a negative number."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self._out)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return 98

    def runs(self) -> list[Any]:
        return list_runs(self.home / "home" / "runs")

    def said(self) -> str:
        return (self.home / "stderr.txt").read_text(encoding="utf-8", errors="replace")

    def crashed(self) -> str:
        """Return where it was when it crashed, if it did."""
        noted = [path.read_text(errors="replace") for path in self.home.rglob("crash.txt")]
        return "\n".join([self.said()[-3000:], *noted])


def settings(images: Path) -> dict[str, Any]:
    endless = {"training": {"images": 10**9}, "checkpoint": {"every_images": 400}}
    return put(merge(merge(default_draft(), TINY), endless), "data.folder", str(images))


def training(images: Path) -> Callable[[Any, int], None]:
    """Return what lets a filled window train at once, and tells of start and saves."""

    def filled(app: Any, into: int) -> None:
        studio = app.window._studio
        studio.run.started.connect(lambda _: os.write(into, b"T"))
        studio.run.saved.connect(lambda _: os.write(into, b"S"))
        studio.document.load(settings(images))
        app.window.acts["start"].trigger()

    return filled


def left_behind(window: Window) -> str:
    """Return how a window's run is after the window was left: `fine`, or what is wrong."""
    words = ("QThread", "Traceback", "Fatal", "terminate")
    if any(word in window.said() for word in words):
        return window.said()[-300:]
    for info in window.runs():
        if info.state not in ("stopped", "unstarted"):
            return f"left as {info.state}"
        if durable.lock_holder(info.folder):
            return "still locked"
        if info.images_seen and checkpoint.newest(info.folder)[1].images_seen != info.images_seen:
            return f"saved {info.saved_images} of {info.images_seen}"
    return "fine"


def leave(folder: Path, numbers: range, images: Path) -> dict[str, Any]:
    """Leave windows at random instants: while images are prepared, while it trains, while it saves."""
    tally, saved = Counter[str](), 0
    for number in numbers:
        draw = random.Random(SEED + number)
        way = list(CODES)[number % len(CODES)]
        window = Window(folder / str(number), training(images))
        if window.hears(b"W" if number % 5 == 0 else b"S" if number % 3 else b"T"):
            time.sleep(draw.uniform(0, 0.3))
        os.kill(window.pid, signal.SIGUSR1 if way == "close" else getattr(signal, way))
        code = window.ends()
        wrong = f"{way} ended with {code}\n{window.crashed()}"
        tally[left_behind(window) if code == CODES[way] else wrong] += 1
        saved += any(info.saved_images for info in window.runs())
        shutil.rmtree(window.home)
    return {"left": dict(tally), "saved": saved}


def twice(folder: Path, numbers: range, images: Path) -> dict[str, Any]:
    """Ask twice while the last save hangs: the second time it ends at once, the run readable."""
    tally, slowest = Counter[str](), 0.0
    for number in numbers:

        def filled(app: Any, into: int) -> None:
            training(images)(app, into)
            plain, wanted = durable.write, app.window

            def hang(path: Path, *rest: Any, **more: Any) -> int:
                if wanted._leaving._leaving:
                    os.write(into, b"H")
                    time.sleep(10 * PATIENCE_S)
                return plain(path, *rest, **more)

            checkpoint.durable.write = hang

        window = Window(folder / str(number), filled)
        assert window.hears(b"S")
        os.kill(window.pid, signal.SIGTERM)
        assert window.hears(b"H")
        began = time.monotonic()
        os.kill(window.pid, signal.SIGTERM)
        code = window.ends()
        slowest = max(slowest, time.monotonic() - began)
        found, _, damaged = checkpoint.newest(window.runs()[0].folder)
        tally["fine" if code == 143 and found and not damaged else f"ended with {code}"] += 1
    return {"left": dict(tally), "slowest": round(slowest, 2)}


def logout(folder: Path, numbers: range, images: Path) -> dict[str, Any]:
    """Let the desktop end: when it has its answer everything is on disk, and no window stays."""
    tally = Counter[str]()
    for number in numbers:

        def filled(app: Any, into: int) -> None:
            training(images)(app, into)

            def end() -> None:
                app.commit(None)
                os.write(into, b"A")
                os.write(into, b"C" if app.window.close() else b"X")

            app.window._studio.run.saved.connect(lambda _: QTimer.singleShot(0, app, end))

        window = Window(folder / str(number), filled)
        assert window.hears(b"A")
        verdict = left_behind(window)
        closed = window.hears(b"C")
        tally[verdict if closed and window.ends() == 0 else "the window stayed"] += 1
    return {"left": dict(tally)}


def kill(folder: Path, numbers: range, images: Path) -> dict[str, Any]:
    """Kill whole windows; the next start has the run, the offer to go on, and the settings."""
    tally = Counter[str]()
    for number in numbers:
        draw = random.Random(SEED + number)
        home = folder / str(number)

        def filled(app: Any, into: int, number: int = number) -> None:
            training(images)(app, into)
            app.window._studio.document.set("training.seed", 1000 + number)

        window = Window(home, filled)
        assert window.hears(b"S")
        until = time.monotonic() + PATIENCE_S
        while not (home / "state" / NAME).is_file() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 0.3))
        os.kill(window.pid, signal.SIGKILL)
        assert window.ends() == -signal.SIGKILL
        tally[gone_on(home, 1000 + number)] += 1
        shutil.rmtree(home)
    return {"left": dict(tally)}


def gone_on(home: Path, seed: int) -> str:
    """Start again in the same folders and take the offer; return `fine` or what was missing."""

    def filled(app: Any, into: int) -> None:
        window, studio = app.window, app.window._studio
        if get(studio.document.draft, "training.seed") == seed:
            os.write(into, b"D")
        studio.run.started.connect(lambda event: os.write(into, b"R" if event.resumed else b"N"))
        studio.run.started.connect(lambda _: QTimer.singleShot(0, window, window.close))

        def look() -> None:
            offer = window.panels["start"].offer
            if "stopped unexpectedly" in offer.text:
                os.write(into, b"O")
                offer.act.emit("continue")

        studio.library.changed.connect(lambda _: QTimer.singleShot(0, window, look))

    window = Window(home, filled)
    found = window.hears(b"O") and window.hears(b"R")
    if not found:
        os.kill(window.pid, signal.SIGKILL)
        return f"heard {window.heard!r}"
    code = window.ends()
    if b"D" not in window.heard:
        return "the settings were lost"
    return left_behind(window) if code == 0 else f"ended with {code}"


def main() -> None:
    torch.set_num_threads(1)
    what, folder, count, images, *more = sys.argv[1:]
    first = int(more[0]) if more else 0
    found = {"leave": leave, "twice": twice, "logout": logout, "kill": kill}[what](
        Path(folder), range(first, first + int(count)), Path(images)
    )
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
