"""The end of the status line: a button that shows and hides the messages, and tells of unseen ones."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDockWidget, QToolButton

from studio import theme
from studio.i18n import tr
from studio.layout import view_action


class MessagesButton(QToolButton):
    """Pressed while the messages are in view; counts the warnings and errors that came while not."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__()
        self._dock = dock
        self._unseen: list[str] = []
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setProperty("role", "muted")
        self.setToolTip(tr("Show or hide what runs say, and what stands in the way of a start."))
        shown = view_action(dock)
        self.setChecked(shown.isChecked())
        self.clicked.connect(shown.trigger)
        shown.toggled.connect(self.setChecked)
        dock.visibilityChanged.connect(self.show_whether_read)
        self.show_whether_read(False)

    @Slot(str)
    def note(self, level: str) -> None:
        """Take note of a line of this level in the log."""
        if level != "info" and self._dock.visibleRegion().isEmpty():  # or behind another
            self._unseen.append(level)
            self.show_whether_read(False)

    def take_over(self, former: MessagesButton) -> None:
        """Go on counting where the button of a window in another language was."""
        self._unseen = [*former._unseen]
        self.show_whether_read(False)

    @Slot(bool)
    def show_whether_read(self, read: bool) -> None:
        """Show how many lines wait, and the worst of them; none once the messages are in view."""
        if read:
            self._unseen.clear()
        count = len(self._unseen)
        self.setText(tr("Messages ({count})", count=count) if count else tr("Messages"))
        worst = min(self._unseen, default="")  # "error" before "warning"
        theme.wear(self, worst or "info", worst or "muted")
