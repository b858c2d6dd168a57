"""FID as published: the Fréchet distance on Inception's features, when the user has its weights."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine import paths
from gan_engine.drafts import unescape
from gan_engine.errors import FileError
from gan_engine.metrics.base import Metric, batches
from gan_engine.metrics.features import rgb
from gan_engine.metrics.frechet import frechet_distance, moments
from gan_engine.metrics.inception import Inception, Resize, inception_features
from gan_engine.problems import Problem
from gan_engine.schema import Message, option

BYTES = 95_628_359
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"

_BATCH = 16


class InceptionFid(Metric):
    """The FID of the papers, for numbers that others can compare; slow without a GPU.

    Source: arXiv:1706.08500. It needs the file pt_inception-2015-12-05-6726825d.pth, which does
    not come with the program; name it once you have it. Papers take 50,000 samples: with fewer
    the number is larger, and means less.
    """

    title: ClassVar[str] = "FID (Inception)"
    kind: Literal["fid"] = "fid"
    values: ClassVar[Mapping[str, str]] = {"metric/fid": "FID"}
    weights: str = option(
        "",
        label="Weights file",
        role="file",
        help="Where pt_inception-2015-12-05-6726825d.pth is; no other file gives a true FID.",
    )
    resize: Resize = option(
        "clean",
        help="How images become 299 pixels wide; say which one beside a number that you publish.",
        names={
            "clean": "Clean: antialiased bicubic",
            "legacy": "Legacy: TensorFlow's first bilinear",
        },
    )

    @property
    def lens(self) -> Hashable:
        return "inception", self.weights, self.resize

    @property
    def path(self) -> Path:
        """The weights file."""
        return paths.expanded(unescape(self.weights))

    def objections(self) -> Iterator[Problem]:
        if not self.weights:
            text = Message("FID needs Inception's weights, which do not come with the program.")
            yield Problem("weights", text, "Name the file, or watch KID instead.")
        elif not self._is_there():
            text = Message("“{file}” is not Inception's weights of 2015.", file=self.weights)
            yield Problem("weights", text, "Look for pt_inception-2015-12-05-6726825d.pth.")

    def _is_there(self) -> bool:
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # a name no file could have
            return self.path.is_file() and self.path.stat().st_size == BYTES
        return False

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        network = load_inception(self.path, str(device))
        rows = [
            inception_features(network, rgb(chunk), self.resize).cpu()
            for chunk in batches(images_NCHW, _BATCH, device)
        ]
        return torch.cat(rows)

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        return {"metric/fid": frechet_distance(*moments(real), *moments(fake))}


@lru_cache(maxsize=1)
def load_inception(path: Path, device: str) -> Inception:
    """Return the network with the weights of 2015.

    Raises:
        FileError: The file is not exactly those weights. No other file is opened.
    """
    try:
        known = path.is_file() and path.stat().st_size == BYTES
        data = path.read_bytes() if known else b""
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise FileError(
            "“{file}” is not Inception's weights of 2015.",
            hint="Name pt_inception-2015-12-05-6726825d.pth, or leave FID out and watch KID.",
            file=str(path),
        )
    found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return with_weights({name: found[name] for name in found if not name.startswith("fc.")}, device)


def with_weights(weights: Mapping[str, Tensor], device: str) -> Inception:
    """Return an `Inception` that has these weights, less the layer of classes."""
    network = Inception()
    network.load_state_dict(dict(weights))
    return network.to(device)
