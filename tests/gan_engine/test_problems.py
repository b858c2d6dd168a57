"""What is wrong with settings is said at the right place, all of it at once, in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from gan_engine.config import RunConfig, check, default_draft, parse
from gan_engine.drafts import merge, put
from gan_engine.errors import SettingsError


def found(changes: dict[str, Any]) -> dict[str, str]:
    return {p.path: f"{p.text} {p.hint}".strip() for p in check(merge(default_draft(), changes))[1]}


def test_that_the_defaults_are_fine() -> None:
    config, problems = check(default_draft())
    assert config == RunConfig()
    assert problems == []


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"loss": {"kind": "hinge", "margin": 99}}, "loss.margin", "at most 10"),
        ({"loss": {"kind": "hing"}}, "loss.kind", "Did you mean “hinge”"),
        ({"loss": {"kind": "hinge", "magrin": 1}}, "loss.magrin", "Did you mean “margin”"),
        ({"training": {"batchsize": 4}}, "training.batchsize", "Did you mean “batch_size”"),
        ({"trainin": {}}, "trainin", "Did you mean “training”"),
        ({"penalties": {"r3": {}}}, "penalties.r3", "Did you mean"),
        ({"penalties": {"r1": {"weight": -1}}}, "penalties.r1.weight", "at least 0"),
        ({"optimizer_g": {"rate": {"start": 9, "end": 0}}}, "optimizer_g.rate", "at most 1"),
        ({"optimizer_g": {"rate": "fast"}}, "optimizer_g.rate", "a number"),
        ({"training": {"batch_size": 2.5}}, "training.batch_size", "whole number"),
        ({"data": {"folder": "/not/there"}}, "data.folder", "not there"),
        ({"data": {"background": "white"}}, "data.background", "#rrggbb"),
        ({"data": {"skip_kinds": "alpha | glossy"}}, "data.skip_kinds", "glossy"),
        ({"data": {"size": 37}}, "data.size", ""),
        ({"loss": {"kind": "wasserstein", "pairing": "pair"}}, "loss.pairing", "each"),
        ({"loss": {"saturating": True, "pairing": "pair"}}, "loss.saturating", "Turn it off"),
        (
            {"loss": {"kind": "least_squares", "fake_target": 1.0}},
            "loss.fake_target",
            "same target",
        ),
        ({"data": 4}, "data", "Write [data], its settings"),
        ({"data": {"folder": 2024}}, "data.folder", "in quotes"),
        ({"loss": "hinge"}, "loss", 'Write [loss] and, in the line below, kind = "hinge"'),
        ({"loss": "hinge"}, "loss", "with --set, loss.kind=hinge."),
        ({"penalties": {"r1": True}}, "penalties.r1", "with --set, penalties.r1={}."),
        ({"data.size": 32}, "data.size", "Put “size” into the table “data”."),
        ({"penalties": "r2"}, "penalties", "Write [penalties.r2]"),
        ({"penalties": [{"kind": "r1"}]}, "penalties", "Write [penalties.r1]"),
    ],
)
def test_that_each_mistake_is_named_at_its_place(changes, path: str, words: str) -> None:
    problems = found(changes)
    assert path in problems
    assert words in problems[path]


def test_that_a_wrong_ramp_is_told_what_is_wrong_with_it_alone() -> None:
    problems = found({"optimizer_g": {"rate": {"start": 1e-3, "stop": 0}}})
    assert list(problems) == ["optimizer_g.rate.stop"]
    assert "There are: start, end" in problems["optimizer_g.rate.stop"]


def test_that_all_mistakes_come_at_once() -> None:
    changes = {
        "loss": {"kind": "hinge", "margin": 99, "what": 1},
        "training": {"batch_size": 0},
        "data": {"folder": "/not/there", "background": "x"},
    }
    paths = {"loss.margin", "loss.what", "training.batch_size", "data.folder", "data.background"}
    assert found(changes).keys() == paths


def test_that_a_warning_does_not_stop_a_run() -> None:
    config, problems = check(put(default_draft(), "penalties", {}))
    assert config is not None
    assert [p.severity for p in problems] == ["warning"]


def test_that_settings_from_the_future_are_refused_with_the_reason() -> None:
    config, problems = check({**default_draft(), "format": 99, "unheard_of": 1})
    assert config is None
    assert "newer version" in problems[0].text


def test_that_the_error_names_the_first_problem_and_counts_the_rest() -> None:
    with pytest.raises(
        SettingsError, match=r"training.batch_size: Must be at least 1. \(and 1 more\)"
    ):
        parse({"training": {"batch_size": 0, "seed": -1}})


def test_that_a_part_may_leave_its_kind_out() -> None:
    config = parse({"architecture": {"width": 8}, "optimizer_g": {"rate": 1e-3}})
    assert config.architecture.kind == "dcgan"
    assert config.optimizer_g.rate == 1e-3
