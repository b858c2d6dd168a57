"""Lists and trees of items, emptied so that PySide keeps count of what it made."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QTreeWidget


def empty(view: QListWidget | QTreeWidget) -> None:
    """Take every item out of a list or a tree.

    `clear()` has Qt delete items whose Python side may be gone: now and then, in a whole window once
    in some hundred times, the process ends there (PySide 6.11.3, in `Shiboken::Object::destroy`).
    """
    if isinstance(view, QListWidget):
        while view.count():
            view.takeItem(0)
    else:
        while view.topLevelItemCount():
            view.takeTopLevelItem(0)
