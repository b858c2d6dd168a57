"""Of very many pictures each costs as much as of a few, and work on them ends when it is told to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reliability.helpers import in_process

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """What came of folders with so many pictures, as they are asked for."""

    class Found(dict[int, dict[str, Any]]):
        def __missing__(self, count: int) -> dict[str, Any]:
            self[count] = in_process("many", tmp_path_factory.mktemp("many") / "folder", count)
            print(count, self[count])  # shown by -s
            return self[count]

    return Found()


@pytest.mark.parametrize(
    "count", [600, pytest.param(20_000, marks=pytest.mark.full)], ids="{}_pictures".format
)
def test_that_a_picture_costs_as_much_among_many_as_among_few(
    count: int, found: dict[int, dict[str, Any]]
) -> None:
    few = found[count // 4]["cost"]
    for name, many in found[count]["cost"].items():
        assert many["opened"] <= few[name]["opened"] <= 3, name
        assert many["calls"] <= 1.1 * few[name]["calls"], name
        # Tables grow by doubling: what grew with the square would be four times as much.
        assert many["bytes"] <= 1.6 * few[name]["bytes"], name


@pytest.mark.parametrize("name", ["scan", "inspect", "prepare"])
def test_that_work_on_many_pictures_ends_when_it_is_told_to(
    name: str, found: dict[int, dict[str, Any]]
) -> None:
    assert 0 < found[600]["ended"][name] < 300
