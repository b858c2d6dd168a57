"""Reconstruction: of a pair, G's image should be the very one it was made for."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from gan_engine.penalties.base import Penalty, Scene, strength
from gan_engine.schema import Message, Varying

WHY = Message("Without pairs there is no picture that G's should be.")


class ToTarget(Penalty):
    """How far G's picture is from its pair's."""

    on: ClassVar[Literal["d", "g"]] = "g"
    needs_pairs: ClassVar[str] = WHY
    weight: Varying = strength(
        100.0, "Lambda", help="100 is usual; at 10 there are more inventions, at 1000 more blur."
    )


class L1(ToTarget):
    """G's picture should be its pair's, pixel by pixel: what keeps pix2pix to its input.

    Adds lambda E|y - G(x)|. Source: arXiv:1611.07004. It blurs less than L2; what is sharp comes
    from D. Only for pairs.
    """

    title: ClassVar[str] = "L1 to the target"
    kind: Literal["l1"] = "l1"

    def term(self, scene: Scene) -> Tensor:
        return (scene.fake_NCHW - scene.real_NCHW).abs().mean()


class L2(ToTarget):
    """G's picture should be its pair's, large differences counting most: smooth, and blurred.

    Adds lambda E(y - G(x))^2. L1 is the usual choice. Only for pairs.
    """

    title: ClassVar[str] = "L2 to the target"
    kind: Literal["l2"] = "l2"

    def term(self, scene: Scene) -> Tensor:
        return (scene.fake_NCHW - scene.real_NCHW).square().mean()
