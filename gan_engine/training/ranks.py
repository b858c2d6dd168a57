"""Several processes that train one run together: who is which, and how they add up what each found."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from gan_engine.device import gpus
from gan_engine.errors import DeviceError, RankLostError, SettingsError
from gan_engine.problems import Problem
from gan_engine.schema import Message
from gan_engine.training.meeting import MEETING, met

_PATIENCE = timedelta(days=30)
"""A pause may last; a process that died is noticed by its closed connection, not by silence."""


class Ranks:
    """One process of a run's several; this one is alone. Every method is right for one process too."""

    rank, count, local_rank, local_count = 0, 1, 0, 1
    restarted = False
    """Whether the processes were started again because one of them had died."""
    seconds = 0.0
    """How long this process has spent sending and waiting; on a GPU only what Python waited."""

    @property
    def place(self) -> tuple[int, int]:
        """Which process this is, of how many."""
        return self.rank, self.count

    def share_of(self, batch: int, parts: int) -> int:
        """Return how many images of a batch are this process's.

        Raises:
            SettingsError: The batch has no equal shares; it names the nearest size that has.
        """
        nearest = nearest_batch(batch, parts, self.count)
        if self.count > 1 and nearest != batch:
            text = Message(
                "{batch} images have no equal shares for {count} processes of {parts} parts.",
                batch=batch,
                count=self.count,
                parts=parts,
            )
            hint = Message("Set it to {nearest}.", nearest=nearest)
            raise SettingsError([Problem("training.batch_size", text, hint, suggestion=nearest)])
        return batch // self.count

    def mine(self, whole_N: Tensor) -> Tensor:
        """Return this process's equal part of what was drawn for a whole batch."""
        return whole_N.chunk(self.count)[self.rank]

    def some_of(self, count: int) -> slice | list[int]:
        """Return which of so many things this process does; all do as many, some perhaps twice."""
        each = -(-count // self.count)
        first = each * self.rank
        return (
            slice(None)
            if self.count == 1
            else [min(i, count - 1) for i in range(first, first + each)]
        )

    def average(self, tensors: Sequence[Tensor], ready: Callable[[], None]) -> None:
        """Replace each by its mean over all processes, bit for bit the same on each.

        Args:
            tensors: In fp32, on the device.
            ready: Called when all that can fail for want of memory is done, before anything is sent.
        """

    def add(self, tensor: Tensor) -> None:
        """Replace it by its sum over all processes."""

    def anywhere(self, here: bool) -> bool:
        """Return whether something is so in any process; every process has to ask."""
        return here

    def gathered(self, mine_N: Tensor) -> Tensor:
        """Return every process's tensor, one behind the other in the order of ranks."""
        return mine_N

    def leave(self) -> None:
        """Let go of the others."""


ALONE = Ranks()


def nearest_batch(batch: int, parts: int, processes: int) -> int:
    """Return the batch size next to `batch` that has equal parts for every process."""
    unit = parts * processes
    return max(1, round(batch / unit)) * unit


class Together(Ranks):
    """One process of several, as `torchrun` started them; tells are from rank 0 to all others."""

    def __init__(self) -> None:
        of = os.environ
        self.rank, self.count = int(of["RANK"]), int(of["WORLD_SIZE"])
        self.local_rank, self.local_count = int(of["LOCAL_RANK"]), int(of["LOCAL_WORLD_SIZE"])
        self.restarted = int(of.get("TORCHELASTIC_RESTART_COUNT", 0)) > 0
        if self.local_count == self.count:  # all on this computer: no reason to use its network
            of.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
        backend = "gloo"
        self.has_gpu = self.local_rank < gpus()
        if self.has_gpu:
            torch.cuda.set_device(self.local_rank)
            backend = "cpu:gloo,cuda:nccl"
        with self._reaching():
            # It keeps the first group it sees, whose threads then outlive it and can abort the exit.
            importlib.import_module("torch.distributed.nn")
            store = met(next(rendezvous("env://", timeout=MEETING))[0], self.rank, self.count)
            dist.init_process_group(
                backend, store=store, rank=self.rank, world_size=self.count, timeout=_PATIENCE
            )

    @torch.no_grad()
    def average(self, tensors: Sequence[Tensor], ready: Callable[[], None]) -> None:
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        ready()
        self.add(flat)
        pieces = torch.split(flat.div_(self.count), [tensor.numel() for tensor in tensors])
        shaped = [piece.view(to.shape) for piece, to in zip(pieces, tensors, strict=True)]
        torch._foreach_copy_(list(tensors), shaped)

    def anywhere(self, here: bool) -> bool:
        told = torch.tensor([float(here)])  # in main memory: the device is not waited for
        self.add(told)
        return bool(told)

    def add(self, tensor: Tensor) -> None:
        with self._reaching():
            dist.all_reduce(tensor)

    def gathered(self, mine_N: Tensor) -> Tensor:
        every = [torch.empty_like(mine_N) for _ in range(self.count)]
        with self._reaching():
            dist.all_gather(every, mine_N.contiguous())
        return torch.cat(every)

    def on(self, device: torch.device) -> torch.device:
        """Return the device, if this process has one of its own there.

        Raises:
            DeviceError: There are more processes than GPUs.
        """
        if device.type == "cuda" and not self.has_gpu:
            raise DeviceError(
                "There are {gpus} GPUs for {count} processes.",
                hint="Start as many processes as there are GPUs: --nproc-per-node {gpus}.",
                gpus=gpus(),
                count=self.local_count,
            )
        return device

    def wait(self) -> None:
        """Return when every process has come this far."""
        self.add(torch.zeros(1))

    def tell(self, order: dict[str, Any]) -> None:
        """Send an order to all others; from rank 0."""
        data = torch.frombuffer(bytearray(json.dumps(order).encode()), dtype=torch.uint8)
        self.spread(torch.tensor([len(data)]))
        self.spread(data)

    def hear(self) -> dict[str, Any]:
        """Wait for rank 0's next order."""
        size = torch.zeros(1, dtype=torch.int64)
        self.spread(size)
        data = torch.empty(int(size), dtype=torch.uint8)
        self.spread(data)
        found: dict[str, Any] = json.loads(data.numpy().tobytes())
        return found

    def spread(self, tensor: Tensor) -> None:
        """Fill everybody's tensor, which lies in main memory, with rank 0's."""
        with self._reaching():
            dist.broadcast(tensor, 0)

    def leave(self) -> None:
        with contextlib.suppress(RuntimeError):
            dist.destroy_process_group()

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        """Say in words that another process is gone; count the time it took to reach the others."""
        began = time.perf_counter()
        try:
            yield
        except RuntimeError as error:
            if torch.cuda.is_available() and torch.cuda.is_current_stream_capturing():
                raise
            raise RankLostError(
                "Another process of this run has ended, or cannot be reached any more.",
                hint="Its own message says why. The same command goes on from the last save.",
            ) from error
        finally:
            self.seconds += time.perf_counter() - began


def launched() -> bool:
    """Return whether `torchrun`, or something like it, started this process as one of several."""
    return {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR"} <= set(
        os.environ
    )


def leads() -> bool:
    """Return whether this process is the only one of a run, or the first of several."""
    return not launched() or os.environ["RANK"] == "0"


def join() -> Ranks:
    """Return this process's place among those it was started with.

    Raises:
        RankLostError: The others cannot be reached.
    """
    return Together() if launched() and int(os.environ["WORLD_SIZE"]) > 1 else Ranks()


class _Sum(torch.autograd.Function):
    """The sum of a tensor over all processes; its gradient is the sum of theirs, any number of times."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, ranks: Ranks) -> Tensor:
        ctx.ranks = ranks
        total = tensor.clone()
        ranks.add(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _Sum.apply(gradients[0], ctx.ranks), None  # type: ignore[no-untyped-call]


class BatchNormTogether(nn.BatchNorm2d):
    """Batch norm whose mean and variance are the whole batch's, over all processes."""

    ranks: Ranks = ALONE

    def forward(self, x_NCHW: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x_NCHW)
        x = x_NCHW.float()
        sums = torch.stack([x.sum((0, 2, 3)), x.square().sum((0, 2, 3))])
        total: Tensor = _Sum.apply(sums, self.ranks)  # type: ignore[no-untyped-call]
        count = x.numel() // x.shape[1] * self.ranks.count
        mean, square = total / count
        variance = (square - mean.square()).clamp(min=0.0)
        if self.running_mean is not None and self.running_var is not None:
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum or 0.1)
                self.running_var.lerp_(variance * (count / max(1, count - 1)), self.momentum or 0.1)
                if self.num_batches_tracked is not None:
                    self.num_batches_tracked.add_(1)
        scale = torch.rsqrt(variance + self.eps) * self.weight
        out: Tensor = x * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]
        return out.to(x_NCHW.dtype)


def norm_together(network: nn.Module, ranks: Ranks) -> None:
    """Let every batch norm of `network` see the whole batch."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.__class__ = BatchNormTogether
            module.ranks = ranks  # type: ignore[assignment]


def running(network: nn.Module) -> list[Tensor]:
    """Return the averages of what `network` has seen, which differ where each sees its own share."""
    names = ("running_mean", "running_var", "average")
    return [t for name, t in network.named_buffers() if name.rpartition(".")[2] in names]
