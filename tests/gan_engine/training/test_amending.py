"""Changes to the settings of a run that is going."""

from __future__ import annotations

from gan_engine.config import RunConfig
from gan_engine.optimizers import Adam
from gan_engine.schema import Ramp
from gan_engine.training.amending import with_half_rates


def test_that_a_rate_that_moves_is_halved_all_the_way() -> None:
    ramp = Ramp(start=8e-4, end=2e-4, images=1000, shape="cosine")
    halved = with_half_rates(RunConfig(optimizer_g=Adam(rate=ramp), optimizer_d=Adam(rate=1e-3)))
    assert halved.optimizer_g.rate == Ramp(start=4e-4, end=1e-4, images=1000, shape="cosine")
    assert halved.optimizer_d.rate == 5e-4
