"""What the user likes: a typed file, and the window's layout beside it."""

from __future__ import annotations

import contextlib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import ConfigDict, ValidationError
from PySide6.QtCore import QObject, QSettings, Signal

from gan_engine import EngineError, Message, Part, option, part_of, paths, write_durably
from studio.i18n import LANGUAGES

LAYOUT_VERSION = 2


class Likes(Part):
    """The table in the file: what is an `option` has its place in the dialog, the rest is memory."""

    model_config = ConfigDict(extra="ignore")

    language: Literal["system", "en", "zh_CN"] = option(
        "system",
        help="What the window speaks; it changes at once.",
        names={"system": "Follow the system", **LANGUAGES},
    )
    theme: Literal["system", "light", "dark"] = option(
        "system",
        help="Whether the window is light or dark.",
        names={"system": "Follow the system", "light": "Light", "dark": "Dark"},
    )
    interface_size: Literal[100, 125, 150, 175, 200, 250, 300] = option(
        100,
        label="Size of text and controls",
        help="On top of what the system asks for. It takes effect when GAN Studio starts again.",
        names={n: f"{n} %" for n in (100, 125, 150, 175, 200, 250, 300)},
    )
    train_more_images: int = option(
        100_000,
        ge=1,
        le=1_000_000_000,
        scale="log",
        unit="images",
        label="Train more",
        help="By how many images “Train more” makes a run longer that has come to its end.",
    )
    prepared_gb: int = option(
        20,
        ge=0,
        le=100_000,
        unit="GB",
        label="Room for prepared images",
        help="When a run starts, what was used longest ago goes until the rest fits; 0 keeps all.",
    )
    last_folder: str = ""
    last_export_folder: str = ""
    tour_seen: bool = False


class Preferences(QObject):
    """Reads the file once, writes it on each change; a broken file is set aside, never lost."""

    changed = Signal(str, object)

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self.folder = folder or paths.state()
        self._file = self.folder / "preferences.toml"
        self.problem = ""
        """What was wrong with the file, in a sentence; empty when it was fine."""
        self._likes = self._read()

    @property
    def theme(self) -> Literal["system", "light", "dark"]:
        return self._likes.theme

    @property
    def language(self) -> str:
        return self._likes.language

    @property
    def last_folder(self) -> str:
        return self._likes.last_folder

    @property
    def last_export_folder(self) -> str:
        return self._likes.last_export_folder

    @property
    def train_more_images(self) -> int:
        return self._likes.train_more_images

    def get(self, name: str) -> Any:
        """Return one preference by its name in the file."""
        return getattr(self._likes, name)

    def wrong_with(self, name: str, value: Any) -> str:
        """Return why a preference cannot have this value, in a sentence; empty if it can."""
        _, problems = part_of(Likes, {**self._likes.model_dump(), name: value})
        return str(problems[0].text) if problems else ""

    def set(self, name: str, value: Any) -> None:
        """Change one preference and keep it; a disk that cannot be written only costs the keeping.

        Raises:
            ValueError: The preference cannot be that.
        """
        if self.get(name) == value:
            return
        self._likes = Likes.model_validate({**self._likes.model_dump(), name: value})
        self._write()
        self.changed.emit(name, self.get(name))

    def scale_interface(self) -> None:
        """Tell Qt the size of everything; it listens only before there is an application."""
        if self._likes.interface_size != 100:
            os.environ.setdefault("QT_SCALE_FACTOR", str(self._likes.interface_size / 100))

    def layout(self) -> QSettings:
        """Return where the window's geometry and docks are kept."""
        return QSettings(str(self.folder / "layout.ini"), QSettings.Format.IniFormat)

    def _read(self) -> Likes:
        try:
            return Likes.model_validate(tomllib.loads(self._file.read_text(encoding="utf-8")))
        except OSError:
            return Likes()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
            aside = self._file.with_suffix(".broken.toml")
            with contextlib.suppress(OSError):
                self._file.replace(aside)
            self.problem = Message(
                "The preferences could not be read; they were set aside as “{name}”.",
                name=aside.name,
            )
            return Likes()

    def _write(self) -> None:
        with contextlib.suppress(EngineError):
            write_durably(self._file, tomli_w.dumps(self._likes.model_dump()).encode())
