"""Where runs, caches, presets and the program's own resources are."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

BUILTIN = "builtin"
"""What `data.folder` says for the images that come with the program."""


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
