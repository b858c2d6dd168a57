"""What holds for every metric."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from gan_engine.errors import EngineError
from gan_engine.metrics import METRICS, Metric
from gan_engine.schema import Setting, settings_of
from tests.contracts.test_every_setting import another

every = pytest.mark.parametrize("kind", METRICS, ids=lambda kind: kind.key())
# What needs a file that nobody can download here is measured in its own test.
MEASURED = [kind for kind in METRICS if not list(kind().objections())]
every_measured = pytest.mark.parametrize("kind", MEASURED, ids=lambda kind: kind.key())

SHAPES = [(3, 16, 16), (1, 16, 24), (3, 40, 32), (4, 16, 16)]


def images(count: int, shape: tuple[int, int, int], seed: int) -> Tensor:
    """Smooth pictures, no two alike."""
    draw = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, shape[0], 4, 4, generator=draw) * 2 - 1
    return torch.nn.functional.interpolate(coarse, size=shape[1:], mode="bilinear")


def measured(kind: type[Metric], real: Tensor, fake: Tensor, seed: int = 0) -> dict[str, float]:
    return kind(images=16).measure(real, fake, torch.Generator().manual_seed(seed))


@every
def test_that_it_says_what_it_measures_and_which_way_is_better(kind: type[Metric]) -> None:
    assert kind.better in ("lower", "higher")
    assert kind.values
    for name, label in kind.values.items():
        assert name.startswith("metric/")
        assert label.strip()
    assert kind.title
    assert kind.__doc__


def test_that_no_two_metrics_share_a_kind_or_a_number() -> None:
    kinds = [kind.key() for kind in METRICS]
    names = [name for kind in METRICS for name in kind.values]
    assert len(set(kinds)) == len(kinds)
    assert len(set(names)) == len(names)


@every
def test_that_its_settings_explain_themselves_and_survive_a_file(kind: type[Metric]) -> None:
    metric = kind()
    assert kind.model_validate(metric.model_dump()) == metric
    for setting in settings_of(kind):
        assert setting.help[-1] in ".?!)"
    with pytest.raises(ValidationError):
        kind(images=1)


@every_measured
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_that_numbers_are_finite_and_the_ones_announced(kind: type[Metric], shape) -> None:
    found = measured(kind, images(12, shape, 0), images(10, shape, 1))
    assert list(found) == list(kind.values)
    assert all(type(value) is float and math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        pytest.param(
            kind,
            setting,
            id=f"{kind.key()}-{setting.name}",
            marks=[pytest.mark.slow] if kind.key() == "kid_efficientnet" else [],
        )
        for kind in MEASURED
        for setting in settings_of(kind)
    ],
)
def test_that_every_setting_of_a_metric_counts(kind: type[Metric], setting: Setting) -> None:
    real, fake = images(24, SHAPES[0], 0), images(20, SHAPES[0], 1)
    fake[10:] = real[:10].flip(3)  # copies, as only their mirror images show
    found = [
        part.measure(real, fake, torch.Generator().manual_seed(0))
        for part in (kind(), kind.model_validate({setting.name: another(setting)}))
    ]
    assert found[0] != found[1]


@every_measured
def test_that_the_same_dice_give_the_same_numbers(kind: type[Metric]) -> None:
    """Wherever the run's own dice are by then."""
    real, fake, found = images(12, SHAPES[0], 0), images(10, SHAPES[0], 1), []
    for seed in (0, 1):
        torch.manual_seed(seed)
        found.append(measured(kind, real, fake))
    assert found[0] == found[1]


@every_measured
def test_that_a_run_does_not_notice(kind: type[Metric]) -> None:
    """Neither the images nor the run's own dice are touched."""
    real, fake = images(12, SHAPES[0], 0), images(10, SHAPES[0], 1)
    kept, state = (real.clone(), fake.clone()), torch.get_rng_state()
    threads, flush = torch.get_num_threads(), torch.is_grad_enabled()
    measured(kind, real, fake.requires_grad_())
    assert torch.equal(real, kept[0])
    assert torch.equal(fake, kept[1])
    assert fake.grad is None
    assert torch.equal(torch.get_rng_state(), state)
    assert (torch.get_num_threads(), torch.is_grad_enabled()) == (threads, flush)


@every_measured
def test_that_8_bits_are_as_good_as_floats(kind: type[Metric]) -> None:
    real, fake = images(12, SHAPES[0], 0), images(10, SHAPES[0], 1)
    levels = ((real + 1) * 127.5).round().byte()
    rounded = levels.float() / 127.5 - 1
    assert measured(kind, levels, fake) == pytest.approx(measured(kind, rounded, fake))


@every_measured
def test_that_the_best_samples_are_the_reals(kind: type[Metric]) -> None:
    """Their copies, that is: only memorisation sees through them."""
    real = images(16, SHAPES[0], 0)
    best, worst = measured(kind, real, real.clone()), measured(kind, real, -real.abs())
    for name in kind.values:
        if kind.key() == "memorisation":
            assert best[name] == 0
        elif kind.better == "lower":
            assert best[name] < worst[name]
        else:
            assert best[name] > worst[name] - 1e-9


@every_measured
def test_that_each_image_is_described_by_itself(kind: type[Metric]) -> None:
    """A run's reals are described some at a time; equal lenses share what was seen."""
    cpu, x = torch.device("cpu"), images(10, SHAPES[0], 0)
    at_once = kind().describe(x, cpu)
    pieces = [kind().describe(piece, cpu) for piece in x.split(4)]
    assert len(at_once) == len(x)
    assert torch.allclose(torch.cat(pieces), at_once, atol=1e-4)
    for other in MEASURED:
        if other().lens == kind().lens:
            assert torch.equal(other().describe(x, cpu), at_once)


@every_measured
def test_that_too_few_samples_are_refused(kind: type[Metric]) -> None:
    with pytest.raises(EngineError, match="needs at least"):
        measured(kind, images(24, SHAPES[0], 0), images(1, SHAPES[0], 1))


@every_measured
def test_that_samples_that_are_no_numbers_are_refused(kind: type[Metric]) -> None:
    fake = images(16, SHAPES[0], 1)
    fake[3, 0, 2, 2] = math.nan
    with pytest.raises(EngineError, match="not numbers"):
        measured(kind, images(24, SHAPES[0], 0), fake)


@every_measured
def test_that_samples_of_one_colour_are_no_trouble(kind: type[Metric]) -> None:
    flat = torch.zeros(10, *SHAPES[0])
    for real, fake in ((images(12, SHAPES[0], 0), flat), (flat, flat), (flat, flat + 0.5)):
        found = measured(kind, real, fake)
        assert all(math.isfinite(value) for value in found.values())


@every
def test_that_a_thousand_of_anything_is_allowed(kind: type[Metric]) -> None:
    assert kind(images=50_000).images == 50_000


@every_measured
def test_that_colours_nobody_sees_do_not_count(kind: type[Metric]) -> None:
    real, fake = images(12, SHAPES[3], 0), images(10, SHAPES[3], 1)
    clear = fake.clone()
    clear[:, 3, :8] = -1
    other = clear.clone()
    other[:, :3, :8] = images(10, (3, 8, 16), 5)
    assert measured(kind, real, clear) == pytest.approx(measured(kind, real, other), rel=1e-4)
