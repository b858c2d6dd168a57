"""On real pictures, worse samples get worse numbers."""

from __future__ import annotations

import pytest
from torch import Tensor

from gan_engine.metrics import METRICS, Judge, Metric
from tests.gan_engine.metrics.conftest import blurred, noisy

HALF = 160
Judged = dict[str, dict[str, float]]
WIDE = "kid_efficientnet"
"""What looks through a network so large that it takes most of a minute here."""
ORDERED = [
    (name, metric.better)
    for metric in METRICS
    for name in metric.values
    if name
    not in (
        "metric/precision",
        "metric/novelty",
        "metric/originals",
        "metric/fid",
        f"metric/{WIDE}",
    )
]


def judge(pictures: Tensor, *metrics: Metric) -> Judged:
    """Return every number for other real pictures, and for four ways to spoil them."""
    real, unseen = pictures[:HALF], pictures[HALF : 2 * HALF]
    samples = {
        "real": unseen,
        "blurred": blurred(unseen),
        "noisy": noisy(unseen, 0.5),
        "one": unseen[:1].expand(HALF, -1, -1, -1),
        "copies": real,
    }
    panel = Judge(metrics, real)
    return {name: panel.measure(images) for name, images in samples.items()}


@pytest.fixture(scope="module")
def judged(pictures: Tensor) -> Judged:
    return judge(pictures, *(kind() for kind in METRICS if kind.key() not in ("fid", WIDE)))


@pytest.mark.slow
def test_that_worse_samples_get_worse_numbers_from_a_large_network(pictures: Tensor) -> None:
    found = judge(pictures, *(kind() for kind in METRICS if kind.key() == WIDE))
    test_that_worse_samples_get_worse_numbers(found, f"metric/{WIDE}", "lower")


@pytest.mark.parametrize(("name", "better"), ORDERED)
def test_that_worse_samples_get_worse_numbers(judged: Judged, name: str, better: str) -> None:
    sign = 1 if better == "lower" else -1
    badness = {sample: sign * numbers[name] for sample, numbers in judged.items()}
    margin = 0.05 * (badness["one"] - badness["real"])
    assert badness["real"] <= badness["blurred"] + margin
    assert badness["blurred"] < badness["noisy"]
    assert max(badness["real"], badness["blurred"]) < badness["one"] - margin
    if name != "metric/density":
        assert badness["noisy"] < badness["one"]


def test_that_real_pictures_are_near_the_ideal(judged) -> None:
    real = judged["real"]
    assert abs(real["metric/kid"]) < 0.03 * judged["noisy"]["metric/kid"]
    for name in ("precision", "recall", "coverage"):
        assert real[f"metric/{name}"] > 0.75
    for name in ("density", "diversity", "novelty"):
        assert real[f"metric/{name}"] == pytest.approx(1, abs=0.2)
    assert real["metric/originals"] == pytest.approx(0.9, abs=0.1)


def test_that_noise_is_not_taken_for_precision(judged) -> None:
    assert judged["noisy"]["metric/precision"] < 0.6 * judged["real"]["metric/precision"]


def test_that_only_memorisation_minds_copies(judged) -> None:
    copies = judged["copies"]
    assert copies["metric/novelty"] == 0
    assert copies["metric/originals"] == 0
    assert copies["metric/precision"] == copies["metric/recall"] == copies["metric/coverage"] == 1
    assert copies["metric/frechet"] == pytest.approx(0, abs=1e-4)
