"""What is made with a G, whatever the G does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine.architectures import ARCHITECTURES
from gan_engine.errors import EngineError
from gan_engine.sampling import generate, open_sampler
from tests.contracts.test_every_exporter import saved


def test_that_an_image_stays_within_what_can_be_shown_and_measured() -> None:
    """Style and R3 end in no tanh: metrics, too, see what somebody who looks sees."""
    bold = torch.nn.Unflatten(1, (3, 2, 2))
    made = generate(bold, torch.linspace(-3, 3, 60).reshape(5, 12), at_once=2)
    assert made.shape == (5, 3, 2, 2)
    assert (made.min(), made.max()) == (-1, 1)


FROM_SEEDS = [kind for kind in ARCHITECTURES if not kind.needs_pairs]


@pytest.mark.parametrize("kind", FROM_SEEDS, ids=lambda kind: kind.key())
def test_that_no_images_have_the_shape_that_some_would_have(kind: Any, tmp_path: Path) -> None:
    sampler = open_sampler(saved(kind, tmp_path), "cpu")
    made = [sampler.images([]), sampler.at([])]
    if kind.truncates:
        made.append(sampler.mixed([], [], 1))
    assert {(one.shape, one.dtype) for one in made} == {((0, 16, 16, 3), np.dtype(np.uint8))}


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (0, 3), (3, 0), (-1, 2)])
def test_that_a_grid_without_samples_is_refused_with_what_to_ask_for(
    rows: int, columns: int, tmp_path: Path
) -> None:
    sampler = open_sampler(saved(FROM_SEEDS[0], tmp_path), "cpu")
    with pytest.raises(EngineError, match=f"no grid of {rows}×{columns}") as refused:
        sampler.grid(rows, columns)
    assert refused.value.hint == "Ask for one row and one column at least."
