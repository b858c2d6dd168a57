"""The benchmark of the step runs, and prints what it promises; how fast is no test's matter."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np
import pytest
import torch

from tests.benchmarks import step

FIELDS = {
    *("preset", "batch", "device", "plain", "eager", "graph", "compile"),
    *("memory_gib", "first_sample_s", "ratio", "why"),
}


@pytest.fixture
def rows(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setenv("GAN_STUDIO_CACHE", "")  # the benchmark sets its own; this brings ours back
    step.main(["--smoke", "--device", "cpu"])
    return json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]


def test_that_the_smoke_form_prints_every_field_and_a_reason_for_each_null(rows: list[Any]) -> None:
    (row,) = rows
    assert set(row) == FIELDS
    assert row["plain"] > 0
    assert row["eager"] > 0
    assert row["first_sample_s"] > 0
    missing = {name for name, value in row.items() if value is None}
    assert missing == {"graph", "compile", "memory_gib"}
    assert missing <= row["why"].keys()
    assert row["ratio"] == pytest.approx(row["eager"] / row["plain"], abs=0.01)


def test_that_a_case_that_fails_says_so_and_the_next_one_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_STUDIO_CACHE", "")
    bad = ("quick-cpu-32", {"training.batch_size": -1}, "")
    good = ("quick-cpu-32", {"training.batch_size": 4}, "1 images/s")
    monkeypatch.setattr(step, "TARGETS", {"bad": bad, "good": good})
    monkeypatch.setattr(step, "plain", lambda *_: 1 / 0)
    step.main(["--targets", "--device", "cpu", "--seconds", "0.1"])
    first, second = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert "SettingsError" in first["why"]["case"]
    assert second["plain"] is None
    assert "ZeroDivisionError" in second["why"]["plain"]
    assert second["eager"] > 0
    assert second["target"] == "1 images/s"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os; os._exit(9)", {"why": {"case": "its process ended with 9"}}),
        ('print(\'{"rows": [{"plain": 1.5}]}\')', {"plain": 1.5}),
    ],
    ids=["dies", "measures"],
)
def test_that_a_case_that_takes_its_process_along_is_a_row_too(
    code: str, found: dict[str, Any]
) -> None:
    assert step.aside([sys.executable, "-c", code]) == found


def test_that_one_case_can_be_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_STUDIO_CACHE", "")
    monkeypatch.setattr(step, "row", lambda found, *_: found.update(plain=1.0))
    step.main(["--targets", "--device", "cpu", "--only", "dcgan-64"])
    (row,) = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]
    assert row["preset"] == "dcgan-64"


@pytest.mark.parametrize(("pairing", "looked"), [("each", 3), ("pair", 4)])
def test_that_the_plain_loop_shows_d_no_more_than_a_tutorial_does(
    pairing: str, looked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reals and fakes in D's step, fakes in G's; reals there only where the loss compares."""
    draft = step.merge(
        step.with_preset(step.find_preset("quick-cpu-32")),
        {"loss": {"pairing": pairing}, "training": {"batch_size": 4}, "penalties": {"r1": {}}},
    )
    seen, build = [], step.build_networks

    def built(*args: Any, **more: Any) -> Any:
        networks = build(*args, **more)
        networks.d.register_forward_hook(lambda *_: seen.append(1))
        return networks

    monkeypatch.setattr(step, "build_networks", built)
    images = np.zeros((8, 32, 32, 3), np.uint8)
    threads = torch.get_num_threads()
    try:
        step.plain(draft, images, torch.device("cpu"))()
    finally:
        torch.set_num_threads(threads)
    assert len(seen) == looked + 1  # R1 looks once more


def test_that_the_time_to_the_first_sample_on_a_gpu_is_that_of_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        step, "aside", lambda words: asked.append(words) or {"why": {}, "first_sample_s": 3.5}
    )
    monkeypatch.setattr(step, "fastest", lambda *_: None)
    monkeypatch.setattr(step, "measured", lambda *_: 1.0)
    monkeypatch.setattr(step, "tidy", lambda _: None)
    monkeypatch.setattr(step, "parse", lambda draft, parse=step.parse: parse(step.put(draft, "training.device", "cpu")))  # fmt: skip
    given = ["--targets", "--device", "cuda"]
    options = argparse.Namespace(batch=0, set=[], seconds=1.0, first=False)
    found = {"preset": "dcgan-64", "plain": 1.0, "why": {}} | dict.fromkeys(step.MODES)
    step.row(found, step.TARGETS["dcgan-64"], torch.device("cuda"), ["eager"], options, given)
    assert found["first_sample_s"] == 3.5
    assert asked[0][2:] == [*given, "--only", "dcgan-64", "--first"]


@pytest.mark.parametrize("name", step.TARGETS)
def test_that_every_target_is_of_settings_that_mean_a_run(name: str) -> None:
    config, target = step.parse(step.drafted(step.TARGETS[name])), step.TARGETS[name][2]
    assert config.training.batch_size in (64, 128)
    assert ("r1" in {penalty.kind for penalty in config.penalties}) is ("bare" not in name)
    assert "path_length" not in {penalty.kind for penalty in config.penalties}
    assert "images/s" in target or "plain" in target
