"""The end of the toolbar: what trains, and whether a card of this computer stands idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from studio import theme
from studio.i18n import tr

if TYPE_CHECKING:
    from gan_engine import UnusedCard


class DeviceButton(QToolButton):
    """Empty until the engine is there; whoever listens to `clicked` shows the setting behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "muted")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.device = ""
        self.unused: UnusedCard | None = None

    def show_device(self, name: str) -> None:
        """Say what trains."""
        self.device = name
        self.setText(tr(name))
        self.setToolTip(tr("What trains; a click leads to the setting that changes it."))

    def warn(self, unused: UnusedCard | None) -> None:
        """Say of a card of this computer that it does not train, and why."""
        self.unused = unused
        if unused is not None:
            theme.wear(self, "warning", "warning")
            self.setToolTip(f"{tr(unused.text)} {tr(unused.hint)}")
