"""What is under version control reads the same everywhere and names no machine."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.source import ROOT, shown, tracked_files, tracked_links

BINARY = (".png", ".webp", ".otf", ".ttf", ".jpg", ".gif", ".safetensors", ".zip", ".qm")
TEXTS = [path for path in tracked_files() if path.suffix.lower() not in BINARY]
MACHINES = re.compile(r"(?<![\w.~])/(?:root|work|Users|mnt/\w+)/")


def test_that_a_text_is_utf8_with_plain_line_ends() -> None:
    assert not [shown(path) for path in TEXTS if not is_plain(path)]


def is_plain(path: Path) -> bool:
    data = path.read_bytes()
    text = data.decode("utf-8")
    ends = not text or text.endswith("\n")
    plain = b"\r" not in data and not data.startswith(b"\xef\xbb\xbf")
    return ends and plain and (path.suffix != ".py" or "\t" not in text)


def test_that_no_machine_is_named() -> None:
    places = [f"{folder}/" for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        assert not MACHINES.search(text), shown(path)
        assert not [place for place in places if place in text], shown(path)


def test_that_the_top_level_is_the_houses() -> None:
    tops = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    named = {"studio", "gan_engine", "resources", "tests", "pyproject.toml", "main.py"}
    hosting = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt"}
    assert {top for top in tops if not top.startswith(".")} <= named | hosting


def test_that_nothing_is_a_link() -> None:
    """A link names a place of one machine; checked out, it takes the place of what lies there."""
    assert not [shown(path) for path in tracked_links()]
