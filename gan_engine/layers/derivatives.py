"""Which gradients a function of ours computes: those that somebody needs, and no zeros."""

from __future__ import annotations

import threading
from typing import Any

import torch

_inside = threading.local()


def modes() -> list[Any]:
    """Return the contexts, outermost first, that this thread is inside of: it is differentiated twice.

    There, gradients are differentiated again by what goes in alone, an image or a style.
    """
    if not hasattr(_inside, "modes"):
        _inside.modes = []
    found: list[Any] = _inside.modes
    return found


def prepare(ctx: Any) -> None:
    """Let a function's backward compute nothing in vain; the compiler sees to that by itself.

    It is given None, not zeros, where nothing depends on its result. And in a pass that is
    differentiated twice, the first derivative is none by weights: torch's own layers see that from
    what is asked for, a function of ours is only told which of its inputs have a gradient at all.
    """
    ctx.twice = False
    if not torch.compiler.is_compiling():
        ctx.twice = bool(modes())
        ctx.set_materialize_grads(False)


def by_weight(ctx: Any) -> bool:
    """Return whether the backward pass that runs needs the gradient of a function's second input."""
    # As autograd has it for what it differentiates again.
    first = ctx.twice and torch.is_grad_enabled()
    return bool(ctx.needs_input_grad[1]) and not first
