"""A sample is called by what it is made from, and its name is all that is needed to make it again."""

from __future__ import annotations

import re

import pytest

from gan_engine.errors import EngineError
from gan_engine.spot import Spot, spot_in

FAR = Spot(8).towards(Spot(9), 0.5)
NAMED = {
    "5": Spot(5),
    "5#2": Spot(5, 2),
    "5>8:0.3": Spot(5).towards(Spot(8), 0.3),
    "5#1>8#0:0.3>12:1.0": Spot(5, 1).towards(Spot(8, 0), 0.3).towards(Spot(12), 1.0),
    "5>(8>9:0.5):0.25>7:0.1": Spot(5).towards(FAR, 0.25).towards(Spot(7), 0.1),
}


@pytest.mark.parametrize(("text", "spot"), NAMED.items(), ids=list(NAMED))
def test_that_a_name_is_read_as_what_it_was_written_for(text: str, spot: Spot) -> None:
    assert (str(spot), spot_in(text)) == (text, spot)
    assert spot_in(f" {text.replace('>', ' > ')} ") == spot  # as people write


WRONG = [
    "",
    " x",
    " -1",
    " 1.5",
    " 2147483648",
    " ²",
    " 5>8",
    " 5>8:",
    " 5>:0.3",
    " 5>8:1.5",
    " 5>8:0.3>",
    " 5#",
    " 5 6",
    " 5>(8>9:0.5:0.3",
    " 5>8>9:0.5:0.3",
    " 5>8:0.3)",
]


@pytest.mark.parametrize("text", [*WRONG, "5>" + "(8>" * 60])
def test_that_what_is_no_sample_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EngineError, match="no sample") as refused:
        spot_in(text)
    assert "5>8:0.3" in str(refused.value.hint)


def test_that_a_way_of_no_length_leads_nowhere() -> None:
    assert Spot(5).towards(Spot(8), 0.0) == Spot(5)


def test_that_a_class_can_be_told_for_the_whole_way() -> None:
    assert str(spot_in("5#1>8#0:0.3").of_class(2)) == "5#2>8:0.3"
    assert str(spot_in("5>8:0.3").settled(3)) == "5#2>8:0.3"
    assert str(spot_in("5#1").settled(3)) == "5#1"
    assert str(Spot(5).settled(0)) == "5"


def test_that_samples_at_the_end_of_a_long_way_have_files_of_their_own() -> None:
    far = Spot(5)
    for seed in range(40):
        far = far.towards(Spot(seed), 0.25)
    ends = [far, far.towards(Spot(8), 0.3), far.towards(Spot(9), 0.3)]
    names = {spot.file_name for spot in ends}
    assert len(names) == 3
    for name in names:
        assert len(name) == 100
        assert re.fullmatch(r"seed(-[0-9.]+)+-[0-9a-f]{8}", name)
