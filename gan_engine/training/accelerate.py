"""Three ways to run the same step: as it is written, as captured CUDA graphs, or compiled inside them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from subprocess import SubprocessError
from typing import Literal, Protocol

import torch

from gan_engine.penalties import Penalty
from gan_engine.schema import Message
from gan_engine.training.step import Step

Mode = Literal["eager", "graph", "compile"]
Update = Callable[[], None]
WARM_UP = 3
"""Real updates on a side stream before a capture, so that libraries have chosen their kernels."""
CAPTURES_THAT_MAY_FAIL = 1
"""Another thread that waits for the whole GPU, as cuDNN does where it tries out kernels for Explore, breaks
a capture off: it is tried again after another warm-up. What no graph can hold fails then too."""
BACKEND = "inductor"
PENALTIES_ON = ("cuda",)
"""Where penalties on slopes are compiled too: on a CPU they are slower then."""
_REFUSALS = (
    RuntimeError, AssertionError, OSError, ValueError, TypeError, LookupError, ImportError, SubprocessError,
)  # fmt: skip
"""What torch's compiler raises where it cannot: a C++ compiler that is missing or fails, or code it rejects."""


def choose_mode(wanted: str, device: torch.device) -> Mode:
    """Return how to run: `auto` is the fastest way that starts at once; graphs need CUDA."""
    if wanted == "compile":
        return "compile"
    return "graph" if device.type == "cuda" and wanted != "eager" else "eager"


class Graphs(Protocol):
    """What captures updates and runs them again; CUDA's, or a test's."""

    def beside(self, update: Update) -> None:
        """Run an update where graphs are captured, in order with everything else."""

    def capture(self, update: Update, *random: torch.Generator) -> Update:
        """Return what replays the update; nothing of it happens now."""

    def wait(self) -> None:
        """Return when no graph runs any more."""

    def forget(self) -> None:
        """Give back the memory of all graphs; they are gone."""


