"""What is made with a G, whatever the G does."""

from __future__ import annotations

import torch

from gan_engine.sampling import generate


def test_that_an_image_stays_within_what_can_be_shown_and_measured() -> None:
    """Style and R3 end in no tanh: metrics, too, see what somebody who looks sees."""
    bold = torch.nn.Unflatten(1, (3, 2, 2))
    made = generate(bold, torch.linspace(-3, 3, 60).reshape(5, 12), at_once=2)
    assert made.shape == (5, 3, 2, 2)
    assert (made.min(), made.max()) == (-1, 1)
