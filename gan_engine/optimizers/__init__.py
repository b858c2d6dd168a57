"""The optimisers there are, in the menu's order."""

from gan_engine.optimizers.adam import Adam, AdamW
from gan_engine.optimizers.base import Optimizer
from gan_engine.optimizers.rmsprop import RMSprop

OPTIMIZERS: tuple[type[Optimizer], ...] = (Adam, AdamW, RMSprop)

__all__ = ["OPTIMIZERS", "Adam", "AdamW", "Optimizer", "RMSprop"]
