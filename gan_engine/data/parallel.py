"""The same work on many files at once, in order, little of it in flight."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from gan_engine.usable import usable_cores

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 8  # how many results a worker may be ahead of the reader
_ASK_S = 0.1  # between two questions whether it was cancelled
_PATIENCE_S = 0.2  # with what is being worked on when it ends


def workers() -> int:
    """Return how many threads decode at once: two a core, since each also waits for the others.

    Decoding leaves the interpreter to the other threads, what is around it does not: with one
    thread a core (two cores, 256 px JPEGs) a third of the time was spent waiting for it.
    """
    return min(8, 2 * usable_cores())


def never() -> bool:
    """Return False: for work that nobody cancels."""
    return False


def in_order(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    threads: int,
    cancelled: Callable[[], bool] = never,
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what `work` made of it, in the order of `items`.

    It ends early when it is cancelled, also while a single item takes long. Threads are gone when
    it ends, fails or is closed early; only those that are at something long by then end later, by
    themselves, and what they make is dropped.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) >= threads * _AHEAD:
                if not _is_done(waiting[0][1], cancelled):
                    return
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            if not _is_done(waiting[0][1], cancelled):
                return
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        begun = [future for _, future in waiting if not future.cancel()]
        slow = wait(begun, _PATIENCE_S).not_done
        pool.shutdown(wait=not slow, cancel_futures=True)


def _is_done(future: Future[Result], cancelled: Callable[[], bool]) -> bool:
    """Wait for a result; return False when it is cancelled before that is there."""
    while not future.done():
        if wait([future], _ASK_S).not_done and cancelled():
            return False
    return True


class Clock:
    """Says when it is time to tell about progress: at once, then at most twenty times a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def due(self) -> bool:
        """Return whether to tell now."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + 0.05
        return True
