"""What every field of a form is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from gan_engine import Setting
from studio.forms.numbers import NumberBox
from studio.i18n import tr


def said(setting: Setting) -> Setting:
    """Return a setting that speaks the language in force."""
    found: Setting = replace(
        setting, label=tr(setting.label), help=tr(setting.help), unit=tr(setting.unit)
    )
    return found


class Field(QWidget):
    """What every field is."""

    edited = Signal(object)
    """A person wants this value."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = said(setting)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def show_value(self, value: Any) -> None:
        """Show what the draft holds, even if it is nothing this field could have made."""
        raise NotImplementedError

    def show_wrong(self, wrong: bool) -> None:
        """Draw a red border, or none."""
        for widget in self.findChildren(QWidget):
            if (
                isinstance(widget, QLineEdit | NumberBox | QComboBox)
                and bool(widget.property("wrong")) != wrong
            ):
                widget.setProperty("wrong", wrong)
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    def flush(self) -> None:
        """Say now what was typed."""

    def _own(self, widget: QWidget, stretch: int = 1) -> None:
        widget.setAccessibleName(self.setting.label)
        widget.setAccessibleDescription(self.setting.help)
        if self.focusProxy() is None:
            self.setFocusProxy(widget)
        self._row.addWidget(widget, stretch)
