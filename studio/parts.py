"""What the program is built on, and under which licences; it is asked before the engine is there."""

from __future__ import annotations

import re
from importlib import metadata

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

PARTS = (
    "torch",
    "numpy",
    "PySide6-Essentials",
    "pyqtgraph",
    "pillow",
    "pydantic",
    "tomli-w",
    "platformdirs",
    "psutil",
    "typer",
    "rich",
    "send2trash",
    "wakepy",
)
"""What the program is built on."""


def all_parts() -> tuple[str, ...]:
    """Return what the program is built on, and what that is built on, as far as it is installed."""
    found = dict.fromkeys(PARTS)
    waiting = list(PARTS)
    while waiting:
        for needed in _needs(waiting.pop()):
            if needed not in found:
                found[needed] = None
                waiting.append(needed)
    return (*PARTS, *sorted(set(found) - set(PARTS), key=str.lower))


def _needs(part: str) -> list[str]:
    """Return which packages a package needs here; those of its extras are not among them."""
    try:
        told = metadata.requires(part) or []
    except metadata.PackageNotFoundError:
        return []
    names = (_NAME.match(line) for line in told if "extra ==" not in line)
    here = (_known_as(name[0]) for name in names if name)
    return [name for name in here if name]


def _known_as(name: str) -> str:
    """Return the name that an installed package gives itself; "" where it is not installed."""
    try:
        return metadata.metadata(name)["Name"]
    except metadata.PackageNotFoundError:
        return ""


def licence_of(part: str) -> tuple[str, str]:
    """Return the version and the licence that a package tells of itself; "" where it tells none."""
    try:
        told = metadata.metadata(part)
    except metadata.PackageNotFoundError:
        return "", ""
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in told.get_all("Classifier") or ()
        if text.startswith("License ::")
    ]
    said = {name: told[name] for name in ("License", "License-Expression") if name in told}
    first = said.get("License", "").strip().partition("\n")[0][:60]
    return told["Version"], said.get("License-Expression") or ", ".join(classifiers) or first
