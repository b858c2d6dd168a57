"""Where runs, caches, presets and the program's own resources are."""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
import sys
from pathlib import Path
from typing import Literal

import platformdirs

BUILTIN = "builtin"
"""What `data.folder` says for the images that come with the program."""


_DEVICES = ("/dev", "/proc", "/sys")
_RESERVED = re.compile(r"(con|prn|aux|nul|con(in|out)\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


def leads_to(text: str) -> Literal["", "network", "device"]:
    """Return where a path would lead that somebody else wrote, if not to this computer's files.

    Looking at a path on another computer tells that computer who looks; a device may never answer.
    """
    plain = text.strip().replace("\\", "/")
    if plain.startswith("//"):
        first, _, rest = plain[2:].lstrip("/").partition("/")
        if first in (".", "?"):
            return "network" if rest.lower().startswith("unc/") else "device"
        return "network"
    real = posixpath.normpath(plain)
    if any(real == top or real.startswith(f"{top}/") for top in _DEVICES):
        return "" if real.startswith("/dev/shm/") else "device"
    windows = os.name == "nt" or plain != text.strip() or plain[1:2] == ":"
    named = windows and any(_RESERVED.fullmatch(part.rstrip(" .")) for part in plain.split("/"))
    return "device" if named else ""


def expanded(text: str) -> Path:
    """Return the path of a text in which `~` may stand for a home; one that nobody has stays as it is."""
    path = Path(text)
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def resources() -> Path:
    """Return the folder of the program's own pictures, presets and guide."""
    beside = Path(__file__).resolve().parent.parent / "resources"
    return beside if beside.is_dir() else Path(__file__).resolve().parent / "resources"


def builtin_images() -> Path:
    """Return the folder of the images that come with the program."""
    return resources() / "images" / "noto-emoji"


def builtin_presets() -> Path:
    """Return the folder of the presets that come with the program."""
    return resources() / "presets"


def home() -> Path:
    """Return the library: the user's `GAN Studio` folder, or `GAN_STUDIO_HOME`."""
    chosen = os.environ.get("GAN_STUDIO_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_documents_path()) / "GAN Studio"


def runs() -> Path:
    """Return the folder that holds a folder a run."""
    return home() / "runs"


def is_own(run: Path) -> bool:
    """Return whether a run's folder lies in the library, so that nobody else made it."""
    return run.resolve().parent == runs().resolve()


def presets() -> Path:
    """Return the folder of the user's own presets."""
    return home() / "presets"


def cache() -> Path:
    """Return the folder of what can be made again: prepared images, scans, thumbnails."""
    chosen = os.environ.get("GAN_STUDIO_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_path("gan-studio"))


def state() -> Path:
    """Return the folder of preferences, window layout and logs."""
    chosen = os.environ.get("GAN_STUDIO_STATE")
    return Path(chosen) if chosen else Path(platformdirs.user_config_path("gan-studio"))


def for_a_child() -> dict[str, str]:
    """Return this process's environment for one that it starts, which finds the same packages."""
    search = dict.fromkeys([str(Path(__file__).resolve().parent.parent), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(search)}
