"""The augmentations there are, in the menu's order."""

from gan_engine.augment.adaptive import Adaptive
from gan_engine.augment.base import Augmentation, NoAugmentation, Transform
from gan_engine.augment.diff_augment import DiffAugment

AUGMENTATIONS: tuple[type[Augmentation], ...] = (NoAugmentation, DiffAugment, Adaptive)

__all__ = [
    "AUGMENTATIONS",
    "Adaptive",
    "Augmentation",
    "DiffAugment",
    "NoAugmentation",
    "Transform",
]
