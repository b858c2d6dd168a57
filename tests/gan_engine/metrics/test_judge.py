"""Metrics together: work is shared, numbers are not changed by it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.metrics import (
    METRICS,
    Frechet,
    Judge,
    Kernel,
    Memorisation,
    Metric,
    PrecisionRecall,
)
from gan_engine.metrics.base import some
from tests.gan_engine.metrics.conftest import dice

OURS: list[type[Metric]] = [metric for metric in METRICS if metric.key() != "fid"]


class Counting(Kernel):
    """Notes what it is shown."""

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        shown.append(len(images_NCHW))
        return super().describe(images_NCHW, device)


shown: list[int] = []


def test_that_metrics_of_one_lens_look_once_and_at_reals_once_a_run(pictures: Tensor) -> None:
    shown.clear()
    judge = Judge([Counting(images=20), Frechet(images=30), PrecisionRecall(images=16)], pictures)
    assert judge.samples == 30
    judge.measure(pictures[:50])
    judge.measure(pictures[50:100])
    assert shown == [30, 30, 30]  # the reals, then each sample


def test_that_the_same_samples_get_the_same_numbers(pictures: Tensor) -> None:
    judge = Judge([metric(images=20) for metric in OURS], pictures[:100], seed=3)
    first = judge.measure(pictures[100:140])
    judge.measure(pictures[140:160])
    assert judge.measure(pictures[100:140]) == first
    again = Judge([metric(images=20) for metric in OURS], pictures[:100], seed=3)
    assert again.measure(pictures[100:140]) == first


def test_that_every_metric_is_yielded_by_itself(pictures: Tensor) -> None:
    judge = Judge([Kernel(images=16), Memorisation(images=16)], pictures[:60])
    found = [sorted(numbers) for numbers in judge.each(pictures[60:80])]
    assert found == [["metric/kid"], ["metric/novelty", "metric/originals"]]


def test_that_memorisation_is_shown_every_real_image(pictures: Tensor) -> None:
    judge = Judge([Memorisation(images=16), Kernel(images=16)], pictures)
    assert judge.measure(pictures[-16:])["metric/novelty"] == 0


def test_that_alone_and_in_company_agree_when_all_images_are_compared(pictures: Tensor) -> None:
    real, fake = pictures[:40], pictures[40:70]
    together = Judge([metric() for metric in OURS], real).measure(fake)
    for metric in OURS:
        alone = metric().measure(real, fake, torch.Generator().manual_seed(0))
        # Places and directions are drawn anew: the same distance, measured at other places.
        error = 0.1 if metric.key() == "sliced_wasserstein" else 1e-6
        assert {name: together[name] for name in alone} == pytest.approx(alone, rel=error)


def test_that_images_are_chosen_from_the_whole_set_and_each_but_once() -> None:
    chosen = some(torch.arange(1000), 400, dice())
    assert len(chosen.unique()) == 400
    assert chosen.double().mean().item() == pytest.approx(500, abs=50)
    assert torch.equal(some(torch.arange(5), 5, dice()), torch.arange(5))


def test_that_a_metric_is_shown_as_many_as_it_wants_whatever_others_want(pictures: Tensor) -> None:
    alone = Judge([Kernel(images=20)], pictures).measure(pictures[:60])
    beside = Judge([Kernel(images=20), Frechet(images=40)], pictures).measure(pictures[:60])
    assert beside["metric/kid"] == pytest.approx(alone["metric/kid"])
