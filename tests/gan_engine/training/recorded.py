"""CUDA graphs without CUDA: a step's operations are noted down once and played again over the same memory.

As in a graph, nothing of Python runs again: a number that was a Python number stays what it was, and a
result lies where it lay before, in memory that is anyone's once the update is over. What an update
changes by any other way than tensors, reads from anywhere else, or means to keep, is therefore missed
in a replay here as it would be on a GPU.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gan_engine.training.accelerate import Update

NO_NUMBER = 255
"""Four bytes of it are no number; two are not either."""


class Recording(TorchDispatchMode):
    """Notes every operation below autograd, and what memory held before the first that touches it."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[tuple[Any, Any, Any, Any]] = []
        self._before: dict[int, tuple[torch.UntypedStorage, torch.UntypedStorage]] = {}
        self._own: dict[int, torch.UntypedStorage] = {}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func.namespace == "profiler":
            return func(*args, **kwargs)
        given = {storage._cdata: storage for storage in _storages((args, kwargs))}
        for place in given.keys() - self._own.keys() - self._before.keys():
            self._before[place] = given[place], given[place].clone()
        out = func(*args, **kwargs)
        self._own |= {s._cdata: s for s in _storages(out) if s._cdata not in given}
        numbers = [leaf for leaf in tree_leaves(out) if not isinstance(leaf, Tensor | None)]
        assert not numbers, f"{func} gives Python {numbers}: no graph could hold it"
        self._done.append((func, args, kwargs, out))
        return out

    def undo(self) -> None:
        """Put memory back to what it held: what is captured has not happened."""
        for storage, before in self._before.values():
            storage.copy_(before)
        self._before.clear()
        self._spoil()

    @torch.no_grad()
    def replay(self) -> None:
        """Do the same operations again, each on the memory of its arguments, into that of its result."""
        for func, args, kwargs, out in self._done:
            places = {storage._cdata for storage in _storages((args, kwargs))}
            found = func(*args, **kwargs)
            for old, new in zip(tree_leaves(out), tree_leaves(found), strict=True):
                if isinstance(old, Tensor) and old.untyped_storage()._cdata not in places:
                    old.untyped_storage().copy_(new.untyped_storage())
        self._spoil()

    def _spoil(self) -> None:
        """Overwrite what was computed on the way, as another graph that shares its memory would."""
        for storage in self._own.values():
            storage.fill_(NO_NUMBER)


def _storages(tree: Any) -> list[torch.UntypedStorage]:
    return [leaf.untyped_storage() for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


class Recorded:
    """What stands in for `CudaGraphs`."""

    def __init__(self) -> None:
        self.replays = 0

    def beside(self, update: Update) -> None:
        update()

    def capture(self, update: Update, *random: torch.Generator) -> Update:
        states = [generator.get_state() for generator in random]
        with Recording() as recording:
            update()
        recording.undo()
        for generator, state in zip(random, states, strict=True):
            generator.set_state(state)

        def replay() -> None:
            self.replays += 1
            recording.replay()

        return replay

    def wait(self) -> None: ...

    def forget(self) -> None: ...
