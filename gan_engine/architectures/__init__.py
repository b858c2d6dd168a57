"""The architectures there are, in the menu's order."""

from gan_engine.architectures.base import Architecture, FromLatents, Inputs, SelfTaught, Styled
from gan_engine.architectures.dcgan import DCGAN
from gan_engine.architectures.fastgan import FastGAN
from gan_engine.architectures.pix2pix import Pix2Pix
from gan_engine.architectures.r3 import R3
from gan_engine.architectures.resnet import ResNet
from gan_engine.architectures.style import Style
from gan_engine.architectures.tutorial import Tutorial

ARCHITECTURES: tuple[type[Architecture], ...] = (
    Tutorial,
    DCGAN,
    ResNet,
    FastGAN,
    R3,
    Style,
    Pix2Pix,
)

__all__ = [
    "ARCHITECTURES",
    "DCGAN",
    "R3",
    "Architecture",
    "FastGAN",
    "FromLatents",
    "Inputs",
    "Pix2Pix",
    "ResNet",
    "SelfTaught",
    "Style",
    "Styled",
    "Tutorial",
]
