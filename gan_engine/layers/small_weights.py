"""The first weights of a layer, small and around nothing: DCGAN's, which others took over."""

from __future__ import annotations

from torch import nn


def draw_small(module: nn.Module) -> None:
    """Draw the weights of one layer from N(0, 0.02), batch norm's from N(1, 0.02).

    Source: arXiv:1511.06434, section 4. For `network.apply`.
    """
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
