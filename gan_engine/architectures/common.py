"""Settings that several architectures share, declared once."""

from __future__ import annotations

from typing import Any

from gan_engine.layers.activation import ACTIVATION_NAMES, ActivationKind
from gan_engine.layers.normalise import NORM_NAMES
from gan_engine.schema import option


def latent_size(usual: int) -> Any:
    """Return the option of how many numbers an image is made from."""
    return option(
        usual, ge=2, le=2048, label="Latent size", help="How many numbers an image is made from."
    )


def norm_of_g() -> Any:
    """Return the option of what G's maps are normalised by."""
    return option(
        "batch", label="G's normalisation", names=NORM_NAMES,
        help="Batch norm is the original; the others do not mix the images of a batch.",
    )  # fmt: skip


def activation_of_g() -> Any:
    """Return the option of what bends G's signals."""
    return option(
        "relu", label="G's activation", names=ACTIVATION_NAMES, advanced=True,
        help="What bends G's signals; the original is ReLU, the others let a little of everything through.",
    )  # fmt: skip


def activation_of_d(usual: ActivationKind) -> Any:
    """Return the option of what bends D's signals."""
    return option(
        usual, label="D's activation", names=ACTIVATION_NAMES, advanced=True,
        help="What bends D's signals; with gradient penalties a smooth one (ELU, SiLU, GELU) is steadier.",
    )  # fmt: skip


def spectral_norm_of_g() -> Any:
    """Return the option of whether G's weights are held at spectral norm one."""
    return option(
        False, label="Spectral norm in G", advanced=True,
        help="Holds G's weights at size one, as in SAGAN: steadier with self-attention, a little slower.",
    )  # fmt: skip
