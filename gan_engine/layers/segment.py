"""A piece of a network whose inner maps are kept for the backward pass, or computed once more there."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.func import functional_call
from torch.utils.checkpoint import checkpoint

from gan_engine.layers.twice import again


class Segment(nn.Module):
    """A module that autograd may forget the inside of: only what goes in and comes out is kept.

    Where `recomputed` is set, the backward pass runs the segment again, with the weights it ran with
    and with buffers as they were, so that batch norm's statistics and spectral norm's vectors move
    once and gradients, of any order, stay the same. A segment draws no random numbers: what is drawn
    comes in as an argument. Source: arXiv:1604.06174.
    """

    recomputed = False

    def __call__(self, *inputs: Any) -> Any:
        # The compiler decides by itself what is worth keeping.
        if not self.recomputed or not torch.is_grad_enabled() or torch.compiler.is_compiling():
            return super().__call__(*inputs)
        # Inside a functional call these are the weights it was given, not the network's own.
        weights = dict(self.named_parameters())
        before = {name: buffer.clone() for name, buffer in self.named_buffers()}
        second, as_now = False, again()

        def run(*inputs: Any) -> Any:
            nonlocal second
            if not second:
                second = True
                return super(Segment, self).__call__(*inputs)
            self.recomputed = False
            try:
                # Once for each backward pass through here: the copies must not move either.
                buffers = {name: buffer.clone() for name, buffer in before.items()}
                with as_now():
                    return functional_call(self, {**weights, **buffers}, inputs)
            finally:
                self.recomputed = True

        return checkpoint(run, *inputs, use_reentrant=False, preserve_rng_state=False)


def recompute(network: nn.Module, wanted: bool) -> None:
    """Let all segments of `network` be computed again in the backward pass, or not."""
    for module in network.modules():
        if isinstance(module, Segment):
            module.recomputed = wanted


def recomputes(network: nn.Module) -> bool:
    """Return whether any segment of `network` is computed again in the backward pass."""
    return any(isinstance(m, Segment) and m.recomputed for m in network.modules())