class CudaGraphs:
    """Whole updates as CUDA graphs, on a stream of their own and in one pool of memory.

    Sharing the pool is safe because nothing reads what another update has allocated: what one leaves
    behind is written into tensors that were there before, and gradients belong to one update each. A
    graph does not keep those tensors alive; the step does.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle()

    def beside(self, update: Update) -> None:
        self._stream.wait_stream(torch.cuda.current_stream())
        try:
            with torch.cuda.stream(self._stream):
                update()
        finally:  # what undoes an update that memory ran out in must not overtake it
            torch.cuda.current_stream().wait_stream(self._stream)

    def capture(self, update: Update, *random: torch.Generator) -> Update:
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        # Its numbers then come from the seeds that the generators have at each replay.
        for generator in random:
            graph.register_generator_state(generator)
        # Other threads save and measure meanwhile: what they ask of CUDA is no part of the graph.
        how = {"pool": self._pool, "stream": self._stream, "capture_error_mode": "thread_local"}
        try:
            with _settled(), torch.cuda.graph(graph, **how):  # type: ignore[arg-type]
                update()
        except RuntimeError:
            # A capture that breaks off leaves its stream the current one, and its pool open: torch
            # would then refuse to give memory back.
            torch.cuda.set_stream(stream)
            with contextlib.suppress(RuntimeError, AttributeError):  # else it had closed the pool
                device = torch.cuda.current_device()
                torch._C._cuda_endAllocateToPool(device, self._pool)
                torch._C._cuda_releasePool(device, self._pool)
            raise
        return graph.replay

    def wait(self) -> None:
        torch.cuda.synchronize()

    def forget(self) -> None:
        # A pool whose graphs are gone cannot be used again.
        self._pool = torch.cuda.graph_pool_handle()
        with contextlib.suppress(RuntimeError):  # it is only tidied up
            torch.cuda.empty_cache()


@contextlib.contextmanager
def _settled() -> Iterator[None]:
    """Keep cuDNN from trying out kernels: the warm-up did, and inside a capture it must not."""
    tries = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = tries


class Runner:
    """Runs a step's two updates; which penalties are due decides between graphs.

    Every update that is run has its effect exactly once: the first few of a kind run eagerly on
    the stream a graph is captured on, then one is captured, which runs nothing, and replayed.
    """

    def __init__(
        self,
        step: Step,
        wanted: str,
        graphs: Graphs | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.step, self.mode, self._before = step, choose_mode(wanted, step.device), before
        self.trouble: Message | None = None
        """What became of a capture or compilation that failed; whoever tells of it sets it to None."""
        self.compiled = False
        on_cuda = step.device.type == "cuda"
        self._graphs = CudaGraphs(step.device) if graphs is None and on_cuda else graphs
        if self.mode == "compile" and step.ranks.count > 1:
            self.mode = "graph" if self._graphs else "eager"
            self.trouble = Message("Several processes train together without compiling.")
        if self.mode == "eager":
            self._graphs = None
        if wanted == "graph" and self._graphs is None:
            self.trouble = Message("CUDA graphs need an NVIDIA GPU: updates run step by step.")
        self._captures_left = CAPTURES_THAT_MAY_FAIL
        self._captured: dict[tuple[str, ...], Update] = {}
        self._runs: dict[tuple[str, ...], int] = {}

    @property
    def waits_to_compile(self) -> bool:
        """Whether compiling is asked for and was not tried yet; it may take a minute."""
        return self.mode == "compile" and not self.compiled

    def compile(self) -> None:
        """Compile the networks' plain passes, trying them once; leaves no trace where it fails."""
        self.compiled = True
        run = self._graphs.beside if self._graphs else _now
        try:
            run(lambda: self.step.compile(BACKEND))
        except _REFUSALS as error:
            self.mode = "graph" if self._graphs else "eager"
            self.trouble = Message(
                "Compiling failed, training goes on without it: {why}", why=_first_line(error)
            )
            return
        try:
            if self.step.device.type in PENALTIES_ON:
                run(lambda: self.step.compile_penalties(BACKEND))
        except _REFUSALS as error:
            self.trouble = Message(
                "Compiling the penalties failed, they run as they are: {why}",
                why=_first_line(error),
            )
        self.forget()

    def forget(self) -> None:
        """Capture anew: what a graph reads or does has changed."""
        self._runs.clear()
        if self._captured and self._graphs:
            self._let_go(self._graphs)

    def _let_go(self, graphs: Graphs) -> None:
        """Give up every graph, none of them while it runs: others would be given its memory."""
        graphs.wait()
        self._captured.clear()
        graphs.forget()

    def discriminator(self, due: tuple[Penalty, ...]) -> None:
        """Update D once."""
        self._run(("d", *(penalty.kind for penalty in due)), lambda: self.step.discriminator(due))

    def generator(self, due: tuple[Penalty, ...]) -> None:
        """Update G once."""
        self._run(("g", *(penalty.kind for penalty in due)), lambda: self.step.generator(due))

    def _run(self, key: tuple[str, ...], update: Update) -> None:
        replay = self._captured.get(key)
        if replay is None:  # a graph has its memory already: nothing can fail in it
            self._before()
        if replay is None and self._graphs is not None:
            self._runs[key] = self._runs.get(key, 0) + 1
            if self._runs[key] <= WARM_UP:
                self._graphs.beside(update)
                return
            replay = self._capture(self._graphs, key, update)
        (replay or update)()

    def _capture(self, graphs: Graphs, key: tuple[str, ...], update: Update) -> Update | None:
        """Return the update as a graph; None where it cannot be one, and from the second time on eager.

        Processes that share a batch capture it all, or none does: what they exchange in it is one
        operation of all of them (docs of NCCL, "Using NCCL with CUDA Graphs").
        """
        why = ""
        try:
            self._captured[key] = graphs.capture(update, *self.step.generators)
        except RuntimeError as error:
            why = _first_line(error)
        if not self.step.ranks.anywhere(bool(why)):
            return self._captured[key]
        self._let_go(graphs)
        # The old generator may believe that it is being captured still.
        self.step.renew_random()
        if self._captures_left:
            self._captures_left -= 1
            self._runs.clear()
            return None
        self._graphs = None
        self.trouble = Message(
            "CUDA graphs are off, training goes on step by step: {why}",
            why=why or Message("another process could not capture its update"),
        )
        return None


def _now(update: Update) -> None:
    update()


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
