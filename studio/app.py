"""Opens a shell at once, loads the engine behind it, fills the window, leaves with the right exit code."""

from __future__ import annotations

import argparse
import gc
import locale
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gan_engine import EngineError, __version__
from studio import i18n
from studio.failures import Failures, note, sentence_of
from studio.garbage import Garbage
from studio.i18n import tr
from studio.preferences import Preferences
from studio.window import MainWindow

if TYPE_CHECKING:
    from gan_engine import UnusedCard
    from studio.context import Studio
    from studio.demo import Demo

DEMO_SECONDS = 60
"""How long the demo lasts where nobody is there to watch."""


class Loader(QThread):
    """Imports the engine away from the window, which must stay alive meanwhile."""

    loaded = Signal(object)
    failed = Signal(object)

    def run(self) -> None:
        try:
            from gan_engine import (
                describe_device,
                first_draft,
                open_sampler,
                scan_folder,
                summarize,
                train,
                unused_card,
            )

            assert all((open_sampler, scan_folder, summarize, train))
            first_draft()  # on a GPU networks are priced for it, which the window need not wait for
            settle()
            self.loaded.emit((describe_device().name, unused_card()))
        except Exception as error:  # an engine that cannot be loaded is told in the window
            self.failed.emit(error)


def settle() -> None:
    """Keep other threads, and the collector of garbage, from holding up the window's.

    A thread that computes in Python has the interpreter for 5 ms before another may have it, and
    drawing a page needs it hundreds of times. What was imported is there to stay: looking through
    it for garbage takes a tenth of a second each time.
    """
    sys.setswitchinterval(0.001)
    gc.freeze()


