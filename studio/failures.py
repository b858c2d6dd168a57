"""Whatever goes wrong: one sentence and one hint for the user, the traceback for the log."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from gan_engine import EngineError, Message, paths
from studio.i18n import tr

LOG = logging.getLogger("gan_studio")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_WEIGHTS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_MOST_OF_A_CRASH = 100_000
_NOTED = "_gan_studio_noted"


def sentence_of(error: BaseException) -> tuple[str, str]:
    """Return what happened and what to do about it, for any exception, in the user's language."""
    text, hint = message_of(error)
    return tr(text), tr(hint)


def message_of(error: BaseException) -> tuple[str, str]:
    """Return the same for the engine's stream: English that remembers how to be translated."""
    if isinstance(error, EngineError):
        return error.text, error.hint
    if isinstance(error, MemoryError):
        return Message("There is not enough memory for that."), Message(
            "Close other programs, then try again."
        )
    if isinstance(error, OSError):
        name = Path(error.filename).name if isinstance(error.filename, str) else ""
        text = Message("“{name}” cannot be used: {why}.", name=name, why=error.strerror or "?")
        if not name:
            text = Message("A file cannot be used: {why}.", why=error.strerror or "?")
        return text, Message("Check that it is there and may be read and written.")
    text = Message("Something unexpected happened ({kind}).", kind=type(error).__name__)
    return text, Message("What was saved is safe. Details are in the log: Help, Show log.")


def note(error: BaseException) -> None:
    """Keep an exception's traceback in the log, once, whoever else tells of it."""
    if not getattr(error, _NOTED, False):
        setattr(error, _NOTED, True)
        LOG.error("%s", error, exc_info=(type(error), error, error.__traceback__))


def log_file() -> Path:
    """Return where the log is."""
    return paths.state() / "logs" / "studio.log"


def crash_file() -> Path:
    """Return where the place in the program is written when the process itself breaks."""
    return paths.state() / "logs" / "crash.txt"


def note_event(level: str, text: str, hint: str = "") -> None:
    """Keep in the log what a run said."""
    LOG.log(_WEIGHTS.get(level, logging.INFO), "%s", f"{text} {hint}".strip())


class Failures(QObject):
    """Catches what nobody caught, in any thread, writes it down and tells the window."""

    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._handler: logging.Handler = logging.NullHandler()
        self._crash: IO[str] | None = None
        self._was_on = False
        self.crashed = False
        """Whether the program before this one ended in the middle of something."""
        self._before: tuple[Any, Any, Any] = (
            sys.excepthook,
            threading.excepthook,
            sys.unraisablehook,
        )
        self._qt_before: Callable[..., Any] | None = None

    def install(self) -> None:
        """Begin to listen; a log that cannot be written costs the log only."""
        try:
            log_file().parent.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(
                log_file(), maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
            )
            self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        except OSError:
            pass
        LOG.addHandler(self._handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(
            args.exc_type, args.exc_value, args.exc_traceback
        )
        sys.unraisablehook = lambda args: self._hook(
            args.exc_type, args.exc_value, args.exc_traceback
        )
        self._qt_before = qInstallMessageHandler(_qt_said)
        self._watch_for_crashes()

    def remove(self) -> None:
        """Stop listening and give back what was there before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._qt_before)
        LOG.removeHandler(self._handler)
        self._handler.close()
        if self._crash is not None:
            faulthandler.disable()
            self._crash.close()
            if self._was_on and sys.__stderr__ is not None:
                faulthandler.enable(sys.__stderr__)

    def _watch_for_crashes(self) -> None:
        """Have Python write where it was when the process breaks, and take up what it wrote last."""
        with contextlib.suppress(OSError, ValueError):
            told = ""
            if crash_file().is_file():
                told = crash_file().read_text(encoding="utf-8", errors="replace")
            self.crashed = bool(told.strip())
            if self.crashed:
                LOG.critical("The program broke last time:\n%s", told[-_MOST_OF_A_CRASH:])
            self._was_on = faulthandler.is_enabled()
            self._crash = open(crash_file(), "w", encoding="utf-8")  # noqa: SIM115
            faulthandler.enable(self._crash)

    def _hook(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            error = kind()
        if isinstance(error, KeyboardInterrupt):
            return
        LOG.error("Nobody caught this", exc_info=(kind, error, trace))
        self.failed.emit(error)


def _qt_said(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    LOG.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
