"""What holds for every preset, and the published values that some of them are."""

from __future__ import annotations

import re

import pytest

from gan_engine.config import RunConfig, check, default_draft
from gan_engine.configfile import find_preset, read_presets, save_preset, with_preset
from gan_engine.costs import estimate
from gan_engine.drafts import put
from gan_engine.penalties import Penalty
from gan_engine.schema import Ramp

NAMES = [preset.key for preset in read_presets() if not preset.own]
HOLDS = {"r1", "gradient_penalty"}
TIMES = re.compile(r"\b(minutes?|hours?|days?|overnight)\b")


def config_of(key: str) -> RunConfig:
    config, problems = check(with_preset(find_preset(key)))
    assert config is not None, problems
    return config


def penalties(config: RunConfig) -> dict[str, Penalty]:
    return {penalty.kind: penalty for penalty in config.penalties}


def test_that_titles_and_places_tell_them_apart() -> None:
    ours = [preset for preset in read_presets() if not preset.own]
    assert len({preset.title for preset in ours}) == len(ours)
    assert len({preset.order for preset in ours}) == len(ours)


@pytest.mark.parametrize("key", NAMES)
def test_that_nothing_is_to_be_said_against_it(key: str) -> None:
    assert check(with_preset(find_preset(key)))[1] == []


@pytest.mark.parametrize("key", NAMES)
def test_that_d_cannot_grow_steep(key: str) -> None:
    config = config_of(key)
    assert config.architecture.d_is_bounded or HOLDS & penalties(config).keys()


@pytest.mark.parametrize("key", NAMES)
def test_that_it_says_what_to_expect_and_how_long_it_takes(key: str) -> None:
    preset = find_preset(key)
    assert preset.title
    assert len(preset.about) > 40
    assert TIMES.search(preset.about)


@pytest.mark.parametrize("key", NAMES)
def test_that_it_fits_a_gpu_with_8_gb_or_says_how_much_it_needs(key: str) -> None:
    """Less where the GPU multiplies bf16; nine tenths of its memory are promised."""
    preset = find_preset(key)
    sizes = [int(found) for found in re.findall(r"([0-9]+) GB", preset.about)] or [8]
    for precision, size in (("bf16", sizes[0]), ("fp32", sizes[-1])):
        config, _ = check(put(with_preset(preset), "training.precision", precision))
        assert config is not None
        needed = estimate(config).memory / 2**30
        assert needed <= 0.9 * size
        assert sizes == [8] or needed > 0.5 * size


COUNTS = {
    "ten thousand": 10_000, "several thousand": 3000, "a few thousand": 2000, "a thousand": 1000,
    "a few hundred": 200, "a hundred": 100,
}  # fmt: skip


@pytest.mark.parametrize("key", NAMES)
def test_that_it_wants_as_many_pictures_as_it_says(key: str) -> None:
    preset = find_preset(key)
    named = [n for words, n in COUNTS.items() if words in preset.about.lower()]
    assert preset.fewest == min(named, default=0)
    assert preset.most == 0 or preset.fewest < preset.most


@pytest.mark.parametrize("key", NAMES)
def test_that_a_collapse_would_be_noticed(key: str) -> None:
    """The doctor knows it by this number alone."""
    assert "diversity" in [metric.kind for metric in config_of(key).metrics]


def test_that_a_collapse_would_be_noticed_without_any_preset() -> None:
    assert "diversity" in [metric.kind for metric in RunConfig().metrics]


@pytest.mark.parametrize("key", [key for key in NAMES if key.startswith("style")])
def test_that_styles_strengths_follow_their_rules(key: str) -> None:
    config = config_of(key)
    batch, found = config.training.batch_size, penalties(config)
    assert found["r1"].weight == pytest.approx(0.0002 * config.data.size**2 / batch)
    assert found["r1"].interval == 16
    assert (found["path_length"].weight, found["path_length"].interval) == (2.0, 4)
    assert config.ema.half_life == batch * 10_000 // 32
    for optimizer in (config.optimizer_g, config.optimizer_d):
        assert (optimizer.rate, optimizer.beta1, optimizer.beta2) == (0.0025, 0.0, 0.99)


@pytest.mark.parametrize(("key", "gamma"), [("r3-32", 0.5), ("r3-64", 2.0), ("r3-full-64", 2.0)])
def test_that_the_modern_baseline_compares_pairs_under_both_penalties(
    key: str, gamma: float
) -> None:
    config = config_of(key)
    assert (config.loss.kind, config.loss.pairing) == ("cross_entropy", "pair")
    found = penalties(config)
    assert found.keys() == {"r1", "r2"}
    for penalty in found.values():
        assert penalty.interval == 1
        assert isinstance(penalty.weight, Ramp)
        assert (penalty.weight.start, penalty.weight.shape) == (gamma, "cosine")
    for optimizer in (config.optimizer_g, config.optimizer_d):
        assert (optimizer.rate.start, optimizer.rate.end) == (2e-4, 5e-5)
        assert optimizer.beta1 == 0.0
    assert isinstance(config.ema.half_life, Ramp)
    assert config.ema.half_life.shape == "cosine"
    assert config.ema.half_life.start < config.ema.half_life.end


def test_that_sngan_decays_over_a_hundred_thousand_updates_of_g() -> None:
    config = config_of("sngan-64")
    training = config.training
    assert (config.loss.kind, training.d_steps, training.batch_size) == ("hinge", 5, 64)
    assert training.images == 100_000 * training.d_steps * training.batch_size
    assert (config.optimizer_g.rate.start, config.optimizer_g.rate.end) == (2e-4, 0.0)


def test_that_wgan_gp_and_pix2pix_have_their_papers_lambdas() -> None:
    wgan, pairs = config_of("wgan-gp-64"), config_of("pix2pix-256")
    assert penalties(wgan)["gradient_penalty"].weight == 10
    assert (wgan.training.d_steps, wgan.optimizer_g.rate) == (5, 1e-4)
    assert not wgan.architecture.d_mixes_batch
    assert penalties(pairs)["l1"].weight == 100
    assert (pairs.training.batch_size, pairs.architecture.patch) == (1, 70)


def test_that_few_images_are_always_changed_and_watched_for_copies() -> None:
    config = config_of("few-images")
    augment = config.augment
    assert (augment.kind, augment.colour) == ("diff_augment", True)
    assert augment.translation > 0
    assert augment.cutout > 0
    assert penalties(config)["r1"].weight == 10
    assert "memorisation" in [metric.kind for metric in config.metrics]


@pytest.mark.parametrize("key", NAMES[:2])
def test_that_one_of_the_users_own_never_stands_for_it(key: str) -> None:
    own = save_preset(key, "", default_draft())
    assert own.stem != key
    own.rename(own.with_stem(key))  # as files were called once
    assert not find_preset(key).own


def test_that_a_preset_may_be_called_anything_however_long() -> None:
    for title in ("x" * 300, "猫" * 300):
        assert save_preset(title, "", default_draft()).is_file()
        assert title in {preset.title for preset in read_presets()}
