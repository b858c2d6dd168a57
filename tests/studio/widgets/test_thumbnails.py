from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from studio.widgets.thumbnails import ThumbnailGrid


@pytest.fixture
def thumbnails(qtbot):
    made = ThumbnailGrid(side=32)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    return made


def test_that_only_pictures_on_the_screen_are_asked_for_each_once(thumbnails, qtbot):
    names = [f"{n}.png" for n in range(5000)]
    with qtbot.waitSignal(thumbnails.wanted) as wanted:
        thumbnails.set_items(names)
    (asked,) = wanted.args
    assert asked == names[: len(asked)]
    assert 5 < len(asked) < 100
    with qtbot.assertNotEmitted(thumbnails.wanted):
        thumbnails.ask()
    with qtbot.waitSignal(thumbnails.wanted) as wanted:
        thumbnails.scrollToBottom()
    assert names[-1] in wanted.args[0]


def test_that_a_picture_that_arrives_is_drawn(thumbnails, qtbot):
    with qtbot.waitSignal(thumbnails.wanted):
        thumbnails.set_items(["red.png"])
    before = thumbnails.grab().toImage()
    red = np.zeros((32, 16, 3), np.uint8)
    red[:, :, 0] = 255
    thumbnails.set_picture("red.png", red)
    thumbnails.set_picture("stranger.png", red)
    after = thumbnails.grab().toImage()
    assert after != before
    place = thumbnails.visualRect(thumbnails.model().index(0, 0)).center()
    at = thumbnails.viewport().mapTo(thumbnails, QPoint(place))
    assert after.pixelColor(at).name() == "#ff0000"


def test_that_a_picture_is_chosen(thumbnails, qtbot):
    with qtbot.waitSignal(thumbnails.wanted):
        thumbnails.set_items(["a.png", "b.png"])
    with qtbot.waitSignal(thumbnails.chosen) as chosen:
        thumbnails.activated.emit(thumbnails.model().index(1, 0))
    assert chosen.args == ["b.png"]
