"""The benchmark of the step runs, and prints what it promises; how fast is no test's matter."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

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


@pytest.mark.parametrize("name", step.TARGETS)
def test_that_every_target_is_of_settings_that_mean_a_run(name: str) -> None:
    preset, changes, target = step.TARGETS[name]
    draft = step.with_preset(step.find_preset(preset))
    for path, value in changes.items():
        draft = step.put(draft, path, value)
    assert step.parse(draft).training.batch_size in (64, 128)
    assert "images/s" in target
