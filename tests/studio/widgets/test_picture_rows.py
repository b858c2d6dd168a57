"""Rows of pictures: crisp when enlarged, whole in their place, a place where none has arrived."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from studio.widgets.picture_rows import PictureRows


def plain(color, height=4, width=4):
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = color
    return pixels


@pytest.fixture
def rows(qtbot):
    made = PictureRows(2, widest=60, name="before and after")
    qtbot.addWidget(made)
    made.resize(128, 100)
    made.show()
    return made


def color_at(rows, column, row, x=0.5, y=0.5):
    image = rows.grab().toImage()
    side, head = rows.side(), rows._caption_height()
    left, top = column * (side + 8), row * (head + side + 8) + head
    ratio = image.devicePixelRatio()
    return image.pixelColor(int((left + x * side) * ratio), int((top + y * side) * ratio)).name()


def test_that_every_picture_is_in_its_place(rows):
    rows.show_rows(
        [
            ("Before", [plain((255, 0, 0)), plain((0, 255, 0))]),
            ("After", [plain((0, 0, 255)), None]),
        ]
    )
    assert color_at(rows, 0, 0) == "#ff0000"
    assert color_at(rows, 1, 0) == "#00ff00"
    assert color_at(rows, 0, 1) == "#0000ff"
    assert color_at(rows, 1, 1) not in ("#ff0000", "#00ff00", "#0000ff")
    assert rows.height() == rows._height(rows.side())
    assert rows.accessibleDescription() == "Before; After"


def test_that_few_pixels_stay_crisp(rows):
    halves = plain((255, 255, 255), 2, 2)
    halves[:, 1] = 0
    rows.show_rows([("Seen", [halves])])
    assert color_at(rows, 0, 0, 0.45) == "#ffffff"
    assert color_at(rows, 0, 0, 0.55) == "#000000"


def test_that_a_long_picture_is_shown_whole(rows):
    rows.show_rows([("Seen", [plain((255, 0, 0), 10, 40)])])
    assert color_at(rows, 0, 0, 0.1) == "#ff0000"
    assert color_at(rows, 0, 0, 0.5, 0.1) != "#ff0000"


def test_that_a_column_can_be_chosen(rows, qtbot):
    rows.show_rows([("Seen", [plain((1, 2, 3)), plain((4, 5, 6))])])
    with qtbot.waitSignal(rows.chosen) as chosen:
        qtbot.mouseClick(rows, Qt.MouseButton.LeftButton, pos=QPoint(rows.side() + 20, 40))
    assert chosen.args == [1]
