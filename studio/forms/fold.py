"""A head that opens and closes what is under it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio import theme, tips
from studio.i18n import tr


class Fold(QWidget):
    """A head that opens and closes what is under it."""

    def __init__(
        self,
        title: str,
        name: str = "sectionHead",
        opened: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title = title
        self._head = QToolButton()
        self._head.setObjectName(name)
        self._head.setText(title)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setIconSize(QSize(14, 14))
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._head.clicked.connect(self.toggle)
        self._mark = QLabel()
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._head)
        head.addWidget(self._mark)
        self.body = QWidget()
        self.stack = QVBoxLayout(self.body)
        self.stack.setSpacing(0)
        section = name == "sectionHead"
        self.stack.setContentsMargins(10 if section else 0, 0, 0, 8 if section else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.body)
        self._wanted, self._forced = opened, False
        self._refresh()

    @property
    def is_open(self) -> bool:
        """Whether what is under it shows."""
        return self._wanted or self._forced

    def toggle(self) -> None:
        """Open or close."""
        self._wanted = not self._wanted
        self._refresh()

    def open(self) -> None:
        """Open."""
        self._wanted = True
        self._refresh()

    def force(self, on: bool) -> None:
        """Stay open while a search shows what is inside."""
        self._forced = on
        self._refresh()

    def show_title(self, title: str) -> None:
        """Say something else on the head."""
        self._head.setText(title)

    def show_mark(self, severity: str, tip: str = "") -> None:
        """Show on the head that something inside is wrong; empty for nothing."""
        if severity:
            colors = theme.current()
            color = colors.error if severity == "error" else colors.warning
            self._mark.setPixmap(theme.pixmap(severity, 15, color))
        self._mark.setVisible(bool(severity))
        self._mark.setToolTip(tips.lines(tip))

    def set_tip(self, text: str) -> None:
        """Explain the head."""
        self._head.setToolTip(tips.lines(text))

    def hide_head(self, hidden: bool) -> None:
        """Show what is inside without a head, always open."""
        self._head.setVisible(not hidden)
        if hidden:
            self.stack.setContentsMargins(0, 0, 0, 0)

    def _refresh(self) -> None:
        theme.wear(self._head, "chevron-down" if self.is_open else "chevron-right", "muted")
        self._head.setAccessibleName(
            tr("{name}, open" if self.is_open else "{name}, closed", name=self._head.text())
        )
        self.body.setVisible(self.is_open)
