"""Files of weights from strangers: nothing in them runs, each refusal has its reason, good ones open."""

from __future__ import annotations

import os
import signal
import sys
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gan_engine import checkpoint, cli, configfile, paths
from gan_engine.errors import EngineError, FileError, ForeignFileError
from gan_engine.events import Notice, Saved, Started
from gan_engine.foreign import limits_for, match_weights, read_weights, start_from, weights_that_fit
from gan_engine.training import train
from tests.reliability.helpers import newest, of_kind, tiny
from tests.reliability.hostile import EVERY, MARK

TORCHS_OWN = ("weights_only", "add_safe_globals", "Unpickl", "unpickl", "Traceback", "torch.load")
"""Words of torch's errors; they go on to tell the reader how to load the file all the same."""


REASONS = {
    "stylegan.pkl": "is a pickle",
    "eval.pt": "asks for more",
    "endless.pt": "took longer",
    "bomb.pt": "claims to hold more",
    "swollen.pt": "claims to hold more",
    "petabyte.pt": "claims to hold more",
    "program.pt": "holds a program",
    "no_number.pt": "no numbers",
    "strange_name.pt": "names that cannot be",
    "eighths.safetensors": "not plain numbers",
    "enormous.safetensors": "MB of memory",
    "fifo.safetensors": "no ordinary file",
    "device.pt": "no ordinary file",
}


@pytest.mark.timeout(45)  # a file's own limit is ten seconds; the rest is a slow machine's
@pytest.mark.skipif(os.name == "nt", reason="pipes and devices as POSIX has them")
@pytest.mark.parametrize("name", EVERY)
def test_that_a_hostile_file_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    suffix, make = EVERY[name]
    path = tmp_path / f"weights{suffix}"
    make(path)
    with pytest.raises(FileError) as refused:
        read_weights(path)
    assert path.name in refused.value.text
    assert REASONS.get(name, "") in refused.value.text
    assert refused.value.hint
    assert not any(word in str(refused.value) for word in TORCHS_OWN)
    assert not (tmp_path / MARK).exists()


def test_that_code_is_named_as_the_reason(tmp_path: Path) -> None:
    for name in ("stylegan.pkl", "eval.pt", "among_weights.pt", "newer_pickle.pt", "program.pt"):
        suffix, make = EVERY[name]
        path = tmp_path / f"{name}{suffix}"
        make(path)
        with pytest.raises(ForeignFileError, match="not opened"):
            read_weights(path)


def test_that_a_small_file_has_at_most_ten_seconds_and_a_quarter_gigabyte() -> None:
    assert limits_for(2**20).seconds <= 10
    assert limits_for(2**20).memory <= 2**28


def test_that_good_files_open_as_they_are(tmp_path: Path) -> None:
    draw = torch.Generator().manual_seed(1)
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    tied = torch.randn(5, generator=draw)
    weights = {
        "half": torch.randn(2, 2, generator=draw).bfloat16(),
        "count": torch.tensor(7),
        "turned": torch.randn(3, 4, generator=draw).T,
        "none": torch.empty(0, 3),
        "one": tied,
        "two": tied,
        "own": torch.nn.Parameter(torch.randn(3, generator=draw)),
    }
    nested = {"epoch": 3, "state_dict": OrderedDict(weights), "net": network.state_dict()}
    torch.save(nested, tmp_path / "a.pt")
    found = read_weights(tmp_path / "a.pt")
    assert found.keys() == {f"state_dict.{n}" for n in weights} | {
        f"net.{n}" for n in network.state_dict()
    }
    assert all(torch.equal(found[f"state_dict.{n}"], t) for n, t in weights.items())
    assert found["state_dict.half"].dtype == torch.bfloat16
    plain = {n: t.detach().contiguous().clone() for n, t in weights.items()}
    save_file(plain, tmp_path / "a.safetensors", {"from": "elsewhere"})
    found = read_weights(tmp_path / "a.safetensors")
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[n], t) for n, t in weights.items())


def test_that_the_table_says_what_fits_and_nothing_else_is_taken() -> None:
    wanted = {
        "g.a": torch.zeros(2),
        "g.b": torch.zeros(3),
        "ema.a": torch.zeros(2),
        "d.a": torch.zeros(2),
    }
    weights = {
        "module.netG.a": torch.ones(2),
        "module.netG.b": torch.ones(4),
        "optimizer": torch.ones(9),
    }
    table = start_from(wanted, weights)
    assert [(m.name, m.expected, m.found, m.taken) for m in table] == [
        ("g.a", (2,), (2,), True),
        ("g.b", (3,), (4,), False),
        ("ema.a", (2,), (2,), True),
        ("d.a", (2,), None, False),
        ("optimizer", None, (9,), False),
    ]
    assert wanted["g.a"].tolist() == wanted["ema.a"].tolist() == [1, 1]
    assert wanted["g.b"].tolist() == [0, 0, 0]
    with pytest.raises(EngineError, match="None of the 1"):
        start_from(wanted, {"x": torch.ones(2)})


