"""The penalties there are, in the menu's order."""

from gan_engine.penalties.base import Critic, Penalty
from gan_engine.penalties.lipschitz import GradientPenalty
from gan_engine.penalties.zero_centered import R1, R2

PENALTIES: tuple[type[Penalty], ...] = (R1, R2, GradientPenalty)

__all__ = ["PENALTIES", "R1", "R2", "Critic", "GradientPenalty", "Penalty"]