class App(QObject):
    """One window from first paint to exit code."""

    def __init__(
        self, app: QApplication, preferences: Preferences, options: argparse.Namespace
    ) -> None:
        super().__init__()
        self._app, self._options = app, options
        self.code = 0
        self.preferences = preferences
        i18n.use(preferences.language)
        self.demo: Demo | None = None
        self._studio: Studio | None = None
        self.failures = Failures()
        self._garbage = Garbage(self)
        self._adopt(MainWindow(self.preferences))
        self._loader = Loader(self)
        self._loader.loaded.connect(self._fill)
        self._loader.failed.connect(self._give_up)
        self._loading = QTimer(self, singleShot=True, interval=50)
        self._loading.timeout.connect(self._loader.start)
        self._closing = QTimer(self, singleShot=True, interval=0)
        self._closing.timeout.connect(self._close)
        self._pulse = QTimer(self)  # lets Python look at signals while Qt waits
        self._pulse.timeout.connect(self._beat)
        app.commitDataRequest.connect(self.commit)

    @Slot(object)
    def _adopt(self, window: MainWindow) -> None:
        """Listen to the window, from now on the only one."""
        self.window = window
        window.left.connect(self._leave)
        window.renewed.connect(self._adopt)
        self.failures.failed.connect(window.show_failure)

    def start(self) -> None:
        """Show the shell, then load the engine once it has been painted."""
        self.window.show()
        self._pulse.start(200)
        self._loading.start()

    def interrupt(self, code: int) -> None:
        """Save, then leave with `code`; a second time leave at once.

        Python hears a signal between any two of its lines, perhaps in the middle of painting:
        closing then crashed. The event loop closes the window.
        """
        if self.code:
            os._exit(code)
        self.code = code
        self._closing.start()

    @Slot()
    def _close(self) -> None:
        if self._studio is not None and self._studio.run.is_following:
            self._studio.run.shut_down()  # it goes on; nobody may be there to answer whether it shall
        self.window.close()

    @Slot(str)
    def _take_state(self, state: str) -> None:
        """Where a run begins, somebody thought better of leaving: the next signal saves again."""
        if state == "preparing" and not self._closing.isActive():
            self.code = 0

    @Slot(object)
    def commit(self, manager: object) -> None:
        """The desktop ends: save what trains before answering, so that nothing stands in its way."""
        self.window.save_at_once()

    @Slot(object)
    def _fill(self, found: tuple[str, UnusedCard | None]) -> None:
        """The engine is there: make the models and panels, which import torch's and pyqtgraph's names."""
        from studio.context import Studio
        from studio.demo import Demo
        from studio.panels import PANELS

        studio = self._studio = Studio(self.preferences)
        device, unused = found
        self.window.bind(studio, PANELS, device)
        self.window.device.warn(unused)
        studio.library.refresh()
        studio.run.state_changed.connect(self._garbage.take_state)
        studio.run.state_changed.connect(self._take_state)
        if unused is not None:
            copied = [(tr("Copy the command"), f"copy:{unused.command}")] if unused.command else []
            self.window.notices.show_first("warning", tr(unused.text), tr(unused.hint), copied)
        if self.failures.crashed:
            text = tr("GAN Studio ended in the middle of something last time.")
            hint = tr("Help, Save a report… writes down what is known of it, to pass on.")
            self.window.notices.show_first("warning", text, hint, [])
        if self._options.open is not None:
            self.window.open_path(self._options.open)
        elif not self._options.demo and not self.preferences.get("tour_seen"):
            self.window.show_tour()
        if self._options.demo:
            self.demo = Demo(studio, self.window, self._options.demo_seconds)
            self.demo.ended.connect(self._end_demo)
            self.demo.start()

    @Slot(object)
    def _give_up(self, error: Exception) -> None:
        note(error)
        text, hint = sentence_of(error)
        if not isinstance(error, EngineError):
            text, hint = (
                tr("The engine could not be loaded: {why}", why=error),
                tr("Run the set-up again: python3 main.py"),
            )
        self.window.notices.show_notice("error", text, hint, [])
        self.window.status.show_problem(text)
        if self._options.demo_seconds:
            self._end_demo(f"{text} {hint}")

    @Slot(str)
    def _end_demo(self, problem: str) -> None:
        if problem:
            sys.stderr.write(problem + "\n")
            self.code = self.code or 1
        self.window.close()

    @Slot()
    def _leave(self) -> None:
        self._loading.stop()  # else it may begin on the way out, and nobody waits for it
        self._loader.wait()
        self._pulse.stop()
        self._garbage.end()
        self._app.exit(self.code)

    @Slot()
    def _beat(self) -> None:
        """Nothing; that Python runs at all is the point."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the studio; return 0, 1, or 129, 130, 143 after a signal, everything saved."""
    options = _options(list(sys.argv[1:] if argv is None else argv))
    if not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    preferences = Preferences()
    preferences.scale_interface()
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["gan-studio"])
    app.setApplicationName("GAN Studio")
    app.setApplicationVersion(__version__)
    app.setQuitOnLastWindowClosed(False)
    QGuiApplication.setDesktopFileName("gan-studio")
    locale.setlocale(locale.LC_NUMERIC, "C")  # Qt takes the system's; numbers in files must not
    if options.demo and not options.demo_seconds and app.platformName() == "offscreen":
        options.demo_seconds = DEMO_SECONDS
    studio = App(app, preferences, options)
    studio.failures.install()
    before = _listen_for_signals(studio)
    try:
        studio.start()
        return app.exec()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        studio.failures.remove()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("gan-studio", description="Train GANs and watch them learn.")
    parser.add_argument(
        "open", nargs="?", type=Path, help="a folder of images, a run, settings or a checkpoint"
    )
    parser.add_argument("--demo", action="store_true", help="start training the built-in images")
    parser.add_argument(
        "--demo-seconds", type=float, default=0, metavar="N", help="end the demo after N seconds"
    )
    parser.add_argument("--version", action="version", version=__version__)
    options = parser.parse_args(argv)
    options.demo = options.demo or options.demo_seconds > 0
    return options


def _has_display() -> bool:
    if not sys.platform.startswith("linux") or "QT_QPA_PLATFORM" in os.environ:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _listen_for_signals(studio: App) -> dict[int, Any]:
    """Let Ctrl+C, a polite kill and a closed terminal save first; return what was listening before."""
    before: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) is signal.SIG_IGN:
            continue  # not on this system; or whoever started it, nohup for example, wants it so
        with suppress(ValueError):  # only the main thread may
            before[number] = signal.signal(number, lambda n, _: studio.interrupt(128 + n))
    return before
