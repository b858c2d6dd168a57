"""The architectures there are, in the menu's order."""

from gan_engine.architectures.base import Architecture
from gan_engine.architectures.dcgan import DCGAN
from gan_engine.architectures.resnet import ResNet
from gan_engine.architectures.tutorial import Tutorial

ARCHITECTURES: tuple[type[Architecture], ...] = (Tutorial, DCGAN, ResNet)

__all__ = ["ARCHITECTURES", "DCGAN", "Architecture", "ResNet", "Tutorial"]
