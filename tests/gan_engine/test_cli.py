"""The command line: what it makes, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import re
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
from gan_engine.export import EXPORTERS
from gan_engine.imaging import read_png
from gan_engine.sampling import open_sampler
from gan_engine.spot import spot_in
from gan_engine.training import read_run
from tests.gan_engine.conftest import SMALL
from tests.gan_engine.training.conftest import TINY


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


def test_that_the_sample_most_like_a_picture_is_written_and_named(
    gan, trained: Path, emoji: Path, tmp_path: Path
) -> None:
    out = tmp_path / "nearest.png"
    code, said, err = gan("sample", trained, "--like", sorted(emoji.iterdir())[0], "--out", out)
    assert code == 0, err
    told, name = said.splitlines()
    assert told.startswith(f"{out}: differs from the picture by ")
    assert (open_sampler(trained).at([spot_in(name)])[0] == read_png(out)).all()
    code, _, err = gan("sample", trained, "--like", tmp_path / "none.png", "--out", out)
    assert code == 1
    assert "none.png" in err


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


def test_that_help_shows_flags_without_a_value(gan) -> None:
    for command, flags in {"train": ["demo"], "scan": ["json", "quick"], "check": ["cost"]}.items():
        _, out, _ = gan(command, "--help")
        for flag in [*flags, "help"]:
            assert re.search(rf"--{flag} +[A-Z]", out), out


def test_that_help_and_the_readme_name_everything_that_is_exported(gan) -> None:
    told = re.findall("[a-z_]+", gan("export", "--help")[1])
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (row,) = (line for line in readme.splitlines() if line.startswith("| `export "))
    for key in (exporter.key() for exporter in EXPORTERS):
        assert key in told, "name it in the help of --what"
        assert key in re.findall("[a-z_]+", row), "name it in README.md"


def test_that_presets_are_listed(gan) -> None:
    assert "quick-cpu-32" in gan("presets")[1]


def test_that_the_order_of_what_is_set_does_not_matter(gan, emoji: Path, tmp_path: Path) -> None:
    """A new kind resets its section, and what was said of the section before it too."""
    said = ("loss.kind=hinge", "loss.margin=2", "loss.pairing=pair", "optimizer_g.kind=adam")
    words = [["--set", one] for one in said]
    for name, order in (("there", words), ("back", words[::-1])):
        pairs = [word for one in order for word in one]
        run = tmp_path / name
        code, _, err = gan("train", "--data", emoji, "--images", 4, "--out", run, *SMALL, *pairs)
        assert code == 0, err
        draft = configfile.read_draft(run / "run.toml")
        assert draft["loss"] == {"kind": "hinge", "margin": 2.0, "pairing": "pair"}
        assert draft["optimizer_g"]["rate"] == 8e-4  # the preset's: its kind was adam already


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
    for words in ("kFLOP", "Memory, estimated", "Speed, measured", "images/s"):
        assert words in out
    assert not re.search(r"\b0(\.0+)? .?(B|FLOP)", out)


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


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
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
