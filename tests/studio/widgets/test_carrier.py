"""Pictures on their way to another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QWidget

from gan_engine import read_png
from studio.widgets.carrier import Carrier
from studio.widgets.image_view import to_image


@pytest.mark.parametrize(
    ("called", "file"),
    [
        ("seed 3", "seed 3.png"),
        ("seed 3 of cats/young", "seed 3 of cats-young.png"),
        ("pair 1: what is made", "pair 1- what is made.png"),
    ],
)
def test_that_a_picture_leaves_as_pixels_and_as_a_png_any_system_can_name(qapp, called, file):
    carrier = Carrier()
    data = carrier.mime_of(to_image(np.full((5, 5, 3), 7, np.uint8)), called)
    path = Path(data.urls()[0].toLocalFile())
    assert path.name == file
    assert (read_png(path) == 7).all()
    assert data.hasImage()


def test_that_a_drag_outlives_what_it_was_begun_on(qtbot, monkeypatch):
    window, source, held = QWidget(), QWidget(), []
    qtbot.addWidget(window)
    source.setParent(window)

    def dragged(drag, *actions):
        held.append(drag.parent())
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", dragged)
    Carrier().carry(source, to_image(np.full((5, 5, 3), 7, np.uint8)), "seed 3")
    assert held == [window]
