"""Style's recipe, its styles and their truncation."""

from __future__ import annotations

import pytest
import torch

from gan_engine.architectures import Style
from gan_engine.architectures.style import of_size_one
from gan_engine.imaging import ImageShape

SMALL = ImageShape(16, 16, 3)


def tiny(**settings: object) -> torch.nn.Module:
    torch.manual_seed(0)
    return Style(z_dim=8, width=16, **settings).generator(SMALL)


def test_that_its_widths_are_the_papers() -> None:
    assert Style().widths(ImageShape(256, 256, 3)) == [512, 512, 512, 512, 256, 128, 64]


def test_that_styles_are_learned_a_hundred_times_slower_than_the_rest() -> None:
    torch.manual_seed(0)
    mapping = tiny(mapping_layers=3).mapping
    before = [dense.weight.detach() * dense.scale for dense in mapping.dense]
    optimizer = torch.optim.Adam(mapping.parameters(), 0.1)
    mapping(torch.randn(4, 8)).sum().backward()
    optimizer.step()
    for dense, weight in zip(mapping.dense, before, strict=True):
        moved = (dense.weight.detach() * dense.scale - weight).abs().median()
        assert moved.item() == pytest.approx(0.01 * 0.1 / 8**0.5, rel=0.01)
        assert weight.std().item() == pytest.approx(1 / 8**0.5, rel=0.3)


def test_that_a_block_of_d_adds_its_shortcut_and_keeps_the_size() -> None:
    torch.manual_seed(0)
    d = Style(z_dim=8, width=16).discriminator(SMALL)
    block, x = d.down[0], torch.randn(2, 16, 16, 16)
    inner = block.activation_1(block.conv_1(x))
    inner = block.activation_2(block.conv_2(inner))
    assert torch.allclose(block(x), (inner + block.shortcut(x)) / 2**0.5, atol=1e-6)


def test_that_signals_start_at_size_one() -> None:
    torch.manual_seed(0)
    settings = Style(z_dim=64, width=64)
    g, d = settings.generator(ImageShape(32, 32, 3)), settings.discriminator(ImageShape(32, 32, 3))
    assert 0.5 < g(torch.randn(16, 64)).std().item() < 4
    assert 0.05 < d(torch.randn(16, 3, 32, 32)).abs().mean().item() < 5


def test_that_a_latents_length_does_not_matter() -> None:
    g, z = tiny().eval(), torch.randn(4, 8)
    assert torch.allclose(g(z), g(3 * z), atol=1e-4)
    assert torch.allclose(of_size_one(z).square().mean(1), torch.ones(4), atol=1e-5)


def test_that_a_class_says_as_much_as_a_latent_and_is_learned_as_slowly() -> None:
    torch.manual_seed(0)
    mapping = Style(z_dim=8, width=16).generator(SMALL, 3).mapping
    z, labels = torch.randn(6, 8), torch.arange(6) % 3
    styles = mapping(z, labels)
    with torch.no_grad():
        mapping.code.weight.mul_(5)
    assert torch.allclose(mapping(z, labels), styles, atol=1e-5)
    assert mapping.classes.pace == mapping.dense[0].pace == 0.01


def test_that_truncation_brings_images_closer_together() -> None:
    g, z = tiny().eval(), torch.randn(8, 8)
    g.average.copy_(g.mapping(torch.randn(500, 8)).mean(0))
    assert torch.equal(g(z, truncation=1.0), g(z))
    assert g(z, truncation=0.5).std(0).mean() < g(z).std(0).mean()
    assert g(z, truncation=0.0).std(0).abs().max() < 1e-5


def test_that_the_average_style_is_learned_on_the_way() -> None:
    g, z = tiny(mixing=0.0), torch.randn(4, 8)
    g.styles(z)
    assert torch.allclose(g.average, 0.005 * g.mapping(z).mean(0), atol=1e-6)
    for _ in range(2000):
        g.styles(torch.randn(32, 8))
    expected = g.mapping(torch.randn(5000, 8)).mean(0)
    assert torch.allclose(g.average, expected, atol=0.1)


def test_that_only_the_classes_of_a_batch_move_their_average_style() -> None:
    torch.manual_seed(0)
    g = Style(z_dim=8, width=16, mixing=0.0).generator(SMALL, 3)
    z, labels = torch.randn(4, 8), torch.tensor([0, 2, 2, 2])
    own = g.mapping(z, labels)
    for _ in range(2):
        g.styles(z, labels)
    for label in (0, 2):
        moved = (1 - 0.995**2) * own[labels == label].mean(0)
        assert torch.allclose(g.average[label], moved, atol=1e-6)
    g.average[1] = 1.0
    g.styles(z, labels)
    assert (g.average[1] == 1).all()


def test_that_each_layer_follows_its_own_style() -> None:
    g = tiny().eval()
    styles = g.styles(torch.randn(1, 8))
    image = g.synthesize(styles)
    for layer in range(styles.shape[1]):
        other = styles.clone()
        other[:, layer] = g.mapping(torch.randn(1, 8))
        assert not torch.allclose(g.synthesize(other), image)


@pytest.mark.parametrize("noise", [True, False])
def test_that_only_noise_makes_a_training_image_differ(noise) -> None:
    g, z = tiny(noise=noise, mixing=0.0), torch.randn(2, 8)
    for name, weight in g.named_parameters():
        if name.endswith("strength"):
            torch.nn.init.ones_(weight)
    assert torch.equal(g(z), g(z)) != noise
