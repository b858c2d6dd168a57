"""What the command palette can find: every action, panel, setting, preset and recent run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDockWidget, QWidget

from gan_engine import RunConfig, escape, read_presets, walk, with_preset
from studio.actions import ACTIONS
from studio.acts import Actions
from studio.i18n import tr
from studio.meanings import page
from studio.synonyms import other_names
from studio.widgets.palette import Entry, Palette

if TYPE_CHECKING:
    from gan_engine import Preset, Setting
    from studio.deeds import Deeds

RECENT = 20
_LEFT_OUT = ("palette",)


class Seeking(QObject):
    """Fills the palette afresh each time it is opened."""

    def __init__(self, window: QWidget, deeds: Deeds) -> None:
        super().__init__(window)
        self._window, self._deeds = window, deeds
        self._actions = window.findChild(Actions)
        self.palette = Palette(window)

    def open(self) -> None:
        """Show the palette, or hide it when it is there."""
        told = (self._commands, self._panels, self._recent, self._presets, self._settings)
        self.palette.open([entry for tell in told for entry in tell()])

    def _commands(self) -> Iterator[Entry]:
        assert isinstance(self._actions, Actions)
        for spec in ACTIONS:
            action = self._actions[spec.key]
            if spec.key not in _LEFT_OUT:
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                tip = action.toolTip()
                yield Entry(
                    action.text(), tr(spec.menu), action.trigger, "", tip, keys, action.isEnabled()
                )

    def _panels(self) -> Iterator[Entry]:
        """Yield what stands beside the page; the guide is a command already."""
        for dock in self._window.findChildren(QDockWidget):
            if (key := dock.objectName().removeprefix("dock-")) != "guide":
                bring = partial(self._deeds.dock_asked.emit, key, "")
                yield Entry(dock.windowTitle(), tr("View"), bring)

    def _settings(self) -> Iterator[Entry]:
        names: dict[str, str] = {}
        for setting in walk(RunConfig, self._deeds.studio.document.draft):
            names[setting.path] = tr(setting.label)
            above = setting.path.rpartition(".")[0]
            if setting.kind not in ("section", "each"):
                yield Entry(
                    tr(setting.label),
                    tr("Setting"),
                    partial(self._deeds.setting_asked.emit, setting.path),
                    names.get(above, ""),
                    _also(setting),
                    names=other_names(setting.path),
                )
            if setting.kind == "each":
                for part in setting.parts:
                    path = f"{setting.path}.{part.key()}"
                    names[path] = tr(part.title)
                    about = page(part)
                    asked = partial(self._deeds.setting_asked.emit, path)
                    also = other_names(path)
                    where = tr(setting.label)
                    yield Entry(tr(part.title), tr("Setting"), asked, where, about, names=also)

    def _presets(self) -> Iterator[Entry]:
        free = not self._deeds.studio.run.is_active
        for preset in read_presets():
            take = partial(self._take_preset, preset)
            yield Entry(tr(preset.title), tr("Preset"), take, "", tr(preset.about), on=free)

    def _recent(self) -> Iterator[Entry]:
        studio = self._deeds.studio
        for info in studio.library.runs[:RECENT]:
            seen = tr("{count:,} images", count=info.images_seen)
            show = partial(self._deeds.open, info.folder)
            yield Entry(escape(info.title), tr("Run"), show, seen, on=not studio.run.is_active)

    def _take_preset(self, preset: Preset) -> None:
        document = self._deeds.studio.document
        document.load(with_preset(preset, document.draft))
        self._deeds.page_asked.emit("design")


def _also(setting: Setting) -> str:
    """Return what a setting is about, and its English name where it goes by another."""
    name = "" if tr(setting.label) == setting.label else f" {setting.label}"
    return f"{tr(setting.help)}{name}"
