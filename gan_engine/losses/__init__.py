"""The adversarial losses there are, in the menu's order."""

from gan_engine.losses.base import AdversarialLoss, Pairing
from gan_engine.losses.cross_entropy import CrossEntropy
from gan_engine.losses.hinge import Hinge
from gan_engine.losses.least_squares import LeastSquares
from gan_engine.losses.wasserstein import Wasserstein

LOSSES: tuple[type[AdversarialLoss], ...] = (CrossEntropy, LeastSquares, Hinge, Wasserstein)

__all__ = [
    "LOSSES",
    "AdversarialLoss",
    "CrossEntropy",
    "Hinge",
    "LeastSquares",
    "Pairing",
    "Wasserstein",
]
