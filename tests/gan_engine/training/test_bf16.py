"""A run in bf16 learns what one in fp32 does, goes on bit for bit, and rounds nothing that it must not.

On any processor: what does not multiply in bf16 plays at it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.architectures.style import Style
from gan_engine.config import RunConfig, parse
from gan_engine.device import Formats
from gan_engine.drafts import merge
from gan_engine.events import SampleGrid
from gan_engine.imaging import ImageShape, tile
from gan_engine.layers.activation import Squash
from gan_engine.layers.skip_excite import SkipExcite
from gan_engine.penalties.consistency import Consistency
from gan_engine.sampling import Sampler
from gan_engine.training import resume, train
from gan_engine.training.session import Session
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.test_run import tiny_preset

Make = Callable[..., RunConfig]
CPU = torch.device("cpu")
BF16 = {"precision": "bf16"}
NETS = [{"kind": "dcgan", "d_norm": "batch"}, {"kind": "style", "width": 16}]


def session_of(config: RunConfig, precision: str) -> Session:
    shape = (12, *config.data.prepared_shape)
    pixels = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    return Session(config, pixels, CPU, None, Formats(precision, channels_last=True))


def gradient(session: Session, network: str) -> torch.Tensor:
    (session.update_d if network == "d" else session.update_g)()
    return torch.cat([g.flatten() for g in session.updates[network].gradients])


@pytest.mark.parametrize(
    "key", ["dcgan-64", "wgan-gp-64", "sngan-64", "r3-32", "style-64", "fastgan-256", "pix2pix-256"]
)
def test_that_gradients_point_where_those_of_fp32_do(key: str, emoji: Path) -> None:
    config = parse(merge(tiny_preset(key, emoji), {"training": {"batch_size": 8}}))
    exact, rounded = session_of(config, "fp32"), session_of(config, "bf16")
    for network in ("d", "g"):
        wanted, found = gradient(exact, network), gradient(rounded, network)
        assert not torch.equal(wanted, found)
        assert torch.cosine_similarity(wanted.double(), found.double(), 0) > 0.98
        assert found.norm() == pytest.approx(float(wanted.norm()), rel=0.05)
        rounded.restore(exact.snapshot(), Path("exact"))


@pytest.mark.parametrize("nets", NETS, ids=lambda nets: str(nets["kind"]))
def test_that_a_run_in_bf16_goes_on_bit_for_bit(
    nets: dict[str, object], tiny: Make, tmp_path: Path
) -> None:
    def config(images: int) -> RunConfig:
        training = {**BF16, "images": images, "accumulation": 2, "recompute": True}
        return tiny(architecture=nets, penalties={"r1": {"interval": 2}}, training=training)

    list(train(config(24), folder=tmp_path / "whole"))
    list(train(config(12), folder=tmp_path / "half"))
    list(resume(tmp_path / "half", images=24))
    whole, half = (checkpoint.newest(tmp_path / name)[1] for name in ("whole", "half"))
    assert whole.counters["formats"]["precision"] == "bf16"
    assert all(torch.equal(t, half.tensors[name]) for name, t in whole.tensors.items())
    assert {t.dtype for t in whole.tensors.values() if t.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize("nets", NETS, ids=lambda nets: str(nets["kind"]))
def test_that_the_live_grid_is_what_the_saved_generator_makes(
    nets: dict[str, object], tiny: Make, tmp_path: Path
) -> None:
    config = tiny(architecture=nets, training=BF16)
    events = list(train(config, folder=tmp_path / "run"))
    live = of_kind(events, SampleGrid)[-1]
    path, saved, _ = checkpoint.newest(tmp_path / "run")
    assert live.images_seen == saved.images_seen
    made = Sampler(saved, path, "cpu").images(range(6))
    images = torch.from_numpy(made).permute(0, 3, 1, 2) / 127.5 - 1
    apart = live.pixels.astype(int) - tile(images, 3).astype(int)
    assert np.abs(apart).max() <= 1  # maps lie otherwise in memory: sums end in other last bits


def test_that_d_is_not_charged_for_being_rounded(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Consistency, "_moved", lambda self, images, random: images)
    session = session_of(
        tiny(architecture={"d_norm": "none"}, penalties={"consistency": {}}), "bf16"
    )
    charged: list[torch.Tensor] = []
    term = Consistency.term
    monkeypatch.setattr(Consistency, "term", lambda self, scene: noted(term(self, scene), charged))
    session.update_d()
    assert [float(cost) for cost in charged] == [0.0]


def noted(value: torch.Tensor, found: list[torch.Tensor]) -> torch.Tensor:
    found.append(value.detach())
    return value


def test_that_a_pixel_that_is_almost_white_still_learns() -> None:
    x = torch.tensor([4.0, -4.0], dtype=torch.bfloat16, requires_grad=True)
    Squash()(x).sum().backward()
    assert torch.allclose(x.grad.float(), 1 - torch.tanh(torch.tensor(4.0)) ** 2, rtol=0.01)


def test_that_a_share_of_almost_one_still_learns() -> None:
    layer = SkipExcite(1, 1)
    layer.weigh = torch.nn.Conv2d(1, 1, 1)
    torch.nn.init.constant_(layer.weigh.bias, 7.0)
    with torch.autocast("cpu", torch.bfloat16):
        layer(torch.zeros(1, 1, 4, 4), torch.ones(1, 1, 8, 8).bfloat16()).float().sum().backward()
    assert layer.weigh.bias.grad is not None
    assert float(layer.weigh.bias.grad) > 0


def test_that_styles_pixels_add_up_in_fp32() -> None:
    shape, kinds = ImageShape(16, 16, 3), list[torch.dtype]()
    g = Style(width=16, z_dim=8).generator(shape)
    g.get_submodule("enlarge").register_forward_hook(lambda _m, _i, out: kinds.append(out.dtype))
    with torch.autocast("cpu", torch.bfloat16):
        g(torch.randn(2, 8))
    assert kinds == [torch.float32, torch.float32]
