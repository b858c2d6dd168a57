"""`gan-engine scan`: the clinic's findings without a window, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.cli import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(4):
        rough = Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8))
        rough.resize((80, 80)).save(tmp_path / f"{number}.png")
    (tmp_path / "copy.png").write_bytes((tmp_path / "0.png").read_bytes())
    data = (tmp_path / "1.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    (tmp_path / "notes.txt").write_text("hello")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert not app(["scan", *map(str, words)], standalone_mode=False)
    return capsys.readouterr().out


def test_that_programs_get_every_finding(folder, capsys):
    told = json.loads(said(capsys, folder, "--json"))
    assert told["total"] == 7 == told["images"] + len(told["bad"]) + told["others"]
    assert told["images"] == 5
    assert [one["path"] for one in told["bad"]] == ["cut.png"]
    findings = {one["key"]: one for one in told["findings"]}
    assert findings.keys() == {"unreadable", "few", "duplicates"}
    assert findings["duplicates"]["files"] == ["copy.png"]
    assert findings["duplicates"]["fix"] == {"data.skip_duplicates": True}
    assert findings["duplicates"]["safe_fix"]


def test_that_people_are_told_in_sentences(folder, capsys):
    text = said(capsys, folder)
    assert "5 images, 1 unreadable, 1 other file\n" in text
    assert "cut.png: cut short or damaged" in text
    assert "Copies of others: 1." in text
    assert "--set data.skip_duplicates=true" in text


def test_that_headers_alone_may_do(folder, capsys):
    told = json.loads(said(capsys, folder, "--json", "--quick"))
    assert {one["key"] for one in told["findings"]} == {"few"}
    assert told["images"] == 6


def test_that_a_folder_without_pictures_ends_with_one(tmp_path, capsys):
    assert app(["scan", str(tmp_path), "--json"], standalone_mode=False) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"]
    assert told["findings"] == []


def test_that_what_the_settings_see_to_is_not_held_against_them(tmp_path, capsys):
    for side in "ab":
        (tmp_path / side).mkdir()
        for number in range(3):
            Image.new("RGB", (80, 80), (number * 80, 0, 0)).save(tmp_path / side / f"{number}.png")
    text = said(capsys, tmp_path, "--pairs", "folders")
    assert "3 pairs, 0 without a partner" in text
    assert "Two subfolders with the same names: 6. Settled: Read them as pairs." in text
    assert "as long as pairs are off" not in text
    assert "as long as pairs are off" in said(capsys, tmp_path)
