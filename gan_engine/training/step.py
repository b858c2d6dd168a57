"""One D update and one G update: tensors in, tensors changed; no files, no clocks, no waiting."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_engine.losses import AdversarialLoss
from gan_engine.penalties import Penalty
from gan_engine.training.live import EMA, LiveValues
from gan_engine.training.meters import Meters
from gan_engine.training.networks import Average, Frozen, Networks
from gan_engine.training.optimisers import Update


@dataclass
class Step:
    """Everything an update reads and writes, all of it static for as long as the run lives.

    `reals` returns a batch of real images from the buffers that were filled before the step;
    `loss` and `penalties` hold 0-d tensors where a setting is live. Random numbers come from
    `random` alone, which the run reseeds before every update.
    """

    networks: Networks
    loss: AdversarialLoss
    penalties: tuple[Penalty, ...]
    update_g: Update
    update_d: Update
    live: LiveValues
    meters: Meters
    random: torch.Generator
    reals: Callable[[torch.Generator], Tensor]
    batch: int
    z_dim: int
    device: torch.device
    autocast: torch.dtype | None = None

    def __post_init__(self) -> None:
        self._frozen_g, self._frozen_d = Frozen(self.networks.g), Frozen(self.networks.d)
        self._average = Average(self.networks)

    def discriminator(self, penalties: tuple[Penalty, ...]) -> None:
        """Update D once, on one batch of reals and one of fakes; G stays as it is.

        Args:
            penalties: Those of `self.penalties` that are due; strength makes up for the interval.
        """
        real_NCHW = self.reals(self.random)
        with self._mixed():
            with torch.no_grad():
                fake_NCHW = self._frozen_g(self.latents())
            real, fake = self.networks.d(real_NCHW), self.networks.d(fake_NCHW)
        real, fake, fake_NCHW = real.float(), fake.float(), fake_NCHW.float()
        total = loss = self.loss.discriminator(real, fake)
        for penalty in penalties:
            term = penalty.term(self.networks.d, real_NCHW, fake_NCHW, self.random)
            total = total + self.live[f"penalties.{penalty.kind}.weight"] * penalty.interval * term
            self.meters.add(f"penalty/{penalty.kind}", term)
        total.backward()  # type: ignore[no-untyped-call]
        self.meters.add("gradient/d", self.update_d.apply())
        self.meters.add("loss/d", loss)
        self.meters.add("score/real", real.mean())
        self.meters.add("score/fake", fake.mean())

    def generator(self) -> None:
        """Update G once and move its average; D stays as it is."""
        with self._mixed():
            fake = self._frozen_d(self.networks.g(self.latents())).float()
            real = None
            if self.loss.needs_reals_for_g:
                with torch.no_grad():
                    real = self._frozen_d(self.reals(self.random)).float()
        loss = self.loss.generator(real, fake)
        loss.backward()  # type: ignore[no-untyped-call]
        self.meters.add("gradient/g", self.update_g.apply())
        self.meters.add("loss/g", loss)
        self._average.move(self.live[EMA])

    def latents(self) -> Tensor:
        """Return fresh latents from the normal distribution: (N, Z)."""
        return torch.randn(self.batch, self.z_dim, device=self.device, generator=self.random)

    def _mixed(self) -> contextlib.AbstractContextManager[object]:
        if self.autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.autocast)


def meter_names(penalties: tuple[Penalty, ...]) -> tuple[str, ...]:
    """Return the names of everything a step measures."""
    names = ("loss/g", "loss/d", "score/real", "score/fake", "gradient/g", "gradient/d")
    return (*names, *(f"penalty/{penalty.kind}" for penalty in penalties))
