"""The architectures there are, in the menu's order."""

from gan_engine.architectures.base import Architecture
from gan_engine.architectures.dcgan import DCGAN

ARCHITECTURES: tuple[type[Architecture], ...] = (DCGAN,)

__all__ = ["ARCHITECTURES", "DCGAN", "Architecture"]
