"""Images in and out: decode, tile a grid, PNG with its settings."""

from __future__ import annotations

from typing import NamedTuple


class ImageShape(NamedTuple):
    """What one image of a run is: height and width in pixels, and 1 or 3 channels."""

    height: int
    width: int
    channels: int

    def __str__(self) -> str:
        colour = {1: "grey", 3: "RGB", 4: "RGBA"}.get(self.channels, str(self.channels))
        return f"{self.width}×{self.height} {colour}"
