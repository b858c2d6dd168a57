"""What a run's sample grid is made from: always the same latents and classes, or the same pairs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gan_engine import grid_layout
from gan_engine.config import RunConfig
from gan_engine.data.dataset import Images
from gan_engine.events import Pixels
from gan_engine.imaging import tile
from gan_engine.latents import latents
from gan_engine.training.shortage import made


class FixedSamples:
    """Decided once, when a run begins.

    Attributes:
        layout: What stands where in the grid.
        given: What G makes the samples from, on the device: latents (N, Z), or sources (N, C, H, W).
        labels: Their classes (N,); None where there are none.
        pairs: Sources and targets, (N, C, H, W) each, in main memory; None without pairs.
    """

    def __init__(
        self, config: RunConfig, images: Images, classes: int, device: torch.device
    ) -> None:
        grid, self._images = config.samples, images
        self.pairs: tuple[Tensor, Tensor] | None = None
        self.labels: Tensor | None = None
        if config.data.paired:
            self.pairs = images.pairs(grid.rows * max(1, grid.columns // grid_layout.TRIPLE))
            self.layout = grid_layout.lay_out_pairs(grid.rows, grid.columns, len(self.pairs[0]))
            self.given = self.pairs[0].to(device)
            return
        self.layout = grid_layout.lay_out(grid.rows, grid.columns, grid.seed, classes)
        z_dim = config.architecture.takes(config.data.shape)[0]
        self.given = latents(self.layout.seeds, z_dim).to(device)
        if self.layout.labels is not None:
            self.labels = torch.tensor(self.layout.labels, device=device)

    def grid(self, generator: nn.Module) -> Pixels:
        """Return what a G makes of them as one picture; of pairs source, sample and target."""
        images = made(generator, self.given, self.labels)
        if self.pairs:
            return self._triples(self.pairs, images.cpu())
        return tile(images, self.layout.columns)

    def real_grid(self) -> Pixels:
        """Return real images in the same layout; of pairs source and target, nothing between them."""
        if self.pairs:
            both = torch.stack(self.pairs, 1).flatten(0, 1)
            return tile(both, 2 * self.layout.columns // grid_layout.TRIPLE)
        return tile(self.reals(), self.layout.columns)

    def reals(self) -> Tensor:
        """Return as many real images as there are samples; of pairs the targets: (N, C, H, W)."""
        if self.pairs:
            return self.pairs[1]
        return self._images.some(self.layout.rows, self.layout.columns)

    def _triples(self, pairs: tuple[Tensor, Tensor], middle_NCHW: Tensor) -> Pixels:
        cells = torch.stack([pairs[0], middle_NCHW, pairs[1]], 1).flatten(0, 1)
        return tile(cells, self.layout.columns)
