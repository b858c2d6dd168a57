"""What the user likes: a typed file, and the window's layout beside it."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QIODevice, QObject, QSaveFile, QSettings, Signal

from gan_engine import paths

LAYOUT_VERSION = 1


class _Table(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    theme: Literal["system", "light", "dark"] = "system"
    language: str = "en"
    last_folder: str = ""
    last_export_folder: str = ""
    train_more_images: int = 100_000


class Preferences(QObject):
    """Reads the file once, writes it on each change; a broken file is set aside, never lost."""

    changed = Signal(str, object)

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self.folder = folder or paths.state()
        self._file = self.folder / "preferences.toml"
        self.problem = ""
        """What was wrong with the file, in a sentence; empty when it was fine."""
        self._table = self._read()

    @property
    def theme(self) -> Literal["system", "light", "dark"]:
        return self._table.theme

    @property
    def last_folder(self) -> str:
        return self._table.last_folder

    @property
    def last_export_folder(self) -> str:
        return self._table.last_export_folder

    @property
    def train_more_images(self) -> int:
        return self._table.train_more_images

    def set(self, name: str, value: Any) -> None:
        """Change one preference and keep it; a disk that cannot be written only costs the keeping."""
        if getattr(self._table, name) == value:
            return
        setattr(self._table, name, value)
        self._write()
        self.changed.emit(name, value)

    def layout(self) -> QSettings:
        """Return where the window's geometry and docks are kept."""
        return QSettings(str(self.folder / "layout.ini"), QSettings.Format.IniFormat)

    def _read(self) -> _Table:
        try:
            return _Table.model_validate(tomllib.loads(self._file.read_text(encoding="utf-8")))
        except OSError:
            return _Table()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
            aside = self._file.with_suffix(".broken.toml")
            with contextlib.suppress(OSError):
                self._file.replace(aside)
            self.problem = (
                f"The preferences could not be read; they were set aside as “{aside.name}”."
            )
            return _Table()

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
        file = QSaveFile(str(self._file))
        if file.open(QIODevice.OpenModeFlag.WriteOnly):
            file.write(tomli_w.dumps(self._table.model_dump()).encode())
            file.commit()
