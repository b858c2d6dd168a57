"""One guarded optimiser step: clipped when asked, and not taken at all when gradients are not numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from gan_engine.config import RunConfig
from gan_engine.training.live import LiveValues
from gan_engine.training.networks import Networks


def build_updates(config: RunConfig, networks: Networks, live: LiveValues) -> dict[str, Update]:
    """Return what takes G's and D's steps, "g" and "d", with the settings' optimisers."""
    found = {}
    for name, network in (("g", networks.g), ("d", networks.d)):
        weights = list(network.parameters())
        part = config.optimizer_g if name == "g" else config.optimizer_d
        optimizer = part.build(weights, live[f"optimizer_{name}.rate"])
        found[name] = Update(optimizer, weights, config.training.gradient_clip)
    return found


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Return whether everything in `tensors` is a number; waits for the device."""
    kept = [t.float() for t in tensors if t.is_floating_point()]
    norms = torch.stack([norm.float().cpu() for norm in torch._foreach_norm(kept)])
    return bool(torch.isfinite(norms).all())


class Update:
    """Applies a network's gradients, unless one of them is not finite; never waits for the device."""

    def __init__(
        self, optimizer: torch.optim.Optimizer, parameters: Sequence[nn.Parameter], clip: float
    ) -> None:
        self.optimizer, self._parameters, self._clip = optimizer, list(parameters), clip
        self.applying = False
        """Whether weights may have changed since `begin`."""
        # It is captured in time; torch would warn of every update before that.
        optimizer._warned_capturable_if_run_uncaptured = True

    def begin(self) -> None:
        """Forget all gradients, those of a step that failed half way too."""
        self.applying = False
        # None instead of zeros: the backward pass writes them, and adds them to nothing.
        self.optimizer.zero_grad(set_to_none=True)

    @property
    def gradients(self) -> list[Tensor]:
        """What the step is taken with."""
        return [p.grad for p in self._parameters if p.grad is not None]

    @torch.no_grad()
    def apply(self) -> Tensor:
        """Take the step; return the gradients' norm before clipping, a 0-d tensor."""
        gradients = self.gradients
        norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        bad = (~torch.isfinite(norm)).float()
        if self._clip:
            torch._foreach_mul_(gradients, (self._clip / (norm + 1e-12)).clamp(max=1.0))
        # Fused kernels leave weights and state alone where this flag is one.
        self.optimizer.found_inf = bad  # type: ignore[attr-defined]
        if not self.optimizer.defaults.get("fused"):
            for gradient in gradients:
                torch.nan_to_num_(gradient, 0.0, 0.0, 0.0)
            torch._foreach_mul_(gradients, 1 - bad)
        self.applying = True
        self.optimizer.step()
        return norm

    def tensors(self) -> dict[str, Tensor]:
        """Return the optimiser's memory, a name each: parameter's number, then what is remembered."""
        found = {}
        for i, parameter in enumerate(self._parameters):
            for name, value in self.optimizer.state.get(parameter, {}).items():
                found[f"{i}.{name}"] = (
                    value if isinstance(value, Tensor) else torch.tensor(float(value))
                )
        return found

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take over the memory that `tensors()` returned; an empty one forgets everything."""
        self.optimizer.state.clear()
        for name, value in tensors.items():
            number, _, what = name.partition(".")
            parameter = self._parameters[int(number)]
            device = (
                parameter.device
                if what != "step"
                or self.optimizer.defaults.get("fused")
                or self.optimizer.defaults.get("capturable")
                else "cpu"
            )
            kept = (
                torch.empty_like(parameter)
                if value.shape == parameter.shape
                else torch.empty_like(value, device=device)
            )
            self.optimizer.state[parameter][what] = kept.copy_(value)
