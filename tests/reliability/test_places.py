"""Run files and presets of strangers lead nowhere beyond this computer's own files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gan_engine import cli, configfile, paths
from gan_engine.config import METRICS, RunConfig, check, default_draft
from gan_engine.drafts import get, merge, put
from gan_engine.errors import FileError, ImagesChangedError
from gan_engine.schema import settings_of
from gan_engine.training import originals, train
from studio.document import Document
from tests.reliability.helpers import tiny

NETWORK = [
    r"\\server\share", "//server/share", r"\\10.0.0.1\c$\x", r"//server\share", r"\\?\UNC\server\share",
    r"\\.\UNC\server\share", r"  \\server\share", r"\/server/share",
]  # fmt: skip
DEVICES = [
    "/dev/zero", "/dev", "/dev/fd/0", "/proc/self/fd/0", "/sys/kernel", "/home/../dev/stdin",
    r"\\.\PhysicalDrive0", r"\\.\pipe\x", r"\\?\C:\x", r"C:\NUL", r"C:\x\com1.png", r"in\con", "C:/aux",
]  # fmt: skip
FINE = [
    "builtin", "/home/alice/cats", "cats", "../cats", "~/Pictures", "/dev/shm/cats", "/developer/x",
    r"C:\Users\alice\cats", "D:/cats.zip", "/home/alice/con", "/home/alice/aux.d", "/srv/nas/cats", "console",
    r"C:\contact", "/home/proc/x",
]  # fmt: skip
FID = "metrics.fid.weights"


@pytest.mark.parametrize("text", NETWORK)
def test_that_a_place_on_another_computer_is_seen(text: str) -> None:
    assert paths.leads_to(text) == "network"


@pytest.mark.parametrize("text", DEVICES)
def test_that_a_device_is_seen(text: str) -> None:
    assert paths.leads_to(text) == "device"


@pytest.mark.parametrize("text", FINE)
def test_that_an_ordinary_place_is_let_be(text: str) -> None:
    assert paths.leads_to(text) == ""


@pytest.mark.parametrize("setting", ["data.folder", FID])
@pytest.mark.parametrize("place", [r"\\server\share", "/dev/zero"])
def test_that_a_run_file_that_leads_away_is_refused_and_nothing_is_looked_at(
    place: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "theirs.toml"
    configfile.write_draft(file, put(default_draft(), setting, place))
    looked: list[str] = []
    for name in ("is_file", "is_dir", "stat"):
        plain = getattr(Path, name)
        monkeypatch.setattr(
            Path,
            name,
            lambda self, *a, plain=plain, **k: looked.append(str(self)) or plain(self, *a, **k),
        )
    document = Document()
    before = document.draft
    with pytest.raises(FileError, match=r"theirs\.toml") as refused:
        document.read(file)
    assert place in refused.value.text
    assert "yourself" in refused.value.hint
    assert document.draft == before
    assert not [path for path in looked if path.startswith(place)]


@pytest.mark.parametrize("words", [["train"], ["check"]])
def test_that_the_command_line_refuses_it_too(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    file = tmp_path / "theirs.toml"
    configfile.write_draft(file, put(default_draft(), "data.folder", r"\\server\share"))
    monkeypatch.setattr(sys, "argv", ["gan-engine", *words, str(file)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "another computer" in capsys.readouterr().err


def test_that_a_folder_of_ones_own_takes_the_place_of_theirs(tmp_path: Path) -> None:
    file = tmp_path / "theirs.toml"
    configfile.write_draft(file, put(default_draft(), "data.folder", r"\\server\share"))
    assert get(configfile.read_given(file, ("data.folder",)), "data.folder") is None


def test_that_a_preset_carries_no_file_of_anybodys() -> None:
    draft = merge(default_draft(), {"metrics": {"fid": {"weights": "/home/alice/fid.pth"}}})
    file = configfile.save_preset("mine", "", draft)
    assert "alice" not in file.read_text(encoding="utf-8")
    theirs = {"metrics": {"fid": {"weights": "//server/x", "resize": "legacy"}}}
    preset = configfile.Preset("theirs", "Fast", "", theirs, own=True)
    assert get(configfile.with_preset(preset), FID) is None
    chosen = configfile.with_preset(preset, draft)
    assert (get(chosen, FID), get(chosen, "metrics.fid.resize")) == (
        "/home/alice/fid.pth",
        "legacy",
    )


def test_that_every_setting_that_sounds_like_a_place_is_known_as_one() -> None:
    every = [setting for part in METRICS for setting in settings_of(part)]
    for section in settings_of(RunConfig):
        every += settings_of(section.parts[0]) if section.kind == "section" else [section]
    texts = {s.name: s.is_place for s in every if s.kind in ("text", "folder", "color")}
    assert {name for name, is_place in texts.items() if is_place} == {"folder", "weights"}
    # A text that is new here: say whether it names a file or a folder.
    no_places = {"background", "skip_kinds", "exclude", "keep"}
    assert {name for name, is_place in texts.items() if not is_place} == no_places


def test_that_a_run_from_elsewhere_does_not_look_at_another_computer(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(train(tiny(emoji), folder=tmp_path / "run"))
    asked: list[str] = []
    monkeypatch.setattr(originals, "walk", lambda path: asked.append(str(path)) or iter(()))
    settings = tiny(emoji).data.model_copy(update={"folder": "//server/share"})
    with pytest.raises(ImagesChangedError, match="no longer where they were"):
        originals.settled(tmp_path / "run", settings, "ask", None)
    assert not asked


HOSTILE = [
    "\N{SYMBOL FOR SUBSTITUTE}zz",
    "\N{SYMBOL FOR SUBSTITUTE}-1",
    "\0",
    "\ud800",
    "x" * 5000,
    "~x/y",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("setting", ["data.folder", FID])
def test_that_names_that_no_file_could_have_are_told_and_not_thrown(
    setting: str, text: str
) -> None:
    _, problems = check(put(default_draft(), setting, text))
    assert setting in [problem.path for problem in problems]
    assert Document(put(default_draft(), setting, text)).problems_at(setting)
