"""When memory runs out: an update is undone whole and computed again in smaller parts."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gan_engine import sampling
from gan_engine.device import out_of_memory
from gan_engine.errors import MemoryFullError
from gan_engine.schema import Message
from gan_engine.training.step import Step

ADVICE = Message("The update was undone and done again. Smaller settings would be faster.")


class TornUpdateError(Exception):
    """Memory ran out while weights were being changed: what is whole is the last save."""


@dataclass(frozen=True)
class Shortage:
    """Memory ran out in an update of `network`; from then on a batch has `parts` parts, not `before`.

    `used` and `free` are bytes on the device, once the update was undone.
    """

    network: str
    batch: int
    before: int
    parts: int
    used: int
    free: int

    def sentence(self) -> Message:
        """Return what happened and what was done about it."""
        return Message(
            "Memory ran out in an update of {network}: {batch} images are now computed in {parts}"
            " parts of {size}.",
            network=self.network.upper(),
            batch=self.batch,
            parts=self.parts,
            size=self.batch // self.parts,
        )


def no_room(batch: int) -> MemoryFullError:
    """Return what is said when a batch does not fit, and no smaller part of it would."""
    return MemoryFullError(
        "Memory ran out, and a batch of {batch} images cannot be computed in smaller parts.",
        hint="Lower the image size, the networks' width or the batch size.",
        batch=batch,
    )


class Undo:
    """What an update moves before the optimiser does: statistics, memories, sums of meters."""

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self._tensors = list(tensors)
        self._copies = [tensor.clone() for tensor in self._tensors]

    @torch.no_grad()
    def keep(self) -> None:
        """Remember everything as it is."""
        if self._tensors:
            torch._foreach_copy_(self._copies, self._tensors)

    @torch.no_grad()
    def back(self) -> None:
        """Put everything back to where it was remembered."""
        if self._tensors:
            torch._foreach_copy_(self._tensors, self._copies)


class Alike:
    """Updates of a process that shares a batch: where memory runs out in one, all of them fail alike.

    That goes as long as nothing was exchanged. Afterwards, and under a batch norm over all processes,
    which exchanges sums on the way, the others cannot be told, and `broken` is set.
    """

    def __init__(self, step: Step) -> None:
        self._step, self.broken = step, False

    def __call__(self, update: Callable[[], None]) -> None:
        """Try an update.

        Raises:
            MemoryFullError: Memory ran out too late to tell the others.
            RuntimeError: It ran out, here or elsewhere; everybody has it raised.
        """
        step = self._step
        step.begin_exchange()
        try:
            update()
        except (RuntimeError, MemoryError) as error:
            if step.ranks.count == 1 or not out_of_memory(error):
                raise
            self.broken = not step.asks or step.stage == "fits"
            if self.broken:
                raise no_room(step.batch) from error
            if step.stage == "alone":
                step.ranks.anywhere(True)
            raise


def tried(attempt: Callable[[], None], make_room: Callable[[], None]) -> None:
    """Do `attempt`, again and again with more room, until memory suffices or `make_room` raises."""
    while not _fits(attempt):
        # Not while the error is handled: its frames hold the very tensors that were too many.
        if gc.isenabled():  # else whoever has a window looks for garbage in the window's own thread
            gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        make_room()


def _fits(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
        return True
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return False


def made(network: nn.Module, given: Tensor, labels_N: Tensor | None = None) -> Tensor:
    """Return what a generator makes of `given`, fewer at once where memory is short.

    Raises:
        MemoryFullError: There is too little even for one.
    """
    at_once, found = [sampling.AT_ONCE], list[Tensor]()

    def make() -> None:
        found.append(sampling.generate(network, given, labels_N, at_once=at_once[0]))

    def make_room() -> None:
        if at_once[0] == 1:
            hint = "Lower the image size."
            raise MemoryFullError("There is too little memory for samples.", hint=hint)
        at_once[0] = max(1, at_once[0] // 8)

    tried(make, make_room)
    return found[0]
