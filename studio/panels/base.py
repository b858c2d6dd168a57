"""What every panel is: shown things by `show_*`, tells of the user's wishes by signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from studio.context import Studio


class Panel(QWidget):
    """One page or dock of the window; it knows no model outside `bind`."""

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""

    page_asked = Signal(str)
    """Another page should come to the front, by its key."""
    setting_asked = Signal(str)
    """The setting at this path should come into view."""
    action_asked = Signal(str)
    """An entry of the table of actions should happen, by its key: a button that has a menu's twin."""

    def bind(self, studio: Studio) -> None:
        """Listen to the models and let them listen: the only method that names one."""
        raise NotImplementedError
