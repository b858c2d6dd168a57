"""Three ways to run the same step: as it is written, as captured CUDA graphs, or compiled inside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch

from gan_engine.penalties import Penalty
from gan_engine.training.step import Step

Mode = Literal["eager", "graph", "compile"]
WARM_UP = 3
"""Real updates on a side stream before a capture, so that libraries have chosen their kernels."""


def choose_mode(wanted: str, device: torch.device) -> Mode:
    """Return how to run: `auto` is the fastest way that starts at once; graphs need CUDA."""
    if device.type != "cuda":
        return "compile" if wanted == "compile" else "eager"
    return "compile" if wanted == "compile" else "eager" if wanted == "eager" else "graph"


class Runner:
    """Runs a step's two updates; which penalties are due decides between graphs.

    Every update that is run has its effect exactly once: the first few of a kind run eagerly on
    the stream a graph is captured on, then one is captured, which runs nothing, and replayed.
    """

    def __init__(self, step: Step, mode: Mode) -> None:
        self.step, self.mode = step, mode
        self.trouble = ""
        """Why a capture or compilation failed; empty while all is well."""
        self._graphs: dict[tuple[str, ...], torch.cuda.CUDAGraph] = {}
        self._runs: dict[tuple[str, ...], int] = {}
        on_cuda = step.device.type == "cuda"
        graphs = on_cuda and mode != "eager"
        self._stream = torch.cuda.Stream(step.device) if graphs else None  # type: ignore[no-untyped-call]
        if mode == "compile":
            self._compile()

    def forget(self) -> None:
        """Capture anew: the optimisers' memory has moved, and a graph would read the old one."""
        self._graphs.clear()
        self._runs.clear()

    def discriminator(self, due: tuple[Penalty, ...]) -> None:
        """Update D once."""
        self._run(("d", *(penalty.kind for penalty in due)), lambda: self.step.discriminator(due))

    def generator(self, due: tuple[Penalty, ...]) -> None:
        """Update G once."""
        self._run(("g", *(penalty.kind for penalty in due)), lambda: self.step.generator(due))

    def _run(self, key: tuple[str, ...], update: Callable[[], None]) -> None:
        if self._stream is None:
            update()
            return
        graph = self._graphs.get(key)
        if graph is None:
            runs = self._runs[key] = self._runs.get(key, 0) + 1
            if runs <= WARM_UP:
                self._beside(update)
                return
            graph = self._capture(key, update)
            if graph is None:
                update()
                return
        graph.replay()

    def _beside(self, update: Callable[[], None]) -> None:
        """Run an update on the side stream, in order with everything else."""
        assert self._stream is not None  # only with graphs
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            update()
        torch.cuda.current_stream().wait_stream(self._stream)

    def _capture(
        self, key: tuple[str, ...], update: Callable[[], None]
    ) -> torch.cuda.CUDAGraph | None:
        """Return the update as a graph; None, and eager from then on, where it cannot be one."""
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.step.random)
        try:
            with torch.cuda.graph(graph, stream=self._stream):
                update()
        except RuntimeError as error:
            self.trouble = str(error).partition("\n")[0]
            self._stream = None
            self._graphs.clear()
            return None
        self._graphs[key] = graph
        return graph

    def _compile(self) -> None:
        """Have both networks' plain passes compiled; penalties differentiate twice and stay eager."""
        try:
            self.step.compile()
        except RuntimeError as error:
            self.trouble = str(error).partition("\n")[0]
