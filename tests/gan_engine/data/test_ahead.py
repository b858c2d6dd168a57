"""Images that do not fit are read ahead, and are the same batches in the same order."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine.config import default_draft, parse
from gan_engine.data.ahead import SLOTS, Ahead
from gan_engine.data.dataset import Images
from gan_engine.data.ondisk import OnDisk
from gan_engine.drafts import merge
from gan_engine.errors import SpaceError
from gan_engine.training import session as module
from tests.gan_engine.training.conftest import TINY
from tests.gan_engine.training.test_accumulation import session_of

CPU = torch.device("cpu")
PIXELS = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8)


@pytest.fixture
def ahead():
    made = Ahead(PIXELS, 4, CPU)
    yield made
    made.close()


def taken(ahead: Ahead, indices: list[int]) -> np.ndarray:
    target = torch.zeros(4, 8, 8, 3, dtype=torch.uint8)
    ahead.take(np.array(indices), target)
    return target.numpy()


def test_that_a_batch_keeps_its_order(ahead: Ahead) -> None:
    wanted = [7, 2, 19, 2]
    assert np.array_equal(taken(ahead, wanted), PIXELS[wanted])


def test_that_what_was_expected_is_there_and_what_was_not_comes_late(ahead: Ahead) -> None:
    batches = [[0, 1, 2, 3], [9, 8, 7, 6], [4, 4, 4, 4]]
    for batch in batches[:2]:
        ahead.expect(np.array(batch))
    for batch in reversed(batches):
        assert np.array_equal(taken(ahead, batch), PIXELS[batch])
    assert ahead.late == 1


def test_that_expectations_that_never_come_true_do_not_stop_it(ahead: Ahead) -> None:
    for i in range(3 * SLOTS):
        ahead.expect(np.full(4, i))
    for i in range(10, 10 + 2 * SLOTS):
        assert np.array_equal(taken(ahead, [i] * 4), PIXELS[[i] * 4])


def test_that_a_disk_that_fails_is_told_where_the_batch_is_asked_for(tmp_path: Path) -> None:
    path, away = tmp_path / "images.npy", tmp_path / "away"
    np.save(path, PIXELS)
    ahead = Ahead(OnDisk(path), 4, CPU)
    assert np.array_equal(taken(ahead, [0, 1, 2, 3]), PIXELS[:4])
    os.truncate(path, 0)
    path.rename(away)
    for i in range(2 * SLOTS):  # whatever is expected or not meanwhile
        ahead.expect(np.full(4, i))
        with pytest.raises(SpaceError, match="cannot be read"):
            taken(ahead, [0, 1, 2, 3])
    ahead.expect(np.array([4, 5, 6, 7]))
    assert ahead._coming[-1][2].exception()  # it was tried in vain, and is read again
    np.save(path, PIXELS)
    assert np.array_equal(taken(ahead, [0, 1, 2, 3]), PIXELS[:4])
    assert np.array_equal(taken(ahead, [4, 5, 6, 7]), PIXELS[4:8])
    ahead.close()


def test_that_the_reading_thread_ends_with_the_images() -> None:
    images = Images(PIXELS, 4, CPU, 0)
    images.show(np.arange(4))
    assert any(thread.name.startswith("images") for thread in threading.enumerate())
    images.close()
    assert not any(thread.name.startswith("images") for thread in threading.enumerate())


def test_that_images_that_fit_need_no_thread() -> None:
    images = Images(PIXELS, 4, CPU, PIXELS.nbytes)
    images.expect(np.arange(4))
    images.show(np.arange(4))
    assert not any(thread.name.startswith("images") for thread in threading.enumerate())
    images.close()


@pytest.mark.parametrize("pairing", ["each", "pair"])
def test_that_a_run_from_the_disk_is_the_run_from_memory_bit_for_bit(
    pairing: str, emoji: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tiny(**changes: Any) -> Any:
        folder = {"data": {"folder": str(emoji)}}
        return parse(merge(merge(merge(default_draft(), TINY), folder), changes))

    changes = {"loss": {"pairing": pairing}, "training": {"d_steps": 2}}
    resident = session_of(tiny, **changes)
    monkeypatch.setattr(module, "RESIDENT_SHARE", 0.0)
    mapped = session_of(tiny, **changes)
    assert resident.images.resident
    assert not mapped.images.resident
    for _ in range(4):
        resident.round()
        mapped.round()
    found = mapped.snapshot().tensors
    assert all(torch.equal(t, found[name]) for name, t in resident.snapshot().tensors.items())
    assert mapped.images.ahead.late == 1  # the very first
    mapped.close()
