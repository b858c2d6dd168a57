"""Batches of images that are too many for the device: read from the disk before they are asked for."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine.data.ondisk import OnDisk
from gan_engine.errors import SpaceError

Rows = OnDisk | NDArray[np.uint8]
"""Images (N, H, W, C), in a file or in memory."""

SLOTS = 3
"""So many batches are read ahead at most: D's next one, one for G, and the one on its way."""


class Slot:
    """A batch on its way: in pinned memory, then, on a GPU, in a buffer beside the step's own."""

    def __init__(self, batch_NHWC: tuple[int, ...], device: torch.device) -> None:
        on_gpu = device.type == "cuda"
        self.host = torch.empty(batch_NHWC, dtype=torch.uint8, pin_memory=on_gpu)
        self.device = torch.empty(batch_NHWC, dtype=torch.uint8, device=device) if on_gpu else None
        self._copied = torch.cuda.Event() if on_gpu else None  # type: ignore[no-untyped-call]
        self._used = torch.cuda.Event() if on_gpu else None  # type: ignore[no-untyped-call]

    def fill(
        self,
        prepared_NHWC: Rows,
        indices_N: NDArray[np.int64],
        stream: torch.cuda.Stream | None,
    ) -> None:
        """Read these images, and on a GPU send them off on `stream`; called on the reading thread."""
        if self._copied is not None:
            self._copied.synchronize()  # the copy of an earlier batch may still read this memory
        if isinstance(prepared_NHWC, OnDisk):
            prepared_NHWC.read(indices_N, self.host.numpy())
        else:
            np.take(prepared_NHWC, indices_N, 0, self.host.numpy())
        if stream is None or self.device is None or self._used is None or self._copied is None:
            return
        with torch.cuda.stream(stream):
            stream.wait_event(self._used)  # the step's buffer was filled from here
            self.device.copy_(self.host, non_blocking=True)
            self._copied.record(stream)

    def put_into(self, target_NHWC: Tensor) -> None:
        """Copy the batch into the step's own buffer, in order with the steps; waits for nothing."""
        if self.device is None or self._copied is None or self._used is None:
            target_NHWC.copy_(self.host)
            return
        now = torch.cuda.current_stream()
        now.wait_event(self._copied)
        target_NHWC.copy_(self.device, non_blocking=True)
        self._used.record(now)


def side_stream(device: torch.device) -> torch.cuda.Stream:
    """Return a stream for copies, behind all that is queued: new buffers may lie where that works."""
    stream: torch.cuda.Stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    return stream


class Ahead:
    """Reads what is expected next on a thread of its own while a step runs."""

    def __init__(self, prepared_NHWC: Rows, batch: int, device: torch.device) -> None:
        self._prepared = prepared_NHWC
        self._free = [Slot((batch, *prepared_NHWC.shape[1:]), device) for _ in range(SLOTS)]
        self._coming: list[tuple[NDArray[np.int64], Slot, Future[None]]] = []
        self._stream = side_stream(device) if device.type == "cuda" else None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="images")
        self.late = 0
        """How many batches were asked for that nobody had expected."""

    def expect(self, indices_N: NDArray[np.int64]) -> None:
        """Begin to read a batch that will be asked for; nothing where it is read, or no slot free."""
        if self._free and not any(np.array_equal(indices_N, known) for known, *_ in self._coming):
            slot = self._free.pop()
            self._coming.append((indices_N, slot, self._begin(slot, indices_N)))

    def take(self, indices_N: NDArray[np.int64], target_NHWC: Tensor) -> None:
        """Put the images at `indices_N`, in this order, into the step's buffer.

        Raises:
            SpaceError: They cannot be read; they can be asked for again.
        """
        known = [np.array_equal(indices_N, coming) for coming, *_ in self._coming]
        if not any(known):
            self.late += 1
            if not self._free:  # what was expected never came: a run went back, or was changed
                self._drop()
            self.expect(indices_N)
            known = [False] * (len(self._coming) - 1) + [True]
        _, slot, reading = self._coming.pop(known.index(True))
        try:
            if isinstance(reading.exception(), SpaceError):  # that may have been long ago
                reading = self._begin(slot, indices_N)
            reading.result()
            slot.put_into(target_NHWC)
        finally:
            self._free.append(slot)

    def _begin(self, slot: Slot, indices_N: NDArray[np.int64]) -> Future[None]:
        return self._reader.submit(slot.fill, self._prepared, indices_N, self._stream)

    def _drop(self) -> None:
        _, slot, reading = self._coming.pop(0)
        reading.exception()
        self._free.append(slot)

    def close(self) -> None:
        """End the thread; nothing is on its way any more into memory that is then somebody else's."""
        self._reader.shutdown(cancel_futures=True)
        if self._stream is not None:
            self._stream.synchronize()
