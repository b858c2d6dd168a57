"""Of very many pictures each costs as much as of a few, and work on them ends when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.helpers import in_process


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "count", [1_600, pytest.param(20_000, marks=pytest.mark.full)], ids="{}_pictures".format
)
def test_that_a_picture_costs_as_much_among_many_as_among_few(count: int, tmp_path: Path) -> None:
    few = in_process("many", tmp_path / "few", count // 4)["cost"]
    found = in_process("many", tmp_path / "many", count)
    print(found)  # shown by -s
    for name, many in found["cost"].items():
        assert many["opened"] <= few[name]["opened"] <= 3, name
        assert many["calls"] <= 1.1 * few[name]["calls"], name
        # Tables grow by doubling: what grew with the square would be four times as much.
        assert many["bytes"] <= 1.6 * few[name]["bytes"], name


@pytest.mark.parametrize("name", ["scan", "inspect", "prepare"])
def test_that_work_on_many_pictures_ends_when_it_is_told_to(name: str, tmp_path: Path) -> None:
    assert 0 < in_process("many", tmp_path, 1_600)["ended"][name] < 800
