"""Which images an update looks at; the next ones are read from the disk while it runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_engine.data.dataset import Images, Walk


class Showing:
    """Puts each update's images into the step's buffers.

    D walks through the set; G looks at images drawn by its update's seed, which do not count as seen,
    or, of pairs, at the very ones that D has just seen.
    """

    def __init__(self, images: Images, walk: Walk, batch: int, paired: bool) -> None:
        self._images, self._walk, self._batch, self._paired = images, walk, batch, paired

    def show_d(self, seen: int, seed_g: int | None) -> None:
        """Show D's batch after `seen` images; `seed_g` is that of G's next update if it looks too."""
        self._images.show(self._walk.at(seen, self._batch))
        if seed_g is not None:
            self._images.expect(self._for_g(seen + self._batch, seed_g))
        self._images.expect(self._walk.at(seen + self._batch, self._batch))

    def show_g(self, seen: int, seed: int) -> None:
        """Show G's images in the update with this seed, after `seen` images."""
        self._images.show(self._for_g(seen, seed))

    def _for_g(self, seen: int, seed: int) -> NDArray[np.int64]:
        if self._paired:
            return self._walk.at(max(0, seen - self._batch), self._batch)
        return self._walk.anywhere(np.random.default_rng(seed), self._batch)
