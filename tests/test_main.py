"""The bootstrap: what it finds missing, what it says, what it installs, how it goes on."""

from __future__ import annotations

import ast
import base64
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

import main
from gan_engine import cards
from gan_engine.cli import app
from tests.house.source import ROOT

VERSIONS = ["2.9.1", "2.10", "2.13.0+cpu", "6.9.3", "6.11.0", "6.11.3", "6.12.0", "10.3", "13.0.0"]
SPECIFIERS = [">=2.10", ">=6.10,!=6.11.0,!=6.11.1,<6.12", ">=10.3", "==2.13.0", "<=6.11", ">6.9.3"]


def start(folder: Path, *words: str, **env: str) -> subprocess.Popen[str]:
    """Start `main.py` of a folder as a person would, on a machine without a display."""
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONPATH")
    bare = {name: value for name, value in os.environ.items() if name not in shown}
    command = [getattr(sys, "_base_executable", sys.executable), "main.py", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, env=bare | env, stdout=pipe, stderr=pipe, text=True
    )


def run(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `main.py` so, to its end."""
    process = start(folder, *words, **env)
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.mark.parametrize("specifier", SPECIFIERS)
@pytest.mark.parametrize("version", VERSIONS)
def test_that_versions_are_compared_as_pip_compares_them(version: str, specifier: str) -> None:
    public = version.partition("+")[0]
    assert main.satisfies(version, specifier) == SpecifierSet(specifier).contains(public)


def test_that_this_environment_lacks_nothing() -> None:
    assert main.lacking(main.requirements(["test"]), sys.path) == []


def test_that_what_is_absent_or_too_old_is_named() -> None:
    wanted = ["pytest>=8.0", "pytest>=9999", "gan-studio-never-made>=1"]
    assert main.lacking(wanted, sys.path) == wanted[1:]


def test_that_a_disk_without_locks_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(file: object, wish: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (tmp_path / "lock").open("a", encoding="utf-8") as lock:
        assert main.holds(lock)


def test_that_missing_libraries_are_named_in_one_line() -> None:
    needed = {"libnot-there.so.7": "libnot-there7", "libnor-this.so.1": "libnor-this1"}
    with pytest.raises(main.CannotStartError) as told:
        main.check_packages(needed, needs_venv=False)
    line = str(told.value).splitlines()[-1].strip()
    assert line.removeprefix("sudo ") == "apt-get install -y libnot-there7 libnor-this1"


def test_that_a_python_without_venv_is_told_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(main.CannotStartError, match="apt-get install -y python3-venv"):
        main.check_packages({}, needs_venv=True)
    main.check_packages({}, needs_venv=False)


def test_that_an_old_python_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert main.main([]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_that_an_old_python_can_read_the_bootstrap() -> None:
    ast.parse((ROOT / "main.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_that_words_choose_what_starts() -> None:
    assert [main.mode_of([word]) for word in main.ENGINE] == ["engine"] * len(main.ENGINE)
    assert main.mode_of(["test", "-k", "x"]) == "test"
    assert main.mode_of([]) == main.mode_of(["--demo"]) == main.mode_of([str(ROOT)]) == "studio"


def test_that_every_command_of_the_engine_is_one_of_main() -> None:
    commands = {
        command.callback.__name__ for command in app.registered_commands if command.callback
    }
    assert set(main.ENGINE) == commands


def test_that_a_misspelt_command_is_answered() -> None:
    outcome = run(ROOT, "trian")
    assert outcome.returncode == 1
    assert "Did you mean “train”?" in outcome.stderr


def test_that_a_window_without_a_display_is_refused_with_a_way_out() -> None:
    outcome = run(ROOT)
    assert outcome.returncode == 1
    assert "--demo" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_that_help_needs_no_environment() -> None:
    outcome = run(ROOT, "--help")
    assert outcome.returncode == 0
    assert "python3 main.py --demo" in outcome.stdout


def test_that_the_version_needs_no_environment_and_no_display() -> None:
    from gan_engine import __version__

    outcome = run(ROOT, "--version")
    assert (outcome.returncode, outcome.stdout.strip()) == (0, __version__)


# --- a bare machine, with a program that needs one tiny package --------------------------------

CLI = """
import gan_studio_probe, sys
def main():
    print("trained with", gan_studio_probe.__file__, *sys.argv)
    sys.exit(int(sys.argv[-1]) if sys.argv[-1].isdigit() else 0)
"""
APP = """
import os
def main(argv):
    print(*argv, os.environ["QT_QPA_PLATFORM"])
    return 0
"""
PYPROJECT = """
[project]
dependencies = ["gan-studio-probe>=1.0"]
[project.optional-dependencies]
test = []
"""


def make_wheel(folder: Path) -> None:
    """Write the smallest package that pip installs."""
    info = "gan_studio_probe-1.0.dist-info"
    files = {
        "gan_studio_probe.py": b"",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: gan-studio-probe\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{info}/RECORD,,"]
    with zipfile.ZipFile(folder / "gan_studio_probe-1.0-py3-none-any.whl", "w") as wheel:
        for name, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}")
            wheel.writestr(name, data)
        wheel.writestr(f"{info}/RECORD", "\n".join(record))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "gan_engine").mkdir()
    (folder / "gan_engine" / "cli.py").write_text(CLI, encoding="utf-8")
    (folder / "studio").mkdir()
    (folder / "studio" / "app.py").write_text(APP, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "constraints.txt").write_text("gan-studio-probe==1.0\n", encoding="utf-8")
    shutil.copy(ROOT / "main.py", folder)
    return folder


@pytest.mark.slow
def test_that_a_bare_machine_is_set_up_once_and_survives_interruptions(bare: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(bare)}
    failed = run(bare, "train", **offline)  # the package is not to be had yet
    assert failed.returncode == 1
    assert "pip could not install" in failed.stderr
    assert not (bare / ".venv" / main.STAMP.name).exists()

    make_wheel(bare)
    first = run(bare, "train", "7", **offline)
    assert first.returncode == 7, first.stderr
    assert "GAN Studio needs: gan-studio-probe." in first.stdout
    assert f"trained with {bare / '.venv'}" in first.stdout

    second = run(bare, "resume", **offline)
    assert second.returncode == 0
    assert second.stdout.count("\n") == 1  # nothing but the program's own words

    demo = run(bare, "--demo")
    assert demo.stdout == "--demo --demo-seconds 60 offscreen\n"

    (bare / ".venv" / main.UNFINISHED.name).touch()  # as a kill in the midst of pip leaves it
    shutil.rmtree(next((bare / ".venv").glob("lib/*/site-packages/pip")))
    third = run(bare, "train", **offline)
    assert third.returncode == 0, third.stderr
    assert "GAN Studio needs" in third.stdout

    (bare / ".venv" / main.UNFINISHED.name).touch()
    with (bare / main.LOCK.name).open("a", encoding="utf-8") as lock:
        assert main.holds(lock)
        waiting = start(bare, "train", **offline)
        assert waiting.stdout is not None
        assert "Another start is installing" in waiting.stdout.readline()
        (bare / ".venv" / main.UNFINISHED.name).unlink()  # that one is done
    said, _ = waiting.communicate()
    assert waiting.returncode == 0
    assert "GAN Studio needs" not in said


# --- torch for a card ---------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pip is asked for."""
    commands: list[list[str]] = []
    monkeypatch.setattr(main, "runs", lambda command, quiet: commands.append(command) or True)
    return commands


@pytest.mark.parametrize(
    ("system", "capability", "cuda", "build"),
    [
        ("nt", (8, 6), (13, 0), "cu130"),
        ("nt", (6, 1), (12, 4), "cu126"),
        ("posix", (8, 6), (13, 0), ""),
        ("posix", (8, 6), (12, 4), "cu126"),
        ("posix", (12, 0), (12, 8), ""),
    ],
)
def test_that_a_card_gets_the_torch_that_uses_it(
    system: str,
    capability: tuple[int, int],
    cuda: tuple[int, int],
    build: str,
    asked: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    driver = cards.Driver(cuda, (cards.Card("GeForce", capability),))
    monkeypatch.setattr(cards, "read_driver", lambda: driver)
    monkeypatch.setattr(main.os, "name", system)
    main.install_torch_for_card(["pip", "install"])
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").strip()
    wanted = [f"{pinned}+{build}", "--index-url", cards.INDEX + build]
    assert asked == ([["pip", "install", *wanted]] if build else [])
    said = capsys.readouterr().out
    assert ("GeForce" in said) == (bool(build) or cuda == (12, 8))


def test_that_nothing_is_asked_for_a_card_that_is_not_there(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "read_driver", lambda: None)
    for system in ("nt", "posix"):
        monkeypatch.setattr(main.os, "name", system)
        main.install_torch_for_card(["pip", "install"])
    assert asked == []


def test_that_a_build_that_cannot_be_had_does_not_stop_the_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    driver = cards.Driver((12, 4), (cards.Card("GeForce", (8, 6)),))
    monkeypatch.setattr(cards, "read_driver", lambda: driver)
    monkeypatch.setattr(main, "runs", lambda command, quiet: False)
    main.install_torch_for_card(["pip", "install"])
    assert "The usual torch is taken" in capsys.readouterr().out
