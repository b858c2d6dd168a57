"""The command line given what it cannot take: every answer is a sentence, whatever a name is made of."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from pathlib import Path

import pytest

from gan_engine.training import read_run
from tests.gan_engine.conftest import SMALL


def bad_input(name: str, emoji: Path, tmp_path: Path) -> list[object]:
    """Return the words of a command that must fail in words."""
    empty = tmp_path / "empty"
    empty.mkdir()
    single = tmp_path / "single"
    single.mkdir()
    (single / "one.webp").write_bytes(next(emoji.iterdir()).read_bytes())
    (tmp_path / "x.pt").write_bytes(pickle.dumps({}))
    (tmp_path / "future.toml").write_text("format = 99\n")
    (tmp_path / "torn.toml").write_text("[loss\n")
    (tmp_path / "utf16.toml").write_text("[loss]\n", encoding="utf-16")
    long = tmp_path / ("long" * 80)
    train = ["train", "--out", tmp_path / "new"]
    return {
        "no images": [*train, "--data", empty],
        "missing folder": [*train, "--data", tmp_path / "nowhere"],
        "one image": [*train, "--data", single],
        "impossible size": [*train, "--data", emoji, "--set", "data.size=37"],
        "unknown setting": [*train, "--data", emoji, "--set", "loss.margn=1"],
        "unknown preset": [*train, "--data", emoji, "--preset", "quick"],
        "future file": [*train, tmp_path / "future.toml"],
        "torn file": [*train, tmp_path / "torn.toml"],
        "no data": [*train],
        "pickle": ["sample", tmp_path / "x.pt"],
        "no run": ["resume", empty],
        "no number": [*train, "--data", emoji, "--images", "many"],
        "unknown export": ["export", empty, "--what", "gif", "--out", tmp_path / "g"],
        "unknown flag": ["train", "--dat", emoji],
        "no word": ["train", "--set", "loss.kind", "--data", emoji],
        "endless seed": ["sample", empty, "--seed", 10**20],
        "wrong encoding": ["check", tmp_path / "utf16.toml"],
        "folder for settings": ["train", emoji],
        "folder to check": ["check", emoji],
        "demo and a folder": ["train", "--demo", "--data", emoji],
        "demo and settings": ["train", "--demo", tmp_path / "future.toml"],
        "untold": ["tell", empty, "dance"],
        "nobody to tell": ["tell", empty, "save"],
        "endless run": ["resume", long],
        "endless folder": ["train", "--data", emoji, "--out", long],
        "endless source": ["sample", long],
    }[name]


WORDS = {
    "no images": "empty",
    "missing folder": "not there",
    "one image": "",
    "impossible size": "data.size",
    "unknown setting": "loss.margn",
    "unknown preset": "quick-cpu-32",
    "future file": "newer version",
    "torn file": "torn.toml",
    "no data": "--data",
    "pickle": "can run code",
    "no run": "no run",
    "no number": "50k",
    "unknown export": "Did you mean",
    "unknown flag": "--dat",
    "no word": "path=value",
    "endless seed": "--seed",
    "wrong encoding": "Save it as UTF-8",
    "folder for settings": "--data",
    "folder to check": "is a folder",
    "demo and a folder": "--demo",
    "demo and settings": "--demo",
    "untold": "evaluate",
    "nobody to tell": "no run",
    "endless run": "cannot be reached",
    "endless folder": "cannot be reached",
    "endless source": "cannot be reached",
}


@pytest.mark.parametrize("name", WORDS)
def test_that_bad_input_is_answered_in_a_sentence(
    gan, name: str, emoji: Path, tmp_path: Path
) -> None:
    code, out, err = gan(*bad_input(name, emoji, tmp_path))
    assert code == 1
    assert WORDS[name] in err
    assert "0/?" not in err
    assert "Traceback" not in err + out


@pytest.mark.parametrize("word", ["resume", "sample"])
def test_that_the_folder_one_is_in_has_a_name(
    gan, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = gan(word, ".")
    assert code == 1
    assert f"“{tmp_path.name}”" in err


def test_that_a_settings_file_may_begin_with_the_mark_some_editors_write(
    gan, tmp_path: Path
) -> None:
    (tmp_path / "run.toml").write_text("[data]\nsize = 32\n", encoding="utf-8-sig")
    code, out, err = gan("check", tmp_path / "run.toml")
    assert code == 0, err
    assert "32×32" in out


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_that_names_need_not_be_utf8(gan, emoji: Path, tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"caf\xe9")
    shutil.copytree(emoji, strange / "pictures")
    run, grid = strange / "run", strange / "grid.png"
    for source in (["--data", strange / "pictures"], [run / "run.toml"]):
        code, _, err = gan("train", *source, "--images", 8, "--out", run, *SMALL)
        assert code == 0, err
        assert read_run(run).saved_images == 8
        run = strange / "again"
    code, out, err = gan("sample", run, "--count", 1, "--out", grid)
    assert code == 0, err
    assert "caf" in out
    assert grid.is_file()


def test_that_a_folder_whose_run_saved_nothing_is_said_to_be_free(
    gan, emoji: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for data in (tmp_path / "empty", emoji):
        code, _, err = gan("train", "--data", data, "--out", tmp_path / "run", *SMALL)
        assert code == 1
    assert "remove its folder" in err


def test_that_a_long_name_is_said_to_be_too_long(gan, trained: Path, tmp_path: Path) -> None:
    code, _, err = gan("sample", trained, "--count", 1, "--out", tmp_path / f"{'long' * 80}.png")
    assert code == 1
    assert "shorter name" in err
