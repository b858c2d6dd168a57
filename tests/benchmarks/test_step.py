"""The benchmark of the step runs, and prints what it promises; how fast is no test's matter."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("name", step.TARGETS)
def test_that_every_target_is_of_settings_that_mean_a_run(name: str) -> None:
    preset, changes, target = step.TARGETS[name]
    draft = step.with_preset(step.find_preset(preset))
    for path, value in changes.items():
        draft = step.put(draft, path, value)
    assert step.parse(draft).training.batch_size in (64, 128)
    assert "images/s" in target
