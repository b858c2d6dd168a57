"""A trained generator -> images: from seeds, in batches, as single images or a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_engine import checkpoint
from gan_engine.config import RunConfig
from gan_engine.device import choose
from gan_engine.errors import FileError
from gan_engine.events import Pixels
from gan_engine.imaging import tile

AT_ONCE = 64
"""How many images are made in one go; bounds memory, never what comes out."""


def latents(seeds: Sequence[int], z_dim: int) -> Tensor:
    """Return one latent a seed, the same on every machine: (N, Z), float32 on the CPU."""
    rows = []
    for seed in seeds:
        random = torch.Generator().manual_seed(seed)
        rows.append(torch.randn(z_dim, generator=random))
    return torch.stack(rows)


@torch.no_grad()
def generate(network: nn.Module, latents_NZ: Tensor, *more: float) -> Tensor:
    """Return what G makes of `latents_NZ`: (N, C, H, W) in [-1, 1], on the latents' device.

    `network` must be in eval mode, so that an image does not depend on its neighbours; it is given
    `more` too.
    """
    parts = [network(part, *more).float() for part in torch.split(latents_NZ, AT_ONCE)]
    return torch.cat(parts).clamp(-1, 1)


class Sampler:
    """A generator from a file: the same seed always makes the same image."""

    def __init__(self, source: checkpoint.Checkpoint, path: Path, device: str = "auto") -> None:
        self.path, self.draft, self.images_seen = path, source.draft, source.images_seen
        self.config: RunConfig = source.config()
        self.z_dim = self.config.architecture.z_dim
        self._device = choose(device)
        network = self.config.architecture.generator(self.config.data.shape)
        checkpoint.load_into(network.state_dict(keep_vars=True), source.tensors, "ema", path)
        self.network = network.to(self._device).eval().requires_grad_(False)

    def images(self, seeds: Sequence[int], truncation: float = 1.0) -> NDArray[np.uint8]:
        """Return one image a seed: (N, H, W, 3).

        Args:
            seeds: Any whole numbers of 0 or more.
            truncation: Below 1 stays closer to the average image: safer, less varied.
        """
        images = self._make(seeds, truncation)
        pixels = ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
        found: NDArray[np.uint8] = pixels.expand(-1, -1, -1, 3).cpu().contiguous().numpy()
        return found

    def grid(self, rows: int, columns: int, seed: int = 0, truncation: float = 1.0) -> Pixels:
        """Return `rows` x `columns` samples as one picture; seeds count up from `seed`."""
        return tile(self._make(range(seed, seed + rows * columns), truncation), columns)

    def _make(self, seeds: Sequence[int], truncation: float) -> Tensor:
        latents_NZ = latents(seeds, self.z_dim).to(self._device)
        if self.config.architecture.truncates:
            return generate(self.network, latents_NZ, truncation)
        return generate(self.network, latents_NZ * truncation)


def open_sampler(source: Path, device: str = "auto") -> Sampler:
    """Return the generator in `source`: a checkpoint, an exported generator or a run's folder.

    Raises:
        FileError: There is none that can be read; damaged and foreign files are kinds of it.
        MismatchError: Its weights do not fit the networks its settings build.
    """
    if source.is_dir():
        path, found, _ = checkpoint.newest(source)
        return Sampler(found, path, device)
    if not source.exists():
        raise FileError("“{name}” is not there.", hint="Check the name.", name=source.name)
    return Sampler(checkpoint.read(source), source, device)
