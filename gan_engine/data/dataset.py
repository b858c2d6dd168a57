"""An endless shuffled walk through the prepared images, and batches of them on the device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

RESIDENT_SHARE = 0.25
"""How much of the device's free memory the images may take before they stay on the disk."""


class Walk:
    """The order in which images are shown: every one once an epoch, in an order drawn from the seed.

    Stateless but for a cache: the same (seed, position) always gives the same images.
    """

    def __init__(self, images: int, seed: int) -> None:
        self._images, self._seed = images, seed
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def at(self, position: int, count: int) -> NDArray[np.int64]:
        """Return the indices of the `count` images from `position` (images seen) on: (count,)."""
        pieces, wanted = [], count
        while wanted > 0:
            epoch, offset = divmod(position, self._images)
            piece = self._shuffled(epoch)[offset : offset + wanted]
            pieces.append(piece)
            position, wanted = position + len(piece), wanted - len(piece)
        return np.concatenate(pieces)

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        if epoch != self._epoch:
            draw = np.random.default_rng([self._seed, epoch])
            self._epoch, self._order = epoch, draw.permutation(self._images)
        return self._order


class Images:
    """The prepared images behind two static buffers, so that a step may be captured.

    When everything fits, `pixels` is the whole set on the device and `indices` says which; else
    `pixels` is one batch, filled from the memory-mapped array before each step.
    """

    def __init__(
        self,
        prepared_NHWC: NDArray[np.uint8],
        batch: int,
        device: torch.device,
        resident_bytes: int,
    ) -> None:
        self._prepared = prepared_NHWC
        self.resident = prepared_NHWC.nbytes <= resident_bytes
        self.indices = torch.arange(batch, device=device)
        shape = prepared_NHWC.shape if self.resident else (batch, *prepared_NHWC.shape[1:])
        self.pixels = torch.empty(shape, dtype=torch.uint8, device=device)
        if self.resident:
            self.pixels.copy_(torch.from_numpy(np.array(prepared_NHWC)))
        self._pinned = device.type == "cuda"

    def __len__(self) -> int:
        return len(self._prepared)

    def show(self, indices: NDArray[np.int64]) -> None:
        """Make `batch()` return the images at `indices`; called between two steps, never inside."""
        if self.resident:
            self._send(torch.from_numpy(indices), self.indices)
        else:
            # Ascending order reads the disk forwards; the batch's own order does not matter.
            self._send(torch.from_numpy(self._prepared[np.sort(indices)]), self.pixels)

    def _send(self, source: Tensor, target: Tensor) -> None:
        """Copy to the device; on a GPU from pinned memory of its own, which is never written over."""
        target.copy_(source.pin_memory() if self._pinned else source, non_blocking=True)

    def batch(self, flip: bool, random: torch.Generator) -> Tensor:
        """Return the shown images, float (N, C, H, W) in [-1, 1], half of them mirrored if asked."""
        images_NCHW = (
            self.pixels.index_select(0, self.indices).permute(0, 3, 1, 2).float() / 127.5 - 1
        )
        if not flip:
            return images_NCHW
        mirror_N111 = (
            torch.rand(len(images_NCHW), 1, 1, 1, device=images_NCHW.device, generator=random) < 0.5
        )
        return torch.where(mirror_N111, images_NCHW.flip(3), images_NCHW)

    def some(self, count: int) -> Tensor:
        """Return the first `count` images of the set, to look at: (count, C, H, W) in [-1, 1]."""
        chosen = np.array(self._prepared[: min(count, len(self._prepared))])
        return torch.from_numpy(chosen).permute(0, 3, 1, 2).float() / 127.5 - 1
