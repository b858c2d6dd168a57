"""The command line: what it makes, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gan_engine import cli, configfile, durable
from gan_engine.checkpoint import listed
from gan_engine.config import default_draft
from gan_engine.drafts import merge
from gan_engine.imaging import read_png
from gan_engine.training import read_run
from tests.gan_engine.training.conftest import TINY

SMALL = [
    word
    for path, value in {
        "data.size": 16,
        "architecture.width": 4,
        "architecture.z_dim": 8,
        "training.batch_size": 4,
        "training.device": "cpu",
        "samples.rows": 2,
        "samples.columns": 2,
    }.items()
    for word in ("--set", f"{path}={value}")
]


@pytest.fixture
def gan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command line in this process: (exit code, out, err)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gan-engine", *map(str, words)])
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            cli.main()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        finally:
            for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def trained(gan, emoji: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    code, _, err = gan("train", "--data", emoji, "--images", 16, "--out", folder, *SMALL)
    assert code == 0, err
    return folder


def test_that_a_folder_becomes_a_run_that_goes_on(gan, trained: Path) -> None:
    assert read_run(trained).state == "done"
    assert gan("resume", trained, "--images", "+8")[0] == 0
    assert read_run(trained).images_seen == 24


def test_that_a_run_file_is_trained_as_written(gan, emoji: Path, tmp_path: Path) -> None:
    draft = merge(merge(default_draft(), TINY), {"data": {"folder": str(emoji)}})
    configfile.write_draft(tmp_path / "mine.toml", draft)
    assert gan("train", tmp_path / "mine.toml", "--out", tmp_path / "run")[0] == 0
    assert configfile.read_draft(tmp_path / "run" / "run.toml") == draft


@pytest.mark.parametrize("what", ["ema", "checkpoint"])
def test_that_exported_weights_make_the_same_images(
    gan, what: str, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "taken" / "away.safetensors"
    assert gan("export", trained, "--what", what, "--out", out)[0] == 0
    for source, name in ((trained, "a.png"), (out, "b.png")):
        assert gan("sample", source, "--count", 4, "--seed", 3, "--out", tmp_path / name)[0] == 0
    assert (read_png(tmp_path / "a.png") == read_png(tmp_path / "b.png")).all()


def test_that_a_class_is_asked_for_by_name_and_mixed_with_another(
    gan, emoji: Path, tmp_path: Path
) -> None:
    for i, picture in enumerate(sorted(emoji.iterdir())):
        (emoji / ("cat" if i % 2 else "dog")).mkdir(exist_ok=True)
        picture.rename(emoji / ("cat" if i % 2 else "dog") / picture.name)
    run, told = tmp_path / "run", ("--set", "data.classes=true")
    code, _, err = gan("train", "--data", emoji, "--images", 16, "--out", run, *told, *SMALL)
    assert code == 0, err
    made = {}
    for name, words in {
        "cat": ["--class", "cat"],
        "dog": ["--class", "dog"],
        "none": ["--class", "cat", "--mix", "dog:0"],
        "half": ["--class", "cat", "--mix", "dog:0.5"],
    }.items():
        out = tmp_path / f"{name}.png"
        assert gan("sample", run, "--count", 1, *words, "--out", out)[0] == 0
        made[name] = read_png(out).astype(int)
    assert abs(made["none"] - made["cat"]).max() <= 1
    assert (made["cat"] != made["dog"]).any()
    assert (made["half"] != made["cat"]).any()
    for words, complaint in (
        (["--class", "cow"], "no class"),
        (["--class", "cat", "--mix", "dog"], "--mix dog:0.5"),
        (["--mix", "dog:0.5"], "--class NAME"),
        (["--class", "cat", "--mix", "dog:x"], "no share"),
        (["--class", "cat", "--mix", "dog:2"], "no share"),
    ):
        code, _, err = gan("sample", run, *words, "--out", tmp_path / "x.png")
        assert code == 1
        assert complaint in err


def test_that_an_average_of_another_length_is_made_from_a_run(
    gan, emoji: Path, tmp_path: Path
) -> None:
    run, kept = tmp_path / "run", ("--set", "ema.any_length=true", "--set", "optimizer_g.rate=0.01")
    code, _, err = gan("train", "--data", emoji, "--images", 64, "--out", run, *kept, *SMALL)
    assert code == 0, err
    made = []
    for number, words in enumerate(([], ["--ema-length", 0.05], ["--ema-length", 0.2])):
        out = tmp_path / f"{number}.png"
        assert gan("sample", run, "--count", 2, *words, "--out", out)[0] == 0
        made.append(read_png(out))
    assert (made[0] != made[1]).any()
    assert (made[1] != made[2]).any()
    code, _, err = gan("sample", run, "--ema-length", 0.5, "--out", tmp_path / "x.png")
    assert code == 1
    assert "0.01 to 0.25" in err


def test_that_an_exported_generator_tells_nothing_of_its_owner(
    gan, trained: Path, tmp_path: Path
) -> None:
    for what, name in (("ema", "g.safetensors"), ("grid", "grid.png")):
        out = tmp_path / "away" / name
        assert gan("export", trained, "--what", what, "--out", out)[0] == 0
        assert str(tmp_path).encode() not in out.read_bytes()


def test_that_a_grid_of_any_size_and_single_images_are_exported(
    gan, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "grid.png"
    sizes = ("--set", "rows=3", "--set", "columns=5")
    assert gan("export", trained, "--what", "grid", "--out", out, *sizes)[0] == 0
    height, width, _ = read_png(out).shape
    assert height > 3 * 16
    assert width > 5 * 16
    singles = tmp_path / "singles"
    assert gan("export", trained, "--what", "images", "--out", singles, "--set", "count=5")[0] == 0
    assert len(list(singles.glob("seed*.png"))) == 5


def test_that_a_scan_is_said_in_words_and_in_json(gan, emoji: Path) -> None:
    (emoji / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    code, out, _ = gan("scan", emoji, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["images"] + len(found["bad"]) + found["others"] == found["total"]
    assert found["bad"][0]["path"] == "broken.png"
    assert "broken.png" in gan("scan", emoji)[1]


def test_that_presets_are_listed(gan) -> None:
    assert "quick-cpu-32" in gan("presets")[1]


def test_that_a_good_run_file_passes_the_check(gan, tmp_path: Path) -> None:
    configfile.write_draft(tmp_path / "run.toml", default_draft())
    code, out, _ = gan("check", tmp_path / "run.toml")
    assert code == 0
    assert "parameters" in out


def test_that_check_says_what_a_run_costs_when_asked(gan, tmp_path: Path) -> None:
    small = {"data": {"size": 16}, "architecture": {"width": 4}, "training": {"batch_size": 4}}
    configfile.write_draft(tmp_path / "run.toml", merge(default_draft(), small))
    code, out, _ = gan("check", tmp_path / "run.toml", "--cost")
    assert code == 0
    for words in ("GFLOP", "Memory, estimated", "Speed, measured", "images/s"):
        assert words in out


def test_that_check_names_every_problem(gan, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(
        '[loss]\nkind = "hing"\n[data]\nfolder = "/not/there"\nsizes = 4\n'
    )
    code, _, err = gan("check", tmp_path / "run.toml")
    assert code == 1
    for word in (
        "loss.kind",
        "Did you mean “hinge”",
        "data.folder",
        "data.sizes",
        "Did you mean “size”",
    ):
        assert word in err


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


def test_that_a_run_is_not_overwritten(gan, trained: Path, emoji: Path) -> None:
    code, _, err = gan("train", "--data", emoji, "--out", trained, *SMALL)
    assert code == 1
    assert "Resume it" in err


def test_that_a_run_is_followed_to_its_end(gan, trained: Path) -> None:
    code, out, err = gan("follow", trained)
    assert code == 0
    assert "done after" in out + err


def test_that_who_follows_a_run_that_is_not_there_yet_is_told_so(
    gan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "watch", lambda start, on_signal: None)
    code, _, err = gan("follow", tmp_path / "later")
    assert code == 0
    assert "no run yet" in err


def test_that_a_second_start_is_refused_while_the_first_goes_on(gan, trained: Path) -> None:
    with durable.lock(trained):
        code, _, err = gan("resume", trained, "--images", "+8")
    assert code == 1
    assert "another program" in err


def test_that_a_checkpoint_of_other_networks_is_refused(gan, trained: Path, tmp_path: Path) -> None:
    from gan_engine import checkpoint

    path = listed(trained)[0]
    saved = checkpoint.read(path)
    other = merge(saved.draft, {"architecture": {"width": 8}})
    checkpoint.write(
        path, checkpoint.Checkpoint("checkpoint", other, saved.counters, saved.tensors)
    )
    code, _, err = gan("sample", path, "--out", tmp_path / "x.png")
    assert code == 1
    assert "other networks" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_that_a_signal_saves_before_it_ends(
    number: int, code: int, emoji: Path, tmp_path: Path
) -> None:
    words = [
        "train",
        "--data",
        str(emoji),
        "--images",
        "1000000",
        "--out",
        str(tmp_path / "run"),
        *SMALL,
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "gan_engine.cli", *words], stderr=subprocess.PIPE, env=os.environ
    )
    grids = tmp_path / "run" / "grids"
    deadline = time.monotonic() + 300
    while not (grids.is_dir() and len(list(grids.glob("*.png"))) >= 2):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert b"Traceback" not in err
    assert listed(tmp_path / "run")
    assert read_run(tmp_path / "run").state == "stopped"


def test_that_a_killed_run_is_interrupted_and_goes_on(gan, emoji: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ["train", "--data", str(emoji), "--images", "1000000", "--out", str(folder), *SMALL]
    words += ["--set", "checkpoint.every_images=200"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gan_engine.cli", *words], stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 300
    while len(listed(folder)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.communicate()
    info = read_run(folder)
    assert info.state == "interrupted"
    assert info.saved_images > 0
    code, _, err = gan("resume", folder, "--images", info.saved_images + 40)
    assert code == 0, err
    assert read_run(folder).state == "done"
