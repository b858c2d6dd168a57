"""Random draws inside G come from where the run says."""

from __future__ import annotations

import torch

from gan_engine.layers.noise import NoiseInjection, StyleMixing, draw_from


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noisy() -> NoiseInjection:
    torch.manual_seed(0)
    layer = NoiseInjection(4, 6)
    torch.nn.init.ones_(layer.strength)
    return layer


def on_black(layer: NoiseInjection) -> torch.Tensor:
    x = torch.zeros(2, 3, 4, 6)
    return layer(x, layer.draw(x))


def test_that_noise_starts_as_nothing() -> None:
    assert not on_black(NoiseInjection(4, 6)).any()


def test_that_noise_is_the_same_for_all_channels_and_other_for_each_image() -> None:
    out = on_black(noisy())
    assert torch.equal(out[:, 0], out[:, 2])
    assert not torch.equal(out[0], out[1])


def test_that_the_runs_generator_decides_the_noise() -> None:
    layer = noisy()
    found = []
    for seed in (1, 1, 2):
        draw_from(torch.nn.Sequential(layer), generator(seed))
        found.append(on_black(layer))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_that_the_noise_of_a_resting_network_stays() -> None:
    layer = noisy().eval()
    assert torch.equal(on_black(layer), on_black(layer))
    assert torch.equal(on_black(layer)[0], on_black(layer)[1])
    assert "fixed" in layer.state_dict()


def test_that_styles_are_mixed_from_some_layer_on() -> None:
    mixing = StyleMixing(6, 1.0)
    mixing.random = generator(0)
    styles = mixing(torch.zeros(64, 2), torch.ones(64, 2))
    assert styles.shape == (64, 6, 2)
    assert (styles[:, 0] == 0).all()
    assert (styles[:, -1] == 1).all()
    assert (styles.diff(dim=1) >= 0).all()
    assert set(styles[:, :, 0].sum(1).tolist()) == {1.0, 2.0, 3.0, 4.0, 5.0}


def test_that_they_are_mixed_as_often_as_asked_and_never_at_rest() -> None:
    mixing = StyleMixing(6, 0.25)
    mixing.random = generator(0)
    share = mixing(torch.zeros(2000, 1), torch.ones(2000, 1))[:, -1].mean().item()
    assert 0.2 < share < 0.3
    assert mixing.active
    assert not mixing.eval().active
