"""The dialogs of the main window: made when first asked for, kept, blocking nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from studio import help_pages

if TYPE_CHECKING:
    from studio.actions import Actions
    from studio.context import Studio
    from studio.panels.export import ExportDialog
    from studio.panels.likes import LikesDialog
    from studio.panels.several import SeveralDialog
    from studio.panels.starting import StartDialog


class Dialogs(QObject):
    """Brings a dialog to the front; what was typed in it is still there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._studio: Studio | None = None
        self._made: dict[str, QWidget] = {}

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

        self._show(StartDialog)
        dialog = self._made.get("StartDialog")
        if isinstance(dialog, StartDialog):
            dialog.open_file(path)

    @Slot()
    def show_several(self) -> None:
        from studio.panels.several import SeveralDialog  # it draws on the engine

        self._show(SeveralDialog)

    @Slot(str)
    def show_help(self, key: str) -> None:
        help_pages.show_help(key, self._window)

    def hand_over(self, acts: Actions) -> None:
        """Let another window show the preferences if they are open here."""
        if any(kind == "LikesDialog" and made.isVisible() for kind, made in self._made.items()):
            acts["show_preferences"].trigger()

    def _show(
        self,
        kind: type[ExportDialog] | type[LikesDialog] | type[SeveralDialog] | type[StartDialog],
    ) -> None:
        if self._studio is None:
            return
        if kind.__name__ not in self._made:
            dialog = kind(self._window)
            dialog.bind(self._studio)
            self._made[kind.__name__] = dialog
        self._made[kind.__name__].show()
        self._made[kind.__name__].raise_()
