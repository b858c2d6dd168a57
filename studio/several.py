"""A run in several processes of its own, which go on without the window; it is followed here."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gan_engine import (
    EngineError,
    gpus,
    lock_holder,
    nearest_batch,
    new_folder,
    put,
    write_draft,
)
from studio.i18n import tr
from studio.mending import RefusedError, show
from studio.run import Run

if TYPE_CHECKING:
    from gan_engine import RunConfig

SETTINGS, LOG = "start.toml", "torchrun.log"
LOOK_MS = 1000


class Several(QObject):
    """Starts torchrun for the settings of a run, and watches until its first process has begun."""

    failed = Signal(object)

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._launcher: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        run.finished.connect(self._timer.stop)

    @property
    def gpus(self) -> int:
        """How many GPUs torch can train on here."""
        return int(gpus())

    def objection(self, config: RunConfig, count: int) -> str:
        """Return why so many processes cannot share the run's batches; nothing if they can."""
        batch, parts = config.training.batch_size, config.training.accumulation
        near = nearest_batch(batch, parts, count)
        if near == batch:
            return ""
        return tr(
            "{batch} images have no equal shares for {count} processes: make the batch size {near}.",
            batch=batch,
            count=count,
            near=near,
        )

    def words(self, folder: Path, count: int) -> list[str]:
        """Return the command that trains in `folder`, word by word; it also goes on after a crash."""
        module = [sys.executable, "-m", "torch.distributed.run"]
        where = ["--standalone", "--local-addr", "127.0.0.1"]
        how = ["--nproc-per-node", str(count), "--max-restarts", "3"]
        what = ["-m", "gan_engine.cli", "train", str(folder / SETTINGS), "--out", str(folder)]
        return [*module, *where, *how, *what]

    def line(self, folder: Path, count: int) -> str:
        """Return the command as a shell takes it."""
        return shlex.join(self.words(folder, count))

    def prepare(self, config: RunConfig, on_cpu: bool = False) -> Path | None:
        """Make the run's folder with its settings in it; None, and `failed` says why, where it cannot be."""
        draft = config.draft()
        if on_cpu:
            draft = put(draft, "training.device", "cpu")
        try:
            folder: Path = new_folder(draft)
            write_draft(folder / SETTINGS, draft)
        except EngineError as error:
            self.failed.emit(error)
            return None
        return folder

    def start(self, folder: Path, count: int) -> None:
        """Start the processes, which live on without this window, and follow their run."""
        self.shut_down()
        with open(folder / LOG, "wb") as log:
            # In a session of its own it outlives the window, and no key pressed in a terminal ends it.
            self._launcher = subprocess.Popen(
                self.words(folder, count),
                cwd=Path(__file__).resolve().parents[1],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._folder = folder
        self._run.ours = folder
        self._run.follow(folder)
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        """Tell when the processes ended before there was a run to follow."""
        if lock_holder(self._folder):
            self._timer.stop()
        elif self._launcher is None or self._launcher.poll() is not None:
            self._timer.stop()
            self._run.leave()
            self.failed.emit(
                RefusedError(
                    "The processes ended before the run began: {why}",
                    hint="What they said is in {log}.",
                    acts=(show(self._folder),),
                    why=_reason(self._folder / LOG),
                    log=str(self._folder / LOG),
                )
            )

    def shut_down(self) -> None:
        """Look no longer; the processes go on."""
        self._timer.stop()
        if self._launcher is not None and self._launcher.poll() is None:
            self._launcher.returncode = 0  # it is nobody's child any more, on purpose
        self._launcher = None


def _reason(log: Path) -> str:
    """Return the first line that a person can read of what torchrun and its processes said."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    noise = ("W", "E", "Traceback", " ", "=", "-", "[", "*")
    return next((line for line in lines if line.strip() and not line.startswith(noise)), "")
