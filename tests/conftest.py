"""Every test's surroundings: folders of its own, no screen, no internet, and nothing left behind."""

from __future__ import annotations

import os

# Before torch and Qt are imported: one thread a test, so that two workers share two cores.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"  # the window speaks the desktop's language
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# What any processor can do: bf16 would be chosen on some machines and not on others.
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"

import functools
import gc
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LOCAL = ("localhost", "127.0.0.1", "::1", "", None)
LEAK_PATIENCE_S = 5.0

# A shell's background job, or nohup, starts with these ignored, and so would every program that
# a test starts and then interrupts: it would never end.
for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(
            number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What takes many minutes runs only when it is asked for.
    unasked = [name for name in ("slow", "full") if name not in config.option.markexpr]
    left_out = [item for item in items if any(map(item.get_closest_marker, unasked))]
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=left_out)
    wanting = [item for item in items if item.get_closest_marker("gpu")]
    if not wanting:
        return
    import torch

    if not torch.cuda.is_available():
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.fixture(autouse=True)
def own_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Runs, caches, preferences and the trash are this test's own."""
    root = tmp_path_factory.mktemp("own")
    for name in ("GAN_STUDIO_HOME", "GAN_STUDIO_CACHE", "GAN_STUDIO_STATE"):
        monkeypatch.setenv(name, str(root / name.rpartition("_")[2].lower()))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(root / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(root / "data"))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    yield
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program never calls home: an address that is not this machine's raises."""

    def guarded(original: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOCAL:
                raise AssertionError(f"something wanted to reach {address}")
            return original(self, address)

        return connect

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """A language that a test chose goes with it."""
    yield
    if (i18n := sys.modules.get("studio.i18n")) is not None and i18n.language() != "en":
        i18n.use("en")


@pytest.fixture
def emoji(tmp_path: Path) -> Path:
    """A small folder of real pictures: 48 of the built-in images, RGBA."""
    from gan_engine import paths

    every = sorted(p for p in paths.builtin_images().rglob("*") if p.suffix in (".png", ".webp"))
    folder = tmp_path / "emoji"
    folder.mkdir()
    for picture in every[:: max(1, len(every) // 48)][:48]:
        shutil.copy(picture, folder)
    return folder


@pytest.fixture
def qtbot(qtbot: Any) -> Any:
    """Wait as long as a slow machine may take, not five seconds."""
    from tests.studio.tiny import PATIENCE

    for name in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, name, functools.partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


# --- nothing left behind -----------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A thread that a test started has ended when the test has."""
    before = set(threading.enumerate())
    yield
    fresh = [thread for thread in threading.enumerate() if thread not in before]
    # Python never forgets a QThread that once ran Python; no_leaked_qt looks at those.
    fresh = [thread for thread in fresh if not isinstance(thread, threading._DummyThread)]
    for thread in fresh:
        thread.join(LEAK_PATIENCE_S)
    leaked = [thread.name for thread in fresh if thread.is_alive()]
    assert not leaked, f"threads still running: {leaked}"


@pytest.fixture(autouse=True)
def garbage_in_one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where there is a window, no other thread looks for garbage, as in the program."""
    windowed = "qapp" in request.fixturenames
    if windowed:
        gc.disable()
    yield
    if windowed:
        gc.enable()


@pytest.fixture(autouse=True)
def no_leaked_qt() -> Iterator[None]:
    """QThreads, active QTimers and top-level widgets of a test end with it."""
    _freeze()
    before = _qt_alive()
    yield
    for _ in range(3):  # it may only wait for the event loop or the garbage collector
        if not _fresh(before):
            return
        _settle()
    names = _fresh(before)
    assert not names, f"left behind: {names}"


def _fresh(before: dict[int, str]) -> list[str]:
    """Return what of Qt is at work now and was not before."""
    after = _qt_alive()
    return sorted(after[key] for key in after.keys() - before.keys())


def _freeze() -> None:
    """Look no more at what was there before the test: whatever it leaves behind is made after this.

    Else each look for garbage goes through all that modules and thousands of tests have left.
    """
    if "PySide6.QtCore" in sys.modules:
        gc.collect()
        gc.freeze()


def _qt_alive() -> dict[int, str]:
    """Return what of Qt is at work, by identity; nothing where no window was ever made."""
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or core.QCoreApplication.instance() is None:
        return {}
    import shiboken6

    found: dict[int, str] = {}
    things = gc.get_objects()
    # Few of the kinds there are matter: looking at each object by itself took half of the suite.
    kinds = {k for k in set(map(type, things)) if issubclass(k, core.QThread | core.QTimer)}
    for thing in [thing for thing in things if type(thing) in kinds]:
        if not shiboken6.isValid(thing):
            continue
        if isinstance(thing, core.QThread):
            if thing.isRunning():
                found[id(thing)] = f"running {type(thing).__name__}"
        elif thing.isActive():
            found[id(thing)] = f"QTimer of {type(thing.parent()).__name__}"
    if widgets is not None:
        for widget in widgets.QApplication.topLevelWidgets():
            found[shiboken6.getCppPointer(widget)[0]] = f"widget {type(widget).__name__}"
    return found


def _settle() -> None:
    """Let Qt delete what was asked to be deleted later, and Python what nothing refers to."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
