"""A run keeps as many sample grids as there is room for, the older ones farther apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_engine.config import RunConfig
from gan_engine.events import SampleGrid
from gan_engine.imaging import write_png
from gan_engine.training import grids, resume, train
from tests.gan_engine.training.conftest import of_kind

Make = Callable[..., RunConfig]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid after every round."""
    monkeypatch.setattr(grids.Grids, "are_due", lambda self, now: True)


def _kept(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in (folder / "grids").glob("*.png"))


@pytest.mark.usefixtures("eager")
def test_that_grids_beyond_their_room_go_from_the_older_half(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heavy(path: Path, *given: Any) -> None:
        write_png(path, *given)
        with open(path, "ab") as file:
            file.write(bytes(90_000))

    monkeypatch.setattr(grids, "write_png", heavy)
    config = tiny(training={"images": 160}, samples={"room_gb": 0.001})
    drawn = {
        grid.images_seen for grid in of_kind(train(config, folder=tmp_path / "run"), SampleGrid)
    }
    kept = _kept(tmp_path / "run")
    assert grids.FEWEST < len(kept) <= 11  # of 90 kB each
    assert len(drawn) > 2 * len(kept)
    assert (kept[0], kept[-1]) == (min(drawn), max(drawn))
    older, newer = kept[1] - kept[0], kept[-1] - kept[-2]
    assert older > newer


@pytest.mark.usefixtures("eager")
def test_that_there_are_at_most_so_many_also_of_a_run_that_goes_on(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(train(tiny(training={"images": 80}), folder=tmp_path / "run"))
    before = _kept(tmp_path / "run")
    assert len(before) > 12
    monkeypatch.setattr(grids, "MOST", 12)
    list(resume(tmp_path / "run", images=120))
    kept = _kept(tmp_path / "run")
    assert len(kept) <= 12
    assert kept[0] == before[0]
    assert kept[-1] == 120
