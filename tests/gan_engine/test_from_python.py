"""What the guide tells to write in Python does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gan_engine import paths, read_run

PAGE = paths.resources() / "guide" / "python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture
def written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], str]:
    """What all blocks made, one after the other, of a run that is shorter than the guide's; and what they said."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block.replace("20_000", "64"), names)
    return names, capsys.readouterr().out


def test_that_the_guides_python_runs(written: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    names, said = written
    for kind, state in (("hinge", "done"), ("least_squares", "done"), ("short", "stopped")):
        info = read_run(tmp_path / "runs" / kind)
        assert (info.state, info.saved_images) == (state, info.images_seen)
        assert f"{kind} {state}" in said
        assert state == "stopped" or f"{kind} 64" in said
    assert names["pictures"].shape == (16, 32, 32, 3)
    assert names["samples"].shape == (16, 3, 32, 32)
    assert "metric/kid" in said


def test_that_the_weights_it_takes_make_the_samplers_images(
    written: tuple[dict[str, Any], str],
) -> None:
    names, _ = written
    weights = names["generator"].state_dict()
    assert weights.keys() == {name.removeprefix("ema.") for name in names["averaged"]}
    assert all((weights[n.removeprefix("ema.")] == t).all() for n, t in names["averaged"].items())
