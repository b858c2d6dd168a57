"""Feature matching: G's images should look like reals to D's inner layers, on average."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.penalties.base import Critic, Penalty, Scene, strength
from gan_engine.schema import Varying, option


class FeatureMatching(Penalty):
    """G also matches what D's inner layers see on average in real images: steadies G.

    Adds lambda times the mean distance of average features, layer by layer. Source: arXiv:1606.03498.
    The paper takes one layer, and L2.
    """

    title: ClassVar[str] = "Feature matching"
    kind: Literal["feature_matching"] = "feature_matching"
    on: ClassVar[Literal["d", "g"]] = "g"
    weight: Varying = strength(1.0, "Lambda", help="1 is mild, 10 dominates.")
    distance: Literal["l1", "l2"] = option(
        "l1", help="How the distance is measured.", names={"l1": "L1", "l2": "L2"}
    )

    def term(self, scene: Scene) -> Tensor:
        assert scene.discriminator is not None  # the step gives it to every penalty of G
        with torch.no_grad():
            real = features(scene.critic, scene.discriminator, scene.real_NCHW)
        fake = features(scene.critic, scene.discriminator, scene.fake_NCHW)
        terms = []
        for one, two in zip(real, fake, strict=True):
            apart = one.mean(0) - two.mean(0)
            terms.append(apart.abs().mean() if self.distance == "l1" else apart.square().mean())
        return torch.stack(terms).mean()


def _sees(module: nn.Module) -> bool:
    """Whether it is a convolution to more than the one channel of a map of logits."""
    weight = getattr(module, "weight", None)
    return isinstance(weight, Tensor) and weight.dim() == 4 and len(weight) > 1


def features(critic: Critic, discriminator: nn.Module, images_NCHW: Tensor) -> list[Tensor]:
    """Return what each of D's convolutions makes of the images, those to logits left out."""
    found: list[Tensor] = []
    layers = [m for m in discriminator.modules() if _sees(m)]
    hooks = [
        layer.register_forward_hook(lambda _m, _i, out: found.append(out.float()))
        for layer in layers
    ]
    try:
        critic(images_NCHW)
    finally:
        for hook in hooks:
            hook.remove()
    return found
