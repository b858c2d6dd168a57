"""Settings that several architectures share, declared once."""

from __future__ import annotations

from typing import Any

from gan_engine.layers.activation import ACTIVATION_NAMES, ActivationKind
from gan_engine.schema import option


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
