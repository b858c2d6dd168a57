"""Path length: the same step in style space should change every image by the same amount."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.layers.twice import twice
from gan_engine.penalties.base import Penalty, Scene, strength
from gan_engine.schema import Varying, option


class PathLength(Penalty):
    """The same step in style space should change every image by the same amount: smoother walks.

    Adds lambda E[(||J^T y|| - a)^2], J how the image changes with its style, y noise, a the average
    length so far. Source: arXiv:1912.04958. Only for architectures with styles.
    """

    title: ClassVar[str] = "Path length"
    kind: Literal["path_length"] = "path_length"
    slopes: ClassVar[bool] = True
    on: ClassVar[Literal["d", "g"]] = "g"
    needs_reals: ClassVar[bool] = False
    weight: Varying = strength(2.0, "Lambda", help="2 suits most sizes.")
    interval: int = option(
        4, ge=1, le=64, unit="steps", advanced=True, help="Compute it only every so many steps."
    )
    decay: float = option(
        0.01, gt=0, le=1, advanced=True, help="How fast the average length follows."
    )
    share: float = option(
        0.5, gt=0, le=1, advanced=True, help="Which share of a batch is looked at; saves memory."
    )

    def memory(self) -> dict[str, float]:
        return {"length": 0.0}

    def term(self, scene: Scene) -> Tensor:
        assert scene.generator is not None  # the step gives both to every penalty of G
        assert scene.latents_NZ is not None
        latents_NZ = scene.latents_NZ[: max(1, round(len(scene.latents_NZ) * self.share))]
        told = () if scene.labels_N is None else (scene.labels_N[: len(latents_NZ)],)
        styles_NLZ = scene.generator.styles(latents_NZ, *told)  # type: ignore[operator]
        with twice(styles_NLZ.device):
            images = scene.generator.synthesize(styles_NLZ)  # type: ignore[operator]
        pixels = images.shape[2] * images.shape[3]
        noise = torch.randn(images.shape, device=images.device, generator=scene.random)
        (change_NLZ,) = torch.autograd.grad(
            (images * noise / pixels**0.5).sum(), styles_NLZ, create_graph=True
        )
        lengths_N: Tensor = change_NLZ.square().sum(2).mean(1).add(1e-12).sqrt()
        with torch.no_grad():
            scene.memory["length"].lerp_(lengths_N.mean(), scene.pace(self.decay))
        uneven: Tensor = (lengths_N - scene.memory["length"].clone()).square().mean()
        return uneven
