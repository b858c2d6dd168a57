"""What is differentiated twice is the same in the way of a GPU as in torch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig
from gan_engine.layers import twice as module
from gan_engine.layers.twice import Twice
from gan_engine.training.session import Session
from tests.gan_engine.training.test_accumulation import gradients, session_of

Make = Callable[..., RunConfig]
CASES: dict[str, dict[str, Any]] = {
    kind: {"architecture": {"kind": kind, "width": 16, "z_dim": 8}, "penalties": {"r1": {}}}
    for kind in (part.key() for part in ARCHITECTURES if not part.needs_pairs)
}
CASES["path length"] = {**CASES["style"], "penalties": {"path_length": {"interval": 1}}}
CASES["computed again"] = {**CASES["style"], "training": {"recompute": True}}
CASES["gradient penalty"] = {**CASES["resnet"], "penalties": {"gradient_penalty": {}}}


class Filters(TorchDispatchMode):
    """Remembers the largest side of a filter that any convolution had."""

    largest = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten.convolution.default:
            self.largest = max(self.largest, *args[1].shape[2:])
        return func(*args, **(kwargs or {}))


def learned(session: Session) -> dict[str, Tensor]:
    """Return the gradients of both networks after a round, by name."""
    session.round()
    return gradients(session)


@pytest.mark.parametrize("case", CASES)
def test_that_every_network_learns_the_same(
    case: str, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    # D stays: Adam's first step is as long for a gradient of nothing but rounding as for any other.
    changes = {"data": {"size": 32}, "optimizer_d": {"rate": 0.0}, **CASES[case]}
    theirs, plain = Filters(), session_of(tiny, **changes)
    with theirs:
        wanted = learned(plain)
    monkeypatch.setattr(module, "DEVICES", ("cpu",))
    ours, session = Filters(), session_of(tiny, **changes)
    with ours:
        found = learned(session)
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        assert torch.allclose(found[name], gradient, rtol=1e-3, atol=1e-5), name
    # Torch's own way has a filter as large as a map, the very thing that is slow.
    assert ours.largest < 8 <= theirs.largest


@pytest.mark.parametrize(
    "call",
    [
        lambda x, w, b: F.conv2d(x, w, b, padding="same"),
        lambda x, w, b: F.conv2d(x, w, b, (1, 2)),
        lambda x, w, b: F.conv2d(x, w, b, 1, 2, dilation=2),
        lambda x, w, b: F.conv2d(x[0], w, b),
        lambda x, w, b: F.conv2d(x, weight=w, bias=b, stride=2, padding=(1, 1)),
        lambda x, w, b: F.conv_transpose2d(x, w, b, 2, 1, output_padding=1),
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=(2, 1)),
    ],
)
def test_that_every_way_to_call_a_convolution_is_understood(
    call: Callable[[Tensor, Tensor, Tensor], Tensor],
) -> None:
    random = torch.Generator().manual_seed(0)
    x, w = torch.randn(2, 4, 6, 6, generator=random), torch.randn(4, 4, 3, 3, generator=random)
    bias = torch.randn(4, generator=random)
    x.requires_grad_()
    wanted = call(x, w, bias)
    with Twice():
        found = call(x, w, bias)
    assert torch.allclose(found, wanted, atol=1e-5)
