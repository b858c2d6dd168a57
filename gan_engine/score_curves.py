"""The adversarial loss as curves over a score, for whoever wants to draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine.config import RunConfig

Side = Literal["real", "fake"]


@dataclass(frozen=True)
class LossCurve:
    """What `payer` pays, at each score of `LossCurves.scores`.

    `side` says whose score: that of a real image or of a fake.
    """

    key: str
    payer: Literal["D", "G"]
    side: Side
    values: NDArray[np.float64]


@dataclass(frozen=True)
class LossCurves:
    """The curves of one loss over the same scores; with relative scores they are differences.

    `axis` says what a score is. An image's score is what D gives it; where scores are relative it is
    how much that is above the score of its partner ("pair") or the other side's average.
    """

    pairing: str
    axis: str
    scores: NDArray[np.float64]
    curves: tuple[LossCurve, ...]

    def place(self, side: Side, real: float, fake: float) -> float:
        """Return where images of this side stand, by D's mean scores of reals and of fakes."""
        if self.pairing == "each":
            return real if side == "real" else fake
        return real - fake if side == "real" else fake - real


_AXES = {
    "each": "Score D gives an image",
    "pair": "Score of one image minus its partner's",
    "average": "Score minus the average of the other side",
}


def loss_curves(config: RunConfig, reach: float = 4.0, points: int = 161) -> LossCurves:
    """Return what D and G pay for a real and for a fake, at scores from -reach to reach.

    G pays nothing for reals unless scores are relative; there it plays D's game with swapped sides,
    as in `AdversarialLoss.generator`. A half that belongs to "pair" is in the values. Penalties are
    no function of a score and are left out.
    """
    loss = config.loss
    scores = torch.linspace(-reach, reach, points, dtype=torch.float64)
    share = 0.5 if loss.pairing == "pair" else 1.0
    paid: list[tuple[Literal["D", "G"], Side, Tensor]] = [
        ("D", "real", loss.d_real(scores)),
        ("D", "fake", loss.d_fake(scores)),
    ]
    if loss.pairing == "each":
        paid.append(("G", "fake", loss.g_fake(scores)))
    else:
        paid.append(("G", "real", loss.d_fake(scores)))
        paid.append(("G", "fake", loss.d_real(scores)))
    curves = tuple(
        LossCurve(f"{payer.lower()}_{side}", payer, side, (share * values).numpy())
        for payer, side, values in paid
    )
    return LossCurves(loss.pairing, _AXES[loss.pairing], scores.numpy(), curves)
