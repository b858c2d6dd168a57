"""The table of actions as what menus, buttons and keys share: each is on where its condition holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence

from studio import tips
from studio.actions import ACTIONS
from studio.i18n import tr


class Actions(QObject):
    """The table as QActions; `enable` is the one place that turns them on and off."""

    def __init__(self, handlers: Mapping[str, Callable[[], None]], parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            action = QAction(tr(spec.text), self)
            action.setObjectName(spec.key)
            action.setShortcut(QKeySequence(spec.shortcut))
            action.setMenuRole(QAction.MenuRole.NoRole)
            action.triggered.connect(_without_arguments(handlers[spec.key]))
            if spec.group:
                group = groups.setdefault(spec.group, QActionGroup(self))
                action.setCheckable(True)
                group.addAction(action)
            self._actions[spec.key] = action
        self.explain()

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __contains__(self, key: object) -> bool:
        return key in self._actions

    def enable(self, conditions: set[str]) -> None:
        """Turn on exactly the actions whose condition holds."""
        for spec in ACTIONS:
            self._actions[spec.key].setEnabled(spec.when == "always" or spec.when in conditions)

    def explain(self, **reasons: str) -> None:
        """Say what each action does, or, where a reason is given, why it is off."""
        for spec in ACTIONS:
            keys = f" ({self._actions[spec.key].shortcut().toString()})" if spec.shortcut else ""
            tip = reasons.get(spec.key) or tr(spec.tip or spec.text) + keys
            self._actions[spec.key].setToolTip(tips.lines(tip))
            self._actions[spec.key].setStatusTip("")

    def set_icons(self, icon: Callable[[str], QIcon]) -> None:
        """Colour every icon for the theme in force."""
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.key].setIcon(icon(spec.icon))


def _without_arguments(function: Callable[[], None]) -> Callable[..., None]:
    return lambda *_: function()
