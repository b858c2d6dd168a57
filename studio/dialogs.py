"""The dialogs of the main window: made when first asked for, kept, blocking nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from studio import help_pages

if TYPE_CHECKING:
    from studio.context import Studio
    from studio.panels.dialog import Dialog

_Kind = TypeVar("_Kind", bound="Dialog")


class Dialogs(QObject):
    """Brings a dialog to the front; what was typed in it is still there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._studio: Studio | None = None
        self._made: dict[type[Dialog], Dialog] = {}

    def bind(self, studio: Studio) -> None:
        self._studio = studio

    @Slot()
    def show_export(self) -> None:
        from studio.panels.export import ExportDialog  # it draws on the engine, which loads later

        self._show(ExportDialog)

    @Slot()
    def show_preferences(self) -> None:
        from studio.panels.likes import LikesDialog  # its forms draw on the engine

        self._show(LikesDialog)

    @Slot(object)
    def show_start(self, path: Path) -> None:
        from studio.panels.starting import StartDialog  # it draws on the engine, which loads later

        self._show(StartDialog).open_file(path)

    @Slot()
    def show_several(self) -> None:
        from studio.panels.several import SeveralDialog  # it draws on the engine

        self._show(SeveralDialog)

    @Slot()
    def show_left_out(self) -> None:
        from studio.panels.run_pictures import RunPicturesDialog  # it draws on the engine

        self._show(RunPicturesDialog)

    @Slot(str)
    def show_help(self, key: str) -> None:
        help_pages.show_help(key, self._window)

    def hand_over(self, heir: Dialogs) -> None:
        """Let another window show what is open here."""
        for made in self._made.values():
            if made.isVisible():
                heir._show(type(made)).take_over(made)

    def _show(self, kind: type[_Kind]) -> _Kind:
        """Bring the dialog of this kind to the front; only asked for once there are models."""
        assert self._studio is not None
        dialog = self._made.get(kind)
        if not isinstance(dialog, kind):
            dialog = kind(parent=self._window)  # type: ignore[call-arg]
            dialog.bind(self._studio)
            self._made[kind] = dialog
        dialog.show()
        dialog.raise_()
        return dialog
