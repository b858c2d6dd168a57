"""The metrics there are, in the menu's order."""

from gan_engine.metrics.base import Better, Metric
from gan_engine.metrics.diversity import Diversity
from gan_engine.metrics.efficientnet_kid import EfficientNetKernel
from gan_engine.metrics.frechet import Frechet
from gan_engine.metrics.inception_fid import InceptionFid
from gan_engine.metrics.judge import Judge
from gan_engine.metrics.kernel import Kernel
from gan_engine.metrics.memorisation import Memorisation, nearest
from gan_engine.metrics.precision_recall import DensityCoverage, PrecisionRecall
from gan_engine.metrics.sliced_wasserstein import SlicedWasserstein

METRICS: tuple[type[Metric], ...] = (
    Kernel,
    Frechet,
    PrecisionRecall,
    DensityCoverage,
    Diversity,
    Memorisation,
    SlicedWasserstein,
    EfficientNetKernel,
    InceptionFid,
)

__all__ = [
    "METRICS",
    "Better",
    "DensityCoverage",
    "Diversity",
    "EfficientNetKernel",
    "Frechet",
    "InceptionFid",
    "Judge",
    "Kernel",
    "Memorisation",
    "Metric",
    "PrecisionRecall",
    "SlicedWasserstein",
    "nearest",
]
