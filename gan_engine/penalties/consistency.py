"""Balanced consistency (bCR): D must say the same of an image and of a slightly moved one."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.layers.shift import shift
from gan_engine.penalties.base import Penalty, Scene, strength
from gan_engine.schema import Message, Varying, option


class Consistency(Penalty):
    """D must say the same of an image and of its moved or mirrored copy, reals and fakes alike.

    Adds lambda (E[(D(x) - D(T(x)))^2] + the same for fakes). Source: arXiv:2002.04724.
    """

    title: ClassVar[str] = "Consistency (bCR)"
    kind: Literal["consistency"] = "consistency"
    spoils_pairs: ClassVar[str] = Message(
        "It moves a picture away from the one that it is made from."
    )
    weight: Varying = strength(10.0, "Lambda", help="10 suits most sizes.")
    pixels: int = option(4, ge=1, le=64, unit="px", help="How far copies are moved at most.")

    def term(self, scene: Scene) -> Tensor:
        real = scene.critic(self._moved(scene.real_NCHW, scene.random))
        fake = scene.critic(self._moved(scene.fake_NCHW, scene.random))
        apart = (scene.real_scores - real).square().mean()
        return apart + (scene.fake_scores - fake).square().mean()

    def _moved(self, images_NCHW: Tensor, random: torch.Generator) -> Tensor:
        count, device = len(images_NCHW), images_NCHW.device
        most = min(self.pixels, *images_NCHW.shape[2:])
        down, right = (
            torch.randint(-most, most + 1, (count,), generator=random, device=device)
            for _ in range(2)
        )
        mirror_N111 = torch.rand(count, 1, 1, 1, generator=random, device=device) < 0.5
        return shift(torch.where(mirror_N111, images_NCHW.flip(3), images_NCHW), down, right, most)
