"""What `pip install .` installs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house.source import shown, tracked_files


def test_that_the_wheel_carries_the_program_its_resources_and_its_commands(tmp_path: Path) -> None:
    source = tmp_path / "source"
    kept = [p for p in tracked_files() if not shown(p).startswith(("tests/", "."))]
    for path in kept:
        target = source / shown(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index"]
    made = [*pip, "--no-build-isolation", "-w", str(tmp_path), str(source)]
    built = subprocess.run(made, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("gan_studio-*.whl"))) as wheel:
        names = set(wheel.namelist())
        commands = wheel.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    files = {shown(p) for p in kept if shown(p).startswith(("gan_engine/", "studio/"))}
    resources = {shown(p) for p in kept if shown(p).startswith("resources/")}
    assert files | {f"gan_engine/{name}" for name in resources} <= names
    assert "gan-studio = studio.app:main" in commands
    assert "gan-engine = gan_engine.cli:main" in commands
