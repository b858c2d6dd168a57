"""G, D and the averaged G, built from settings and a seed."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gan_engine.config import RunConfig
from gan_engine.device import Formats, usual_formats
from gan_engine.power_average import LENGTHS


@dataclass
class Networks:
    """The two players, and the average of G that samples are made with."""

    g: nn.Module
    d: nn.Module
    ema: nn.Module

    def tensors(self) -> dict[str, Tensor]:
        """Return every weight and buffer under the name a checkpoint gives it."""
        parts = {"g": self.g, "d": self.d, "ema": self.ema}
        return {f"{key}.{n}": t for key, net in parts.items() for n, t in net.state_dict().items()}


def build_networks(
    config: RunConfig, device: torch.device, classes: int = 0, formats: Formats | None = None
) -> Networks:
    """Return freshly drawn networks on `device`; the same seed draws the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.training.seed)
        g = config.architecture.generator(config.data.shape, classes)
        d = config.architecture.discriminator(config.data.shape, classes)
    training = config.training
    found = formats or usual_formats(training.precision, training.memory_format, device)
    for network in (g, d):
        network.to(device=device, memory_format=found.layout).train()  # type: ignore[call-overload]
    ema = copy.deepcopy(g).eval().requires_grad_(False)
    return Networks(g, d, ema)


class Frozen:
    """A network as a function that leaves it as it is: no gradients into it, no buffer moved.

    The tutorial's `trainable = False`, done so that batch norm's statistics and spectral norm's
    vectors stay bit for bit too: the call runs on copies of the buffers.
    """

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._weights = {name: p.detach() for name, p in network.named_parameters()}
        kept = network.state_dict(keep_vars=True)  # what is not kept is a constant
        self._moving: dict[torch.dtype, dict[str, Tensor]] = {}
        for name, buffer in network.named_buffers():
            if name in kept:
                self._moving.setdefault(buffer.dtype, {})[name] = buffer

    def __call__(self, *inputs: Tensor) -> Tensor:
        copies: dict[str, Tensor] = {}
        for buffers in self._moving.values():  # torch copies a list in one call by a product alone
            copies |= zip(buffers, torch._foreach_mul(list(buffers.values()), 1), strict=True)
        return self._run({**self._weights, **copies}, inputs)

    def _run(self, values: dict[str, Tensor], inputs: tuple[Tensor, ...]) -> Tensor:
        out: Tensor = torch.func.functional_call(self._network, values, inputs)
        return out

    def compiled(self, backend: str) -> Frozen:
        """Return the same function, compiled."""
        same = copy.copy(self)
        same._run = torch.compile(self._run, backend=backend, dynamic=False)  # type: ignore[method-assign]
        return same


class PowerAverages:
    """Two averages of G whose lengths are shares of the training; see `power_average`."""

    def __init__(self, g: nn.Module) -> None:
        floats = {n: t for n, t in g.state_dict(keep_vars=True).items() if t.is_floating_point()}
        self._from = [tensor.detach() for tensor in floats.values()]
        self._kept = [[tensor.clone() for tensor in self._from] for _ in LENGTHS]
        self._names = list(floats)

    @torch.no_grad()
    def move(self, weights: Sequence[Tensor]) -> None:
        """Do average += weight * (G - average) for each length."""
        for kept, weight in zip(self._kept, weights, strict=True):
            apart = torch._foreach_sub(self._from, kept)
            torch._foreach_mul_(apart, weight)
            torch._foreach_add_(kept, apart)

    def tensors(self) -> dict[str, Tensor]:
        """Return both, under the names a checkpoint gives them."""
        pairs = ((i, zip(self._names, kept, strict=True)) for i, kept in enumerate(self._kept))
        return {f"{i}.{name}": tensor for i, named in pairs for name, tensor in named}


class Average:
    """Moves the averaged G a little towards G; buffers are averaged like weights."""

    def __init__(self, networks: Networks) -> None:
        source, target = (
            networks.g.state_dict(keep_vars=True),
            networks.ema.state_dict(keep_vars=True),
        )
        floats = [name for name, tensor in source.items() if tensor.is_floating_point()]
        self._from = [source[name].detach() for name in floats]
        self._to = [target[name].detach() for name in floats]
        self._counts = [(target[n], source[n]) for n in source if n not in set(floats)]

    @torch.no_grad()
    def move(self, weight: Tensor) -> None:
        """Do average += weight * (G - average); `weight` is a 0-d tensor."""
        apart = torch._foreach_sub(self._from, self._to)
        torch._foreach_mul_(apart, weight)
        torch._foreach_add_(self._to, apart)
        for target, source in self._counts:
            target.copy_(source)