def test_that_a_run_starts_from_weights_where_they_fit(emoji: Path, tmp_path: Path) -> None:
    list(train(tiny(emoji), folder=tmp_path / "first"))
    source, saved, _ = checkpoint.newest(tmp_path / "first")
    slow = {"optimizer_g": {"rate": 1e-9}, "optimizer_d": {"rate": 1e-9}, "ema": {"half_life": 0}}
    config = tiny(emoji, training={"images": 4}, **slow)
    events = list(train(config, folder=tmp_path / "second", start_from=source))
    told = [notice.text for notice in of_kind(events, Notice) if notice.key == "start"]
    count = sum(name.split(".")[0] in ("g", "d", "ema") for name in saved.tensors)
    assert told == [f"{count} of {count} tensors start from the file."]
    begun = newest(tmp_path / "second").tensors
    for name, tensor in saved.tensors.items():
        if name.startswith(("g.", "d.")) and name.endswith("weight"):
            assert torch.allclose(begun[name], tensor, atol=1e-5)


def test_that_a_file_that_is_refused_starts_no_run(emoji: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pkl").write_bytes(b"")
    with pytest.raises(ForeignFileError):
        list(train(tiny(emoji), folder=tmp_path / "run", start_from=tmp_path / "bad.pkl"))
    assert not (tmp_path / "run").exists()


def test_that_weights_of_other_shapes_are_left_and_said(emoji: Path, tmp_path: Path) -> None:
    wide = {"architecture": {"width": 8}}
    list(train(tiny(emoji, training={"images": 4}), folder=tmp_path / "first"))
    saved = newest(tmp_path / "first")
    config = tiny(emoji, training={"images": 4}, **wide)
    run = train(
        config, folder=tmp_path / "second", start_from=checkpoint.listed(tmp_path / "first")[0]
    )
    events = list(run)
    assert of_kind(events, Started)
    assert of_kind(events, Saved)
    table = match_weights(newest(tmp_path / "second").tensors, saved.tensors)
    assert {match.taken for match in table if match.name.startswith("g.")} == {True, False}


def test_that_the_command_line_shows_the_same_table(
    emoji: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny(emoji, training={"images": 4})
    list(train(config, folder=tmp_path / "first"))
    source = checkpoint.listed(tmp_path / "first")[0]
    configfile.write_draft(tmp_path / "wanted.toml", config.draft())
    words = [
        "gan-engine",
        "train",
        str(tmp_path / "wanted.toml"),
        "--out",
        str(tmp_path / "second"),
    ]
    monkeypatch.setattr(sys, "argv", [*words, "--start-from", str(source)])
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # pytest keeps its own
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    table = weights_that_fit(config, source)
    assert ["tensor", "expected", "found", "taken"] in lines
    for match in table:
        shape = "x".join(map(str, match.expected or ())) or "number"
        assert [match.name, shape, shape, "yes"] in lines


@pytest.mark.parametrize("folder", ["/etc", "../../secrets", "~/Pictures", "//server/share"])
def test_that_a_preset_cannot_choose_what_is_read(folder: str) -> None:
    paths.presets().mkdir(parents=True)
    file = paths.presets() / "theirs.toml"
    file.write_text(f'title = "Fast"\n[data]\nfolder = "{folder}"\nsize = 32\n', encoding="utf-8")
    preset = configfile.find_preset("theirs")
    alone = configfile.with_preset(preset)
    assert (alone["data"]["folder"], alone["data"]["size"]) == ("builtin", 32)
    mine = configfile.with_preset(preset, {"data": {"folder": "/home/me/cats"}})
    assert mine["data"]["folder"] == "/home/me/cats"


def test_that_the_name_of_a_preset_leads_nowhere_else(tmp_path: Path) -> None:
    written = configfile.save_preset("../../../../out", "", {"data": {"folder": str(tmp_path)}})
    assert written.parent == paths.presets()
    assert str(tmp_path) not in written.read_text(encoding="utf-8")
    with pytest.raises(FileError):
        configfile.find_preset("../../run")
