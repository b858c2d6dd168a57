"""What classes add: to G beside its latent, to D by projection."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_engine.layers.classes import CODE, ClassCode, ClassFeatures, Projection

LABELS = torch.tensor([2, 0, 2])


def test_that_shares_of_a_class_mix_its_numbers() -> None:
    code = ClassCode(3, 5)
    half = torch.tensor([[0.5, 0.0, 0.5]])
    assert torch.allclose(code(half), (code.weight[0] + code.weight[2])[None] / 2)
    assert torch.equal(code(LABELS), code.weight[LABELS])


def test_that_the_sum_is_a_dense_layer_on_latent_and_code_side_by_side() -> None:
    dense, classes = nn.Linear(4, 6), ClassFeatures(3, 6)
    whole = nn.Linear(4 + CODE, 6)
    with torch.no_grad():
        whole.weight.copy_(torch.cat([dense.weight, classes.dense.weight], 1))
        whole.bias.copy_(dense.bias)
    z = torch.randn(3, 4)
    beside = whole(torch.cat([z, classes.code(LABELS)], 1))
    assert torch.allclose(dense(z) + classes(LABELS), beside, atol=1e-5)


@pytest.mark.parametrize("weights", ["plain", "spectral", "equalized"])
def test_that_a_projection_is_the_product_of_features_and_the_classs_own(weights) -> None:
    torch.manual_seed(0)
    projection = Projection(3, 6, weights).eval()
    x = torch.randn(3, 6)
    out = projection(x, LABELS)
    assert out.shape == (3,)
    expected = (x * projection.weight[LABELS]).sum(1)
    assert torch.allclose(out / out[0], expected / expected[0], atol=1e-4)


def test_that_a_projection_keeps_the_places_of_a_map() -> None:
    projection, x = Projection(3, 6), torch.randn(3, 6, 4, 5)
    out = projection(x, LABELS)
    assert out.shape == (3, 1, 4, 5)
    assert torch.allclose(out[:, 0, 2, 3], projection(x[:, :, 2, 3], LABELS), atol=1e-6)


def test_that_a_spectral_projection_is_held_at_size_one() -> None:
    torch.manual_seed(0)
    projection, x = Projection(4, 8, "spectral"), torch.randn(3, 8)
    for _ in range(50):
        projection(x, LABELS)
    projection.eval()
    before = projection(x, LABELS)
    with torch.no_grad():
        projection.weight.mul_(10)
    assert torch.allclose(projection(x, LABELS), before, atol=1e-5)
    assert before.abs().max() <= x.norm(dim=1).max() * 1.01


def test_that_no_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="labels"):
        ClassCode(3, 5)(None)
