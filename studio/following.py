"""Runs that another process trains: watched as if they were trained here, told things as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import Message
from studio.worker import Worker, begin_following

if TYPE_CHECKING:
    from gan_engine import Draft, Inbox


class Following(QObject):
    """What a run of the window can do with one that is trained elsewhere."""

    heard = Signal(float)
    """It was looked at: so many seconds ago it last gave a sign of life."""

    ours: Path | None = None
    """The folder of a run whose processes this window started."""
    _worker: Worker | None
    _wish: Path | None = None
    """What somebody wanted to look at last."""
    _begun: tuple[Callable[[Inbox], Iterator[object]], Draft]
    folder: Path | None
    source: Path | None

    @property
    def is_following(self) -> bool:
        """Whether the run that is going is trained by another process."""
        return self._worker is not None and self._worker.following

    def follow(self, folder: Path) -> None:
        """Look at a run as another process trains it; what it is told reaches it as files."""
        if self._is_free(Message("A run is going: stop it before you open another.")):
            self.folder = self.source = folder
            self._begin(begin_following(folder), {}, following=True)

    def leave(self) -> None:
        """Follow no longer; the run goes on."""
        if self._worker is not None and self._worker.following:
            self._worker.end()

    def begin_again(self) -> None:
        """Go on with the run that has ended, or begin it once more where it ended before it had a folder."""
        if self.folder is not None:
            self.resume(self.folder)
        elif self._worker is None:
            self._begin(*self._begun)

    def resume(self, folder: Path) -> None:
        raise NotImplementedError

    @Slot()
    def _take_end(self) -> None:
        """Of a thread that was waited for, and perhaps followed by another, the end comes late."""
        if self.sender() is self._worker:
            self._end()

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        """A thread that another has followed says nothing any more of what goes on now."""
        if self._worker is None or self.sender() is self._worker:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError

    def _is_free(self, text: Message) -> bool:
        raise NotImplementedError

    def _begin(
        self, begin: Callable[[Inbox], Iterator[object]], draft: Draft, following: bool = False
    ) -> None:
        raise NotImplementedError
