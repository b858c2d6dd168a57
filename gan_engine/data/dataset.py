"""An endless shuffled walk through the prepared images, and batches of them on the device."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine.data.ahead import Ahead, Rows

_PIECE = 1024  # images

RESIDENT_SHARE = 0.25
"""How much of the device's free memory the images may take before they stay on the disk."""


Direction = Literal["", "a_to_b", "b_to_a"]
"""Which picture of a pair is made from the other; empty without pairs."""


class Walk:
    """The order in which images are shown: every one once an epoch, in an order drawn from the seed.

    Stateless but for a cache: the same (seed, position) always gives the same images. With a
    `pool`, an epoch shows what it names, as often as it names it.
    """

    def __init__(self, images: int, seed: int, pool: NDArray[np.int64] | None = None) -> None:
        self._pool = np.arange(images) if pool is None else pool
        self._images, self._seed = len(self._pool), seed
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

    def anywhere(self, draw: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Return the indices of `count` images drawn evenly from an epoch: (count,)."""
        return self._pool[draw.integers(self._images, size=count)]

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        if epoch != self._epoch:
            draw = np.random.default_rng([self._seed, epoch])
            self._epoch, self._order = epoch, self._pool[draw.permutation(self._images)]
        return self._order


class Shown(NamedTuple):
    """A batch of real images (N, C, H, W) in [-1, 1].

    With classes it has their labels (N,), with pairs what each was made from (N, C, H, W).
    """

    images_NCHW: Tensor
    labels_N: Tensor | None = None
    sources_NCHW: Tensor | None = None

    def parts(self, count: int) -> tuple[Shown, ...]:
        """Return `count` equal parts of the batch, in order."""
        told = chunks(self.labels_N, count), chunks(self.sources_NCHW, count)
        return tuple(map(Shown, self.images_NCHW.chunk(count), *told))


def chunks(tensor_N: Tensor | None, count: int) -> tuple[Tensor | None, ...]:
    """Return `count` equal parts of a tensor, in order; of none, as many times none."""
    return (None,) * count if tensor_N is None else tensor_N.chunk(count)


class Images:
    """The prepared images behind two static buffers, so that a step may be captured.

    When everything fits, `pixels` is the whole set on the device and `indices` says which; else
    `pixels` is one batch, filled before each step from the array's file, which is read ahead.
    A batch is the same either way, in the same order. With classes,
    `labels` is the batch's. Of pairs an image's channels are a's, then b's.
    Whatever reads the file raises SpaceError where it cannot be read, and may be asked again.
    """

    def __init__(
        self,
        prepared_NHWC: Rows,
        batch: int,
        device: torch.device,
        resident_bytes: int,
        labels_N: NDArray[np.int64] | None = None,
        pool: NDArray[np.int64] | None = None,
        direction: Direction = "",
        share: tuple[int, int] = (0, 1),
        layout: torch.memory_format = torch.contiguous_format,
    ) -> None:
        """Make the buffers; `share` says which of how many equal parts of each batch is wanted here.

        What is drawn is drawn for the whole batch, so that its parts together are the same batch.
        Batches lie in memory by `layout`, as the networks' maps do, which otherwise would be
        rearranged at every layer.
        """
        part, parts = share
        self._whole, batch = batch, batch // parts
        self._mine = slice(part * batch, (part + 1) * batch)
        self._prepared, self._direction, self._layout = prepared_NHWC, direction, layout
        self.resident = prepared_NHWC.nbytes <= resident_bytes
        self.indices = torch.arange(batch, device=device)
        shape = prepared_NHWC.shape if self.resident else (batch, *prepared_NHWC.shape[1:])
        self.pixels = torch.empty(shape, dtype=torch.uint8, device=device)
        if self.resident:
            for at in range(0, len(prepared_NHWC), _PIECE):  # in no more memory than they take
                piece = torch.from_numpy(np.array(prepared_NHWC[at : at + _PIECE]))
                self.pixels[at : at + _PIECE].copy_(piece)
        self._pinned = device.type == "cuda"
        self._every_label = labels_N
        drawn = labels_N if labels_N is None or pool is None else labels_N[pool]
        self._drawn_from = None if drawn is None else torch.from_numpy(drawn).to(device)
        self.labels = None if labels_N is None else torch.zeros_like(self.indices)

    def __len__(self) -> int:
        return len(self._prepared)

    def show(self, indices: NDArray[np.int64]) -> None:
        """Make `batch()` return the images at `indices`; called between two steps, never inside."""
        indices = indices[self._mine]
        if self.resident:
            self._send(torch.from_numpy(indices), self.indices)
        else:
            self.ahead.take(indices, self.pixels)
        if self.labels is not None and self._every_label is not None:
            self._send(torch.from_numpy(self._every_label[indices]), self.labels)

    def expect(self, indices: NDArray[np.int64]) -> None:
        """Begin to read the images at `indices`, which will be shown soon, where they are on the disk."""
        if not self.resident:
            self.ahead.expect(indices[self._mine])

    @cached_property
    def ahead(self) -> Ahead:
        """What reads batches from the disk; only where the images do not fit."""
        return Ahead(self._prepared, len(self.indices), self.pixels.device)

    def close(self) -> None:
        """Stop reading ahead and let go of the pixels, whoever still knows of these images."""
        if "ahead" in self.__dict__:
            self.ahead.close()
        self.pixels = self.pixels.new_empty(0)

    def _send(self, source: Tensor, target: Tensor) -> None:
        """Copy to the device; on a GPU from pinned memory of its own, which is never written over."""
        target.copy_(source.pin_memory() if self._pinned else source, non_blocking=True)

    def batch(self, flip: bool, random: torch.Generator) -> Shown:
        """Return the shown images, half of them mirrored if asked, and what belongs to each."""
        images_NCHW = self.pixels.index_select(0, self.indices).permute(0, 3, 1, 2)
        images_NCHW = images_NCHW.to(torch.float32, memory_format=self._layout) / 127.5 - 1
        if not flip:
            return self._shown(images_NCHW)
        mirror_N111 = (
            torch.rand(self._whole, 1, 1, 1, device=images_NCHW.device, generator=random) < 0.5
        )[self._mine]
        mirrored_NCHW = torch.where(mirror_N111, images_NCHW.flip(3), images_NCHW)
        return self._shown(mirrored_NCHW)

    def _shown(self, images_NCHW: Tensor) -> Shown:
        targets, sources = self._split(images_NCHW)
        return Shown(targets, self.labels, sources)

    def _split(self, images_NCHW: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return the images to be learned, and of pairs what each is made from."""
        if not self._direction:
            return images_NCHW, None
        a, b = images_NCHW.chunk(2, 1)
        return (b, a) if self._direction == "a_to_b" else (a, b)

    def draw_labels(self, random: torch.Generator) -> Tensor | None:
        """Return the labels of images drawn evenly from the set, (N,); None without classes."""
        if self._drawn_from is None:
            return None
        drawn = self._drawn_from
        return drawn[
            torch.randint(len(drawn), (self._whole,), device=self.indices.device, generator=random)[
                self._mine
            ]
        ]

    def __getitem__(self, which: slice | Tensor) -> Tensor:
        """Return a stretch or choice of the images as they are on disk: (N, C, H, W), uint8."""
        chosen = which if isinstance(which, slice) else which.numpy()
        images = torch.from_numpy(np.array(self._prepared[chosen]))
        return self._split(images.permute(0, 3, 1, 2))[0]

    def pairs(self, count: int) -> tuple[Tensor, Tensor]:
        """Return sources and targets of at most `count` pairs, evenly from the set, always the same.

        Both are (N, C, H, W) in [-1, 1], on the CPU.
        """
        chosen = np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(np.int64)
        images = torch.from_numpy(np.array(self._prepared[chosen])).permute(0, 3, 1, 2)
        targets, sources = self._split(images.float() / 127.5 - 1)
        assert sources is not None  # only asked for where there are pairs
        return sources, targets

    def labels_like(self, count: int) -> Tensor:
        """Return labels in the classes' own shares, always the same ones: (count,) on the device."""
        assert self._every_label is not None  # only asked for where there are classes
        chosen = np.random.default_rng(0).integers(len(self), size=count)
        return torch.from_numpy(self._every_label[chosen]).to(self.indices.device)

    def some(self, rows: int, columns: int) -> Tensor:
        """Return the first images of the set, to look at: (rows x columns, C, H, W) in [-1, 1].

        Several classes have a column each; where one has too few images, it repeats them.
        """
        first = np.arange(min(rows * columns, len(self)))
        if self._every_label is not None and len(np.unique(self._every_label)) > 1:
            own = [np.flatnonzero(self._every_label == k) for k in range(columns)]
            first = np.stack([np.resize(images, rows) for images in own], 1).ravel()
        chosen = np.array(self._prepared[first])
        return torch.from_numpy(chosen).permute(0, 3, 1, 2).float() / 127.5 - 1
