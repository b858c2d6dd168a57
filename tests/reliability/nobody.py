"""Somebody without rights: a library, a cache and preferences that may be read only; a line of JSON.

`python -m tests.reliability.nobody FOLDER IMAGES`. Whoever is root becomes nobody first: root may do
everything and would pass for the wrong reason. What the disk refuses is told, and costs only that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from PySide6.QtCore import QTimer

from gan_engine import list_runs
from gan_engine.config import default_draft
from gan_engine.configfile import save_preset
from gan_engine.errors import EngineError
from gan_engine.export import ImageGrid, export
from gan_engine.history import History
from gan_engine.training import Shelf, read_run, resume, train, write_notes
from gan_engine.training.notes import RunNotes
from studio.preferences import Preferences
from studio.report import write_report
from tests.reliability.disks import NOBODY
from tests.reliability.helpers import tiny
from tests.reliability.windows import Window, settings

CLOSED = 0o555


def become_nobody() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def close(folder: Path) -> None:
    """Let a folder and all in it be read by everybody and written by nobody."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(CLOSED if path.is_dir() else 0o444)


def told(work: Callable[[], object]) -> str:
    """Return what somebody is told of work that may not be; anything else comes through."""
    try:
        found = work()
        list(found) if isinstance(found, Iterator) else None
    except EngineError as error:
        return f"{error.text} {error.hint}"
    return ""


def refused(folder: Path, run: Path, images: Path) -> dict[str, str]:
    cache, library = folder / "cache", folder / "home"
    config = tiny(images, data={"fit": "stretch"})

    def in_cache() -> Any:
        os.environ["GAN_STUDIO_CACHE"] = str(cache)
        return train(config, folder=folder / "open" / "run")

    return {
        "new run": told(lambda: train(tiny(images))),
        "preset": told(lambda: save_preset("mine", "", default_draft())),
        "cache": told(in_cache),
        "resume": told(lambda: resume(run, images=64)),
        "note": told(lambda: write_notes(run, RunNotes(title="x"))),
        "export": told(lambda: export(run, ImageGrid(rows=1, columns=1), library / "grid.png")),
        "report": told(lambda: write_report(library / "report.zip", default_draft(), run)),
    }


def read(library: Path, run: Path) -> dict[str, Any]:
    """Return what can still be seen of a run that may only be read."""
    history = History(run)
    curves = sorted(history.scalars()[1])[:1]
    history.close()
    shelf = [info.name for batch in Shelf(library / "runs").read() for info in batch]
    return {
        "listed": [info.name for info in list_runs(library / "runs")],
        "shelf": shelf,
        "state": read_run(run).state,
        "curves": len(curves),
    }


class Nobodys(Window):
    """A window of somebody who may write nowhere."""

    def _be(self, into: int, filled: Callable[[Any, int], None]) -> None:
        become_nobody()
        super()._be(into, filled)


def window(home: Path, images: Path) -> dict[str, Any]:
    """Open a window where nothing can be kept, try to train, and leave."""
    for name in ("home", "cache", "state"):
        (home / name).mkdir(parents=True)
    (home / "stderr.txt").touch()
    close(home)
    (home / "stderr.txt").chmod(0o666)

    def filled(app: Any, into: int) -> None:
        studio = app.window._studio

        def failed(error: Exception) -> None:
            os.write(into, b"F" if isinstance(error, EngineError) else b"X")
            QTimer.singleShot(0, app.window, app.window.close)

        studio.run.failed.connect(failed)
        app.preferences.set("last_folder", str(images))
        studio.document.load(settings(images))
        app.window.acts["start"].trigger()

    shown = Nobodys(home, filled)
    heard = shown.hears(b"F")
    if not heard:
        os.kill(shown.pid, signal.SIGKILL)
    code = shown.ends()
    wrong = [word for word in ("Traceback", "Fatal", "QThread") if word in shown.said()]
    return {"told": heard, "code": code, "wrong": wrong}


def main() -> None:
    torch.set_num_threads(1)
    folder, images = Path(sys.argv[1]), Path(sys.argv[2])
    library = folder / "home"
    os.environ["GAN_STUDIO_HOME"] = str(library)
    run = library / "runs" / "001-done"
    list(train(tiny(images), folder=run))  # which also imports what is imported late
    list(export(run, ImageGrid(rows=1, columns=1), folder / "grid.png"))
    found: dict[str, Any] = {"window": window(folder / "window", images)}
    (folder / "cache").mkdir()
    (folder / "open").mkdir(mode=0o777)
    (folder / "open").chmod(0o777)
    (folder / "state").mkdir(exist_ok=True)
    for place in ("home", "cache", "state"):
        close(folder / place)
    become_nobody()
    found["refused"] = refused(folder, run, images)
    found["read"] = read(library, run)
    likes = Preferences(folder / "state")
    likes.set("last_folder", "/somewhere")
    found["preferences"] = likes.last_folder
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
