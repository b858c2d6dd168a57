"""What can be done with a picture, or with one cell of it: a menu."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from studio import theme
from studio.i18n import tr
from studio.widgets.image_view import ImageView


def menu_of(view: ImageView, cell: int) -> QMenu:
    """Return what can be done with a cell of a view, and with the whole picture."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    many = view.count > 1
    if many and cell >= 0:
        _add_cell(menu, view, cell)
    for glyph, text, act in (
        ("copy", tr("Copy the grid") if many else tr("Copy the image"), view.copy),
        (
            "save",
            tr("Save the grid…") if many else tr("Save the image…"),
            lambda: view.save_asked.emit(-1),
        ),
        ("fit", tr("Fit to the window"), view.fit),
    ):
        action = menu.addAction(theme.icon(glyph), text)
        action.triggered.connect(lambda _=False, act=act: act())
        action.setEnabled(not view.is_empty)
    return menu


def _add_cell(menu: QMenu, view: ImageView, cell: int) -> None:
    name = view.name_of(cell)
    menu.addAction(theme.icon("copy"), tr("Copy {name}", name=name), lambda: view.copy(cell))
    save = menu.addAction(theme.icon("save"), tr("Save {name}…", name=name))
    save.triggered.connect(lambda: view.save_asked.emit(cell))
    if view.pinned is not None:
        pinned = cell in view.pinned
        text = tr("Unpin {name}", name=name) if pinned else tr("Pin {name}", name=name)
        pin = menu.addAction(theme.icon("pin"), text)
        pin.triggered.connect(lambda: view.pin_asked.emit(cell))
    menu.addSeparator()
