"""Where the processes of one attempt at a run find each other, among what earlier attempts left there."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from torch.distributed.distributed_c10d import PrefixStore

if TYPE_CHECKING:
    from torch._C._distributed_c10d import Store

MEETING = timedelta(minutes=30)
"""How long a process waits for the others when all of them start; imports from a slow disk take time."""
_LOOKS_S = 0.02


def met(store: Store, rank: int, count: int) -> Store:
    """Return the part of `store` that only the processes of this attempt know of.

    torchrun keeps one store for all its attempts, with the addresses of the processes that died in
    it: who reads one of those before it is written over calls a port where nobody answers. How often
    each computer has started its processes is no help, because computers count apart. So rank 0
    draws a word, and every other process asks for it by a word of its own, which nobody left there.

    Raises:
        RuntimeError: Somebody did not come.
    """
    word = secrets.token_hex(8)
    if rank:
        store.set(f"asks/{rank}", word)
        word = store.get(f"told/{word}").decode()
        store.set(f"{word}/{rank}", "here")
    else:
        _gather(store, word, count)
    return PrefixStore(word, store)


def _gather(store: Store, word: str, count: int) -> None:
    """Tell every other process the word, whoever asks under its number, until all are there."""
    missing, until = set(range(1, count)), time.monotonic() + MEETING.total_seconds()
    while missing:
        if time.monotonic() > until:
            raise RuntimeError(f"process {min(missing)} did not come")
        for rank in sorted(missing):
            if store.check([f"asks/{rank}"]):
                store.set(f"told/{store.get(f'asks/{rank}').decode()}", word)
            if store.check([f"{word}/{rank}"]):
                missing.remove(rank)
        if missing:
            time.sleep(_LOOKS_S)
