"""The loss as curves, against the loss the training step uses."""

import numpy as np
import pytest
import torch

from gan_engine import loss_curves, parse
from gan_engine.losses import LOSSES


def config_of(kind, pairing="each"):
    return parse({"loss": {"kind": kind, "pairing": pairing}})


def paid(found, payer, real, fake):
    """Read from the curves what a payer pays for one real and one fake with these scores."""
    return sum(
        np.interp(found.place(curve.side, real, fake), found.scores, curve.values)
        for curve in found.curves
        if curve.payer == payer
    )


@pytest.mark.parametrize("pairing", ["each", "pair", "average"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_the_curves_add_up_to_the_loss_of_one_real_and_one_fake(loss, pairing):
    if loss.relative and pairing != "each":
        pytest.skip("does not take relative scores")
    config = config_of(loss.key(), pairing)
    found = loss_curves(config, reach=4.0, points=801)
    real, fake = torch.tensor([1.5]), torch.tensor([-0.5])
    wanted = config.loss.discriminator(real, fake), config.loss.generator(real, fake)
    assert paid(found, "D", 1.5, -0.5) == pytest.approx(float(wanted[0]), abs=1e-3)
    assert paid(found, "G", 1.5, -0.5) == pytest.approx(float(wanted[1]), abs=1e-3)


def test_that_the_scores_reach_as_far_as_was_asked():
    found = loss_curves(config_of("hinge"), reach=16.0, points=33)
    assert (found.scores[0], found.scores[-1], len(found.scores)) == (-16.0, 16.0, 33)
    assert all(len(curve.values) == 33 for curve in found.curves)


def test_that_g_pays_for_reals_only_where_scores_are_relative():
    keys = [curve.key for curve in loss_curves(config_of("hinge")).curves]
    assert keys == ["d_real", "d_fake", "g_fake"]
    keys = [curve.key for curve in loss_curves(config_of("hinge", "average")).curves]
    assert keys == ["d_real", "d_fake", "g_real", "g_fake"]
