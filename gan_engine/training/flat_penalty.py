"""A penalty on D's slopes as one plain function, so that torch's compiler takes it.

The compiler differentiates what it compiles once; such a penalty is differentiated twice. Here D's pass,
its gradient and that one's gradients are written down as operations on tensors first: nothing is left
to differentiate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from gan_engine.augment import Transform
from gan_engine.layers.segment import recompute, recomputes
from gan_engine.penalties import Penalty, Scene


class FlatPenalty:
    """Adds the gradients of a penalty on D to D's weights, without autograd."""

    def __init__(self, penalty: Penalty, d: nn.Module, random: torch.Generator) -> None:
        self._penalty, self._d, self._random = penalty, d, random
        named = dict(d.named_parameters())
        self._names, self._weights = list(named), list(named.values())
        self._takes: list[int] = []
        self._moved: list[nn.Parameter] = []
        self._run: Callable[..., Sequence[Tensor]]

    def compile(
        self, backend: str, scale: Tensor, images: Sequence[Tensor], told: Sequence[Tensor],
        change: Transform,
    ) -> bool:  # fmt: skip
        """Compile it for tensors like these; return whether it can be.

        It cannot where D draws numbers or moves its own buffers: those would be a constant of the function.
        D's buffers are left as they were; the generator is seeded anew before every update.
        """
        d, random = self._d, self._random
        kept = [(buffer, buffer.clone()) for buffer in d.buffers()]
        state, wanted = random.get_state(), recomputes(d)
        recompute(d, False)  # the compiler decides by itself what is worth keeping
        try:
            inputs = self._inputs(scale, images, told, change)
            flat = self._written_down(inputs, len(images), len(told), change)
            still = [*kept, (random.get_state(), state)]
            if not all(torch.equal(now, before) for now, before in still):
                return False
        finally:
            recompute(d, wanted)
            with torch.no_grad():
                for buffer, before in kept:
                    buffer.copy_(before)
        self._run = torch.compile(flat, backend=backend, dynamic=False)
        with torch.no_grad():
            self._run(*(inputs[at] for at in self._takes))
        return True

    @torch.no_grad()
    def add(
        self, scale: Tensor, images: Sequence[Tensor], told: Sequence[Tensor], change: Transform
    ) -> Tensor:
        """Add `scale` times the penalty to D's gradients; return the penalty itself.

        Args:
            scale: 0-d.
            images: Reals and fakes, (N, C, H, W) each.
            told: What D is told beside them.
            change: What is done to images before D sees them.
        """
        inputs = self._inputs(scale, images, told, change)
        term, *gradients = self._run(*(inputs[at] for at in self._takes))
        both = list(zip(self._moved, gradients, strict=True))
        there = [(weight.grad, more) for weight, more in both if weight.grad is not None]
        for weight, more in both:
            if weight.grad is None:
                weight.grad = more
        if there:
            torch._foreach_add_([had for had, _ in there], [more for _, more in there])
        return term

    def _inputs(
        self, scale: Tensor, images: Sequence[Tensor], told: Sequence[Tensor], change: Transform
    ) -> list[Tensor]:
        weights = (weight.detach() for weight in self._weights)
        return [scale, *images, *told, *change.drawn, *weights]

    def _written_down(
        self, inputs: list[Tensor], images: int, told: int, change: Transform
    ) -> GraphModule:
        """Return the term and its gradients as operations on `inputs`, of which it takes those it needs."""
        first = 1 + images + told
        weights_at = first + len(change.drawn)

        def whole(*given: Tensor) -> list[Tensor]:
            weights = [weight.requires_grad_(True) for weight in given[weights_at:]]
            values = dict(zip(self._names, weights, strict=True))

            def critic(shown: Tensor) -> Tensor:
                seen = change.again(*given[first:weights_at])(shown)
                scores: Tensor = functional_call(
                    self._d, values, (seen, *given[1 + images : first])
                )
                return scores

            real, fake = given[1 : 1 + images]
            none = given[0]  # scores: a penalty on slopes asks D itself
            term = self._penalty.term(Scene(critic, real, fake, none, none, self._random))
            found = torch.autograd.grad(given[0] * term, weights, allow_unused=True)
            pairs = zip(self._weights, found, strict=True)
            moved = [(weight, gradient) for weight, gradient in pairs if gradient is not None]
            self._moved = [weight for weight, _ in moved]
            return [term.detach(), *(gradient for _, gradient in moved)]

        flat = make_fx(whole)(*(tensor.detach() for tensor in inputs))
        places = [node for node in flat.graph.nodes if node.op == "placeholder"]
        self._takes = [at for at, place in enumerate(places) if place.users]
        for at, place in enumerate(places):
            if at not in self._takes:
                flat.graph.erase_node(place)
            else:  # R1 and R2 are then the same function, which is compiled once
                place.target = f"given_{self._takes.index(at)}"
                place._rename(place.target)
        flat.recompile()
        return flat
