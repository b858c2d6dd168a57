"""The penalties there are, in the menu's order."""

from gan_engine.penalties.base import Critic, Penalty, Scene
from gan_engine.penalties.consistency import Consistency
from gan_engine.penalties.feature_matching import FeatureMatching
from gan_engine.penalties.lipschitz import Dragan, GradientPenalty
from gan_engine.penalties.path_length import PathLength
from gan_engine.penalties.reconstruction import L1, L2
from gan_engine.penalties.scores import Drift, LeCam
from gan_engine.penalties.zero_centered import R1, R2

PENALTIES: tuple[type[Penalty], ...] = (
    R1,
    R2,
    GradientPenalty,
    Dragan,
    LeCam,
    Consistency,
    Drift,
    FeatureMatching,
    L1,
    L2,
    PathLength,
)

__all__ = [
    "L1",
    "L2",
    "PENALTIES",
    "R1",
    "R2",
    "Consistency",
    "Critic",
    "Dragan",
    "Drift",
    "FeatureMatching",
    "GradientPenalty",
    "LeCam",
    "PathLength",
    "Penalty",
    "Scene",
]
