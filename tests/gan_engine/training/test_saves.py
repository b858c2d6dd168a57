"""Saves that stay whatever comes: those somebody keeps, also on disks without second names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_engine import checkpoint, durable
from gan_engine.config import RunConfig
from gan_engine.errors import FileError
from gan_engine.events import Saved
from gan_engine.training import branch, keep, kept_of, let_go, saves_of, train
from gan_engine.training.saves import BEST, best_of

Make = Callable[..., RunConfig]


@pytest.fixture(params=["links", "copies"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that knows second names, and one that does not."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if request.param == "copies":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("disk")
def test_that_a_save_somebody_keeps_outlives_all_that_follow(tiny: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    settings = {"checkpoint": {"every_images": 4, "keep": 1}, "training": {"images": 32}}
    for event in train(tiny(**settings), folder=folder):
        if isinstance(event, Saved) and event.images_seen == 8:
            assert keep(folder, 11) == 8
    assert [seen for seen, _ in saves_of(folder)] == [32, 8]
    assert kept_of(folder) == {8}
    made = branch(folder, 20, into=tmp_path / "made")
    assert checkpoint.newest(made)[1].images_seen == 8
    let_go(folder, 8)
    assert [seen for seen, _ in saves_of(folder)] == [32]
    assert not kept_of(folder)


@pytest.mark.usefixtures("disk")
def test_that_to_keep_a_save_twice_leaves_one_of_it(tiny: Make, tmp_path: Path) -> None:
    list(train(tiny(), folder=tmp_path / "run"))
    newest = checkpoint.listed(tmp_path / "run")[0]
    for _ in range(2):
        keep(tmp_path / "run", 10**9)
        durable.second_name(newest, BEST)
    assert best_of(tmp_path / "run") == int(newest.stem)
    names = sorted(path.name for path in newest.parent.iterdir())
    assert names == sorted([newest.name, BEST, f"kept-{newest.name}"])


def test_that_where_nothing_was_saved_nothing_is_kept(tiny: Make, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(FileError, match="no save up to this moment"):
        keep(tmp_path / "run", 10)
