"""Cross-entropy loss: D classifies real against generated (the original GAN)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch.nn.functional as F
from torch import Tensor

from gan_engine.losses.base import AdversarialLoss
from gan_engine.schema import option


class CrossEntropy(AdversarialLoss):
    """D gives the probability that an image is real; G wants its own to be called real.

    The one to begin with. Source: arXiv:1406.2661. Scores are logits, the sigmoid is in the loss,
    where it does not overflow. The saturating form is the paper's first equation: when D is sure
    (logit -8) it moves G by 3e-4, the other form by 1.0. It is kept to see that for oneself.
    """

    title: ClassVar[str] = "Cross entropy"
    kind: Literal["cross_entropy"] = "cross_entropy"
    saturating: bool = option(
        False, help="The textbook's first form: G barely learns while D is sure. For teaching."
    )

    def d_real(self, score: Tensor) -> Tensor:
        return F.softplus(-score)

    def d_fake(self, score: Tensor) -> Tensor:
        return F.softplus(score)

    def g_fake(self, score: Tensor) -> Tensor:
        return -F.softplus(score) if self.saturating else F.softplus(-score)

    def formula(self) -> tuple[str, str]:
        d = "L<sub>D</sub> = −E[log σ(D(x))] − E[log(1 − σ(D(G(z))))]"
        g = (
            "L<sub>G</sub> = E[log(1 − σ(D(G(z))))]"
            if self.saturating
            else "L<sub>G</sub> = −E[log σ(D(G(z)))]"
        )
        return d, g
