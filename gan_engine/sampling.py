"""A trained generator -> images: from seeds and classes, in batches, as single images or a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from gan_engine import averages, checkpoint, paths
from gan_engine.architectures import Styled
from gan_engine.config import RunConfig
from gan_engine.device import choose
from gan_engine.drafts import escape, unescape
from gan_engine.errors import EngineError, FileError
from gan_engine.events import Pixels
from gan_engine.grid_layout import lay_out
from gan_engine.imaging import decode, tile
from gan_engine.latents import latents, turned
from gan_engine.pictures import suffixes
from gan_engine.problems import did_you_mean
from gan_engine.spot import Spot

AT_ONCE = 64
"""How many images are made in one go; bounds memory, never what comes out."""


@torch.no_grad()
def generate(
    network: nn.Module,
    latents_NZ: Tensor,
    labels_N: Tensor | None = None,
    truncation: float | None = None,
    at_once: int = AT_ONCE,
) -> Tensor:
    """Return what G makes of `latents_NZ`: (N, C, H, W) in [-1, 1], on the latents' device.

    Args:
        network: In eval mode, so that an image does not depend on its neighbours.
        latents_NZ: A latent an image; of a G that makes pictures from others, those: (N, C, H, W).
        labels_N: For a G with classes: a label an image (N,), or shares of each class (N, K).
        truncation: For a G that takes one.
        at_once: How many are computed together.
    """
    more = {} if truncation is None else {"truncation": truncation}
    parts = []
    for start in range(0, max(1, len(latents_NZ)), at_once):  # none have a shape as well
        some = slice(start, start + at_once)
        told = () if labels_N is None else (labels_N[some],)
        parts.append(network(latents_NZ[some], *told, **more).float())
    return torch.cat(parts).clamp(-1, 1)


class Grid(NamedTuple):
    """Images as one picture: how many rows and columns, and a number for each, its seed mostly."""

    pixels: Pixels
    rows: int
    columns: int
    seeds: tuple[int, ...]


class Sampler:
    """A generator from a file: the same seed always makes the same image.

    `classes` are the escaped names of what it can be asked for; empty when it knows no classes.
    """

    def __init__(self, source: checkpoint.Checkpoint, path: Path, device: str = "auto") -> None:
        self.path, self.draft, self.images_seen = path, source.draft, source.images_seen
        self.config: RunConfig = source.config()
        self.takes = self.config.architecture.takes(self.config.data.shape)
        self._device = choose(device)
        self.classes = tuple(str(name) for name in source.counters.get("classes", ()))
        build = self.config.architecture
        network = build.generator(self.config.data.shape, len(self.classes))
        checkpoint.load_into(network.state_dict(keep_vars=True), source.tensors, "ema", path)
        self.network = network.to(self._device).eval().requires_grad_(False)

    @property
    def needs_pictures(self) -> bool:
        """Whether it makes a picture from another one: then it has no seeds."""
        return self.config.architecture.needs_pairs

    def label(self, name: str) -> int:
        """Return the place in `classes` of the class with this name.

        Raises:
            EngineError: There is no such class; the hint names the closest.
        """
        known = {unescape(one): place for place, one in enumerate(self.classes)}
        if not known:
            raise EngineError(
                "This generator knows no classes.", hint="Train with data.classes = true."
            )
        if name not in known:
            raise EngineError(
                "“{name}” is no class of this generator.",
                hint=did_you_mean(name, known),
                name=escape(name),
            )
        return known[name]

    def classed(self, spots: Sequence[Spot], name: str) -> list[Spot]:
        """Return the same samples of the class with this name, or with "" of the class they have.

        Raises:
            EngineError: There is no such class.
        """
        if not name:
            return [spot.settled(len(self.classes)) for spot in spots]
        return [spot.of_class(self.label(name)) for spot in spots]

    def images(
        self,
        seeds: Sequence[int],
        truncation: float = 1.0,
        label: int | Sequence[int] | None = None,
        mix: tuple[int, int, float] | None = None,
    ) -> NDArray[np.uint8]:
        """Return one image a seed: (N, H, W, 3), or (N, H, W, 4) with opacity of a G for RGBA.

        Args:
            seeds: Any whole numbers of 0 or more.
            truncation: Below 1 stays closer to the average image: safer, less varied.
            label: Of which class, by its place in `classes`; one for all or one a seed. None takes
                the classes in turn.
            mix: (a, b, t) instead of a label: class a for t = 0, b for 1, something between.

        Raises:
            EngineError: There is no such class, or there are none.
        """
        return _levels(self._make(seeds, truncation, self._labels(seeds, label, mix)))

    def mixed(
        self, seeds: Sequence[int], others: Sequence[int], layer: int, truncation: float = 1.0
    ) -> NDArray[np.uint8]:
        """Return images of two seeds each, as `images` does: layout of one, details of the other.

        Source: arXiv:1912.04958, its style mixing. With classes each seed is of its own.

        Args:
            seeds: Whose styles the layers before `layer` have.
            others: Whose styles it and the layers after it have; as many.
            layer: From 1, so that both say something, to one less than there are.
            truncation: Below 1 both are closer to the average style.

        Raises:
            EngineError: It has no styles, or not so many layers.
        """
        if not isinstance(self.network, Styled):
            raise EngineError(
                "This generator has no styles that could be mixed.",
                hint="Choose a run whose architecture is Style.",
            )
        parts = []
        for at in range(0, max(1, len(seeds)), AT_ONCE):
            own_NLZ, other_NLZ = (
                self._styles(self.network, some[at : at + AT_ONCE], truncation)
                for some in (seeds, others)
            )
            if not 1 <= layer < own_NLZ.shape[1]:
                raise EngineError(
                    "There is no layer {layer} from which on another style could be taken.",
                    hint="Choose one from 1 to {last}.",
                    layer=layer,
                    last=own_NLZ.shape[1] - 1,
                )
            mixed_NLZ = torch.cat([own_NLZ[:, :layer], other_NLZ[:, layer:]], 1)
            with torch.no_grad():
                parts.append(_levels(self.network.synthesize(mixed_NLZ).float()))
        return np.concatenate(parts)

    @torch.no_grad()
    def _styles(self, network: Styled, seeds: Sequence[int], truncation: float) -> Tensor:
        return network.styles(self._latents(seeds), self._labels(seeds, None, None), truncation)

    @torch.no_grad()
    def at(self, spots: Sequence[Spot], truncation: float = 1.0) -> NDArray[np.uint8]:
        """Return the images of any samples, as `images` does.

        Styles and classes change evenly on a way; latents turn along the sphere they lie on
        (arXiv:1609.04468).

        Args:
            spots: Which.
            truncation: Below 1 all are closer to the average image.

        Raises:
            EngineError: It makes pictures from other pictures, or there is no such class.
        """
        parts = []
        for at in range(0, max(1, len(spots)), AT_ONCE):
            found, labels_NK = self.place(spots[at : at + AT_ONCE], truncation)
            parts.append(_levels(self.draw(found, labels_NK, truncation)))
        return np.concatenate(parts)

    @torch.no_grad()
    def place(self, spots: Sequence[Spot], truncation: float) -> tuple[Tensor, Tensor | None]:
        """Return what samples are made from: styles (N, L, Z), of a G without them latents (N, Z).

        With it come their shares of the classes, (N, K), where there are some.
        """
        return self._found([spot.settled(len(self.classes)) for spot in spots], truncation, None)

    def draw(self, found: Tensor, labels_NK: Tensor | None, truncation: float) -> Tensor:
        """Return the images of what `place` returned, as G made them: (N, C, H, W)."""
        if isinstance(self.network, Styled):
            return self.network.synthesize(found).float()
        told = () if labels_NK is None else (labels_NK,)
        made: Tensor = self.network(found * truncation, *told)
        return made.float()

    def _found(
        self, spots: Sequence[Spot], truncation: float, told_NK: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Return styles (N, L, Z), of a G without them latents (N, Z), and shares of the classes.

        `told_NK` is of which classes those are that say nothing of it.
        """
        seeds, labels_NK = [spot.seed for spot in spots], told_NK
        if any(spot.label is not None for spot in spots):
            own = self._labels(seeds, [spot.label or 0 for spot in spots], None)
            if own is not None:
                labels_NK = F.one_hot(own, len(self.classes)).float()
                for row, spot in enumerate(spots):
                    if spot.label is None and told_NK is not None:
                        labels_NK[row] = told_NK[row]
        found = self._latents(seeds)
        if isinstance(self.network, Styled):
            found = self.network.styles(found, labels_NK, truncation).clone()  # layers share one
        for turn in range(max((len(spot.steps) for spot in spots), default=0)):
            rows = [row for row, spot in enumerate(spots) if len(spot.steps) > turn]
            steps = [spots[row].steps[turn] for row in rows]
            share_N1 = torch.tensor([share for _, share in steps], device=self._device)[:, None]
            told = None if labels_NK is None else labels_NK[rows]
            others, other_NK = self._found([other for other, _ in steps], truncation, told)
            if isinstance(self.network, Styled):
                found[rows] = found[rows].lerp(others, share_N1[:, :, None])
            else:
                found[rows] = turned(found[rows], others, share_N1)
            if labels_NK is not None and told is not None and other_NK is not None:
                labels_NK[rows] = told.lerp(other_NK, share_N1)
        return found, labels_NK

    def read(self, path: Path) -> NDArray[np.uint8]:
        """Return a picture as `translate` takes it, prepared as those were that G learned from.

        Raises:
            ImageError: It cannot be used.
        """
        data = self.config.data
        return decode(path, data.shape, data.fit, data.background, data.filter, data.crop)

    def example(self, rows: int, columns: int) -> Grid:
        """Return what it makes of the built-in pictures, where nothing else is at hand.

        Beside each picture stands what is made of it.
        """
        across = max(1, columns // 2)
        every = sorted(paths.builtin_images().rglob("*.*"))
        every = [path for path in every if path.suffix.lower() in suffixes()]
        some = every[:: max(1, len(every) // (rows * across))][: rows * across]
        given = np.stack([self.read(path) for path in some])
        made = torch.from_numpy(self.translate(given)).permute(0, 3, 1, 2)
        seen = torch.from_numpy(given).permute(0, 3, 1, 2).expand(-1, made.shape[1], -1, -1)
        pixels = tile(torch.stack([seen, made], 1).flatten(0, 1), 2 * across)
        numbers = tuple(number for number in range(len(some)) for _ in range(2))
        return Grid(pixels, -(-len(some) // across), 2 * across, numbers)

    def translate(self, pictures_NHWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what a G that makes pictures from others makes of these, as `images` does.

        Args:
            pictures_NHWC: Of the shape that its images have.

        Raises:
            EngineError: It makes images from seeds.
        """
        if not self.needs_pictures:
            raise EngineError(
                "This generator makes pictures from seeds, not from other pictures.",
                hint="Ask for a number of images instead.",
            )
        if not len(pictures_NHWC):  # of none are made none, as of no seeds
            return np.empty_like(pictures_NHWC)
        given = torch.from_numpy(pictures_NHWC).permute(0, 3, 1, 2).float() / 127.5 - 1
        return _levels(generate(self.network, given.to(self._device)))

    def grid(self, rows: int, columns: int, seed: int = 0, truncation: float = 1.0) -> Pixels:
        """Return `rows` x `columns` samples as one picture; seeds count up from `seed`.

        Raises:
            EngineError: It has no row or no column: there is no picture without a pixel.
        """
        if min(rows, columns) < 1:
            raise EngineError(
                "There is no grid of {rows}×{columns} samples.",
                hint="Ask for one row and one column at least.",
                rows=rows,
                columns=columns,
            )
        plan = lay_out(rows, columns, seed, len(self.classes))
        labels_N = self._labels(plan.seeds, plan.labels, None)
        return tile(self._make(plan.seeds, truncation, labels_N), plan.columns)

    def _latents(self, seeds: Sequence[int]) -> Tensor:
        """Return one latent a seed, where they are needed: (N, Z)."""
        if self.needs_pictures:
            raise EngineError(
                "This generator makes a picture from another one, not from a seed.",
                hint="Export “Pictures from pictures”, or sample FILE --inputs FOLDER --out FOLDER.",
            )
        return latents(seeds, self.takes[0]).to(self._device)

    def _make(self, seeds: Sequence[int], truncation: float, labels_N: Tensor | None) -> Tensor:
        latents_NZ = self._latents(seeds)
        if self.config.architecture.truncates:
            return generate(self.network, latents_NZ, labels_N, truncation)
        return generate(self.network, latents_NZ * truncation, labels_N)

    def _labels(
        self,
        seeds: Sequence[int],
        label: int | Sequence[int] | None,
        mix: tuple[int, int, float] | None,
    ) -> Tensor | None:
        """Return a label a seed, or shares of two classes for each."""
        count = len(self.classes)
        if mix is not None:
            wanted = list(mix[:2])
        elif label is None:
            wanted = [seed % count for seed in seeds] if count else []
        else:
            wanted = [label] * len(seeds) if isinstance(label, int) else list(label)
        if any(not 0 <= one < count for one in wanted):
            raise EngineError(
                "This generator has no such class: it knows {count}.",
                hint="Ask for one that it was trained with.",
                count=count,
            )
        if not count:
            return None
        if mix is None:
            return torch.tensor(wanted, device=self._device)
        shares_K = torch.zeros(count)
        shares_K[mix[0]] += 1 - mix[2]
        shares_K[mix[1]] += mix[2]
        return shares_K.expand(len(seeds), -1).to(self._device)


def _levels(images_NCHW: Tensor) -> NDArray[np.uint8]:
    """Return images as people see them: grey as three channels, opacity as a fourth."""
    pixels = ((images_NCHW + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)
    seen = pixels.expand(-1, -1, -1, max(3, pixels.shape[3])).cpu().contiguous()
    found: NDArray[np.uint8] = seen.numpy()
    return found


def open_sampler(source: Path, device: str = "auto", ema_length: float | None = None) -> Sampler:
    """Return the generator in `source`: a checkpoint, an exported generator or a run's folder.

    Args:
        source: The file or folder.
        device: Which processor makes the images.
        ema_length: Of a run that kept averages, the length of the one to rebuild, as a share of
            its training; None takes the run's own.

    Raises:
        FileError: There is none that can be read; damaged and foreign files are kinds of it.
        MismatchError: Its weights do not fit the networks its settings build.
    """
    if not source.exists():
        raise FileError("“{name}” is not there.", hint="Check the name.", name=source.name)
    if ema_length is not None:
        if not source.is_dir():
            raise EngineError("Only a run's folder keeps averages.", hint="Name the run's folder.")
        path, rebuilt = averages.rebuild(source, ema_length)
        return Sampler(rebuilt, path, device)
    if source.is_dir():
        path, found, _ = checkpoint.newest(source)
        return Sampler(found, path, device)
    return Sampler(checkpoint.read(source), source, device)
