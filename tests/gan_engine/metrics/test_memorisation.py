"""Copies of training images are found; images that were never seen are not taken for copies."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.metrics import Memorisation, memorisation, nearest
from tests.gan_engine.metrics.conftest import blurred, dice, noisy


def judged(real: Tensor, fake: Tensor, **choices: bool) -> tuple[float, float]:
    found = Memorisation(**choices).measure(real, fake, dice())
    return found["metric/novelty"], found["metric/originals"]


def test_that_unseen_pictures_are_new(pictures: Tensor) -> None:
    novelty, originals = judged(pictures[:300], pictures[300:])
    assert novelty == pytest.approx(1, abs=0.15)
    assert originals == pytest.approx(0.9, abs=0.07)


@pytest.mark.parametrize("change", ["none", "blur", "noise", "mirror", "darker"])
def test_that_copies_are_flagged_through_small_changes(pictures: Tensor, change: str) -> None:
    real = pictures[:300]
    fake = {
        "none": real,
        "blur": blurred(real),
        "noise": noisy(real, 0.1),
        "mirror": real.flip(3),
        "darker": real * 0.95 - 0.05,
    }[change][:100]
    novelty, originals = judged(real, fake)
    assert novelty < 0.35
    assert originals < 0.1


def test_that_copies_among_new_pictures_are_counted(pictures: Tensor) -> None:
    real = pictures[:300]
    fake = torch.cat([real[:50], pictures[300:400]])
    assert judged(real, fake)[1] == pytest.approx(0.9 * 100 / 150, abs=0.07)


def test_that_a_tenth_of_many_training_images_is_held_out(
    pictures: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, find = list[int](), memorisation.closest

    def noted(fake_NF: Tensor, *others: Tensor | None) -> tuple[Tensor, Tensor]:
        asked.append(len(fake_NF))
        return find(fake_NF, *others)

    monkeypatch.setattr(memorisation, "ENOUGH", 5)
    monkeypatch.setattr(memorisation, "closest", noted)
    judged(pictures[:300], pictures[300:340], mirrored=False)
    assert asked == [30, 40]


def test_that_a_few_odd_samples_do_not_hide_copies(pictures: Tensor) -> None:
    """The middle sample counts, not the mean."""
    fake = torch.cat([pictures[:60], torch.ones(40, *pictures.shape[1:])])
    assert judged(pictures[:300], fake)[0] == 0


def test_that_a_mirror_image_may_be_taken_as_new(pictures: Tensor) -> None:
    even = (pictures[:300] - pictures[:300].flip(3)).abs().mean((1, 2, 3)) < 0.1
    real = pictures[:300][~even]
    assert judged(real, real.flip(3)[:100], mirrored=False)[0] > 0.5
    assert judged(real, real.flip(3)[:100], mirrored=True)[0] == 0


def test_that_a_mirror_image_is_no_unseen_image_where_mirrors_count(pictures: Tensor) -> None:
    real = torch.cat([pictures[:60], pictures[:60].flip(3)])
    novelty, originals = judged(real, pictures[60:100])
    # Every image has its equal: what equality says of samples is nothing.
    assert (novelty, originals) == (1.0, 1.0)


def test_that_the_nearest_training_image_is_the_one_copied(pictures: Tensor) -> None:
    chosen = torch.tensor([7, 3, 250, 3])
    assert torch.equal(nearest(noisy(pictures[chosen], 0.1), pictures), chosen)
    assert torch.equal(nearest(pictures[chosen].flip(3), pictures, mirrored=True), chosen)


def test_that_images_of_8_bits_say_the_same(pictures: Tensor) -> None:
    levels = ((pictures + 1) * 127.5).round().byte()
    assert judged(levels[:300], pictures[300:]) == pytest.approx(
        judged(pictures[:300], pictures[300:]), abs=1e-4
    )
    assert nearest(levels[:9], pictures).tolist() == list(range(9))


def test_that_a_folder_of_equal_pictures_has_no_answer_and_no_failure(pictures: Tensor) -> None:
    real = pictures[:1].expand(30, -1, -1, -1)
    assert judged(real, pictures[1:31])[0] == 1
    assert judged(real, real)[1] == 0


def test_that_what_is_close_is_what_one_unseen_image_in_ten_is_at_most() -> None:
    """Of twelve shades each further from the next than the last, the second nearest decides."""
    shades = torch.cumsum(torch.arange(12), 0) / 80 - 0.5  # 1, 1, 2, 3 ... 11 eightieths apart
    real = shades[:, None, None, None].expand(-1, 1, 16, 16)
    for off, new in ((0.9, 0.0), (1.1, 1.0)):
        fake = real[-1:].expand(4, -1, -1, -1) + off / 80
        assert judged(real, fake)[1] == new
