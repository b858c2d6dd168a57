"""A network's layers as blocks for a graph: what is in each, how much it weighs, what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio import figures
from studio.i18n import listed, tr
from studio.meanings import layer
from studio.widgets.network_view import shape_text

if TYPE_CHECKING:
    from gan_engine import LayerRow

DOT = " · "
"""What is between two things that are told of a block, which may also be on two lines."""


@dataclass(frozen=True)
class Block:
    """One block: `share` is its part of the network's parameters, `inside` what it is made of.

    `looks` is the side of the square of pixels that one logit sees, as a share of the image;
    `memory` the bytes it keeps of a batch until gradients are computed.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int = 0
    share: float = 0.0
    inside: tuple[str, ...] = ()
    looks: float = 0.0
    memory: int = 0

    @property
    def told(self) -> str:
        """Everything about it in one line."""
        parts = [f"{layer(self.name)}: {layer(self.kind)}" if self.kind else layer(self.name)]
        shape = shape_text(self.shape)
        parts.append(tr("returns {shape}", shape=shape) if shape else tr("returns one number"))
        if self.parameters:
            percent = 100 * self.share
            parts.append(
                tr("{count:,} parameters ({percent:.0f} %)", count=self.parameters, percent=percent)
            )
        if self.memory:
            kept = figures.size(self.memory)
            parts.append(tr("keeps {size} of a batch for its gradients", size=kept))
        if self.inside:
            parts.append(listed(dict.fromkeys(layer(name) for name in self.inside)).lower())
        return DOT.join(parts)

    @property
    def weight(self) -> str:
        """How many parameters it has and how much memory it takes, in few letters."""
        parts = [figures.count(self.parameters)] if self.parameters else []
        return DOT.join([*parts, *([figures.size(self.memory)] if self.memory else [])])


def blocks_of(rows: Sequence[LayerRow], first: Block, batch: int = 1) -> list[Block]:
    """Return the outermost rows as blocks, after what goes into the network.

    Args:
        rows: A network's layers.
        first: What goes in.
        batch: Of how many images a block keeps something.
    """
    whole = sum(row.parameters for row in rows if row.depth == 0) or 1
    found, inside = [first], dict[int, list[str]]()
    for row in rows:
        if row.depth == 0:
            share, kept = row.parameters / whole, row.memory * batch
            found.append(Block(row.name, row.kind, row.shape, row.parameters, share, memory=kept))
        elif row.depth == 1:
            inside.setdefault(len(found) - 1, []).append(row.kind)
    return [replace(block, inside=tuple(inside.get(n, ()))) for n, block in enumerate(found)]
