"""Rules between settings: what cannot be chosen is known before it is chosen."""

from __future__ import annotations

from gan_engine.config import check, default_draft, parse
from gan_engine.drafts import merge, put
from gan_engine.rules import obstacles


def test_that_obstacles_are_what_a_check_would_say() -> None:
    for changes in ({}, {"data": {"pairs": "folders"}, "architecture": {"kind": "pix2pix"}}):
        draft = merge(default_draft(), changes)
        found = obstacles(parse(draft))
        assert "penalties.path_length" in found
        assert ("penalties.l1" in found) == (not changes)
        assert ("penalties.consistency" in found) == bool(changes)
        assert ("metrics.memorisation" in found) == bool(changes)
        for path, problem in found.items():
            _, problems = check(put(draft, path, {}))
            assert problem in problems


def test_that_what_is_chosen_is_no_obstacle_to_itself() -> None:
    assert "penalties.r1" not in obstacles(parse(default_draft()))


def test_that_a_target_that_relative_scores_leave_unused_is_told_of() -> None:
    loss = {"kind": "least_squares", "fake_target": -1.0, "wanted_target": 0.0}
    for pairing, told in (("each", False), ("pair", True), ("average", True)):
        config, problems = check(merge(default_draft(), {"loss": {**loss, "pairing": pairing}}))
        assert config is not None  # it stops no run
        found = [problem for problem in problems if problem.path == "loss.wanted_target"]
        assert bool(found) == told
        assert all(problem.suggestion == 1.0 for problem in found)


def test_that_relative_targets_that_pull_against_each_other_are_told_of() -> None:
    """RaLSGAN, arXiv:1807.00734: 1 for how far a real is above, -1 for how far a fake is."""
    for pairing, target, told in (
        ("each", 0.0, False),
        ("pair", 0.0, True),
        ("average", 0.0, True),
        ("pair", -1.0, False),
    ):
        loss = {"kind": "least_squares", "pairing": pairing, "fake_target": target}
        config, problems = check(merge(default_draft(), {"loss": loss}))
        assert config is not None  # it stops no run
        found = [problem for problem in problems if problem.path == "loss.fake_target"]
        assert bool(found) == told
        assert all(problem.suggestion == -1.0 for problem in found)


def test_that_a_d_that_nothing_holds_is_told_of() -> None:
    held = {"r1": {"weight": 1.0}}, {"drift": {}}
    loose = {}, {"r1": {"weight": 0.0}}, {"feature_matching": {}}
    for penalties in (*held, *loose):
        for d_norm in ("batch", "spectral"):
            nets = {"kind": "dcgan", "d_norm": d_norm}
            draft = {**default_draft(), "penalties": penalties, "architecture": nets}
            config, problems = check(draft)
            assert config is not None  # it stops no run
            told = "penalties" in [problem.path for problem in problems]
            assert told == (penalties in loose and d_norm == "batch")
