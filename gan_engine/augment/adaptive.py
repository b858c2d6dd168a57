"""Adaptive augmentation (ADA): geometry and colour, as often as D's overfitting asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.augment.base import Augmentation, Transform, on_colours
from gan_engine.layers.warp import warp
from gan_engine.schema import Ramp, Varying, option

_GREY = 1 / math.sqrt(3)
"""Each part of the unit vector along grey."""


class Adaptive(Augmentation):
    """For a thousand to some ten thousand pictures: changes images just as often as needed.

    Source: arXiv:2006.06676. D overfits when it is sure of too many reals: the probability p rises
    until the mean sign of D's score for reals is at its target; the sign of how far it is above that
    of fakes where the loss only compares. p is capped: beyond the cap changes begin to leak into
    samples. Without adapting p is the cap, which may move over the run. Changes are the paper's of
    geometry and colour, but images are turned once, not before and after they are stretched, and
    pixels are interpolated, not filtered.
    """

    title: ClassVar[str] = "Adaptive (ADA)"
    kind: Literal["adaptive"] = "adaptive"
    adapts: bool = option(
        True, help="Let p follow how sure D is; off, p is the cap itself, all the time."
    )
    target: float = option(
        0.6, ge=0, le=1, live=True, help="How sure D may be of reals, as mean sign of its score."
    )
    cap: Varying = option(
        0.8, ge=0, le=1, live=True, help="The probability never rises beyond this."
    )
    images_to_full: int = option(
        500_000, ge=1000, le=10**8, scale="log", unit="images", advanced=True,
        help="How many images p needs from 0 to 1.",
    )  # fmt: skip
    geometry: bool = option(True, help="Mirror, turn, scale and move.")
    colour: bool = option(True, help="Brightness, contrast, hue and saturation.")

    def memory(self) -> dict[str, float]:
        first = self.cap.start if isinstance(self.cap, Ramp) else self.cap
        return {"p": 0.0 if self.adapts else first, "sign": 0.0}

    def strongest(self) -> dict[str, float]:
        cap = max(self.cap.start, self.cap.end) if isinstance(self.cap, Ramp) else self.cap
        return {**self.memory(), "p": cap}

    def learn(self, surety: Tensor, memory: Mapping[str, Tensor]) -> None:
        p, sign = memory["p"], memory["sign"]
        assert not isinstance(self.cap, Ramp)  # a run has put there what the ramp is at
        with torch.no_grad():
            # An average over about four batches, as the paper's, without counting batches.
            sign.lerp_(surety.sign().mean(), 0.25)
            if self.adapts:
                step = len(surety) / self.images_to_full
                p.add_(torch.sign(sign - self.target) * step).clamp_(min=0).clamp_(max=self.cap)
            else:
                p.zero_().add_(self.cap)

    def draw(
        self,
        count: int,
        size: tuple[int, int],
        random: torch.Generator,
        memory: Mapping[str, Tensor],
    ) -> Transform:
        draw = _Draw(count, random, memory["p"])
        moves = (_geometry(draw, size),) if self.geometry else ()
        paints = _colour(draw) if self.colour else ()

        def apply(x: Tensor, *drawn_N: Tensor) -> Tensor:
            if self.geometry:
                x = warp(x, drawn_N[0])
            if not self.colour:
                return x
            return on_colours(lambda colours: recoloured(colours, *drawn_N[-2:]), x)

        return Transform(apply, *moves, *paints)


def recoloured(x_NCHW: Tensor, matrix_N33: Tensor, offset_N3: Tensor) -> Tensor:
    """Return images whose colours went through a matrix and an offset of their own."""
    if x_NCHW.shape[1] != 3:  # grey has no hue: only its lightness and contrast change
        scale = matrix_N33.sum((1, 2)) / 3
        return x_NCHW * scale[:, None, None, None] + offset_N3.mean(1)[:, None, None, None]
    return torch.einsum("nij,njhw->nihw", matrix_N33, x_NCHW) + offset_N3[:, :, None, None]


class _Draw:
    """Random numbers for a batch, each neutral with probability 1 - p."""

    def __init__(self, count: int, random: torch.Generator, p: Tensor) -> None:
        self.count, self.random, self.p, self.device = count, random, p, random.device

    def _on(self) -> Tensor:
        return torch.rand(self.count, generator=self.random, device=self.device) < self.p

    def uniform(self, low: float, high: float, neutral: float) -> Tensor:
        value = torch.rand(self.count, generator=self.random, device=self.device)
        return torch.where(self._on(), low + (high - low) * value, torch.full_like(value, neutral))

    def normal(self, spread: float) -> Tensor:
        value = torch.randn(self.count, generator=self.random, device=self.device) * spread
        return torch.where(self._on(), value, torch.zeros_like(value))

    def whole(self, count: int) -> Tensor:
        value = torch.rand(self.count, generator=self.random, device=self.device)
        return torch.where(self._on(), (value * count).floor(), torch.zeros_like(value))


def _geometry(draw: _Draw, size: tuple[int, int]) -> Tensor:
    """Return where each pixel of the result comes from, for every image: (N, 2, 3)."""
    height, width = size
    mirror = 1 - 2 * draw.whole(2)
    quarter = draw.whole(4) * (math.pi / 2) if height == width else draw.whole(2) * math.pi
    turn = draw.uniform(-math.pi, math.pi, 0.0)
    scale, stretch = 2 ** draw.normal(0.2), 2 ** draw.normal(0.2)
    steps_y, steps_x = draw.uniform(-0.125, 0.125, 0.0), draw.uniform(-0.125, 0.125, 0.0)
    y = (steps_y * height).round() * (2 / height) + draw.normal(0.125) * 2
    x = (steps_x * width).round() * (2 / width) + draw.normal(0.125) * 2
    angle = quarter + turn
    cos, sin = angle.cos(), angle.sin()
    tall = width / height  # a turn is one in pixels, not in sides that both run from -1 to 1
    top = torch.stack([cos * mirror * scale * stretch, -sin * scale / stretch / tall, x], 1)
    bottom = torch.stack([sin * mirror * scale * stretch * tall, cos * scale / stretch, y], 1)
    return torch.stack([top, bottom], 1)


def _colour(draw: _Draw) -> tuple[Tensor, Tensor]:
    """Return a colour matrix (N, 3, 3) and offset (N, 3) for every image."""
    count, device = draw.count, draw.device
    eye = torch.eye(3, device=device).expand(count, 3, 3)
    along = torch.full((3, 3), _GREY**2, device=device)
    brightness, contrast = draw.normal(0.2), 2 ** draw.normal(0.5)
    flip = draw.whole(2)
    hue, saturation = draw.uniform(-math.pi, math.pi, 0.0), 2 ** draw.normal(1.0)
    next_axis = torch.eye(3, device=device).roll(1, 0)
    across = (next_axis - next_axis.T) * _GREY  # the cross product with grey
    cos, sin = hue.cos()[:, None, None], hue.sin()[:, None, None]
    turned = eye * cos + across * sin + along * (1 - cos)  # Rodrigues' formula around grey
    flipped = eye - 2 * along * flip[:, None, None]
    faded = along + (eye - along) * saturation[:, None, None]
    matrix = faded @ turned @ flipped * contrast[:, None, None]
    return matrix, matrix.sum(2) * brightness[:, None]
