"""What the program is built on, and under which licences; it is asked before the engine is there."""

from __future__ import annotations

from importlib import metadata

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
