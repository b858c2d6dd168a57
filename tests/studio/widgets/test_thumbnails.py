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
    later: list[str] = []
    thumbnails.wanted.connect(later.extend)

    def at_the_end() -> bool:  # the list is laid out in batches, so that its end moves on
        thumbnails.scrollToBottom()
        return names[-1] in later

    qtbot.waitUntil(at_the_end)
    assert len(set(later)) == len(later)
    assert len(later) < len(names) / 2


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


@pytest.mark.parametrize("width", [300, 333, 408, 419])
def test_that_pictures_fill_the_width_and_are_none_larger_than_asked_for(thumbnails, qtbot, width):
    thumbnails.resize(width, 200)
    with qtbot.waitSignal(thumbnails.wanted):
        thumbnails.set_items([f"{n}.png" for n in range(100)])
    rects = [thumbnails.visualRect(thumbnails.model().index(n, 0)) for n in range(100)]
    row = [rect for rect in rects if rect.top() == rects[0].top()]
    left = thumbnails.viewport().width() - row[-1].right()
    assert 0 < left <= len(row) + 1
    assert 16 <= thumbnails._delegate.side <= 32


@pytest.mark.parametrize("gone", [range(3, 5), range(0, 400)])
def test_that_names_are_taken_away_and_the_others_stay(thumbnails, qtbot, gone):
    names = [f"{n}.png" for n in range(500)]
    with qtbot.waitSignal(thumbnails.wanted):
        thumbnails.set_items(names)
    thumbnails.drop({f"{n}.png" for n in gone})
    assert thumbnails.keys == [name for n, name in enumerate(names) if n not in gone]
    thumbnails.select("450.png")
    assert thumbnails.currentIndex().row() == thumbnails.keys.index("450.png")
    assert thumbnails.visible_keys()
