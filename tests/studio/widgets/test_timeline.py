from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.widgets.timeline import Timeline
from studio.widgets.timeline_track import Mark


@pytest.fixture
def timeline(qtbot):
    made = Timeline()
    qtbot.addWidget(made)
    made.set_steps([0, 64, 128, 256])
    return made


def test_that_a_timeline_starts_at_the_newest_and_follows_it(timeline):
    assert timeline.index == 3
    timeline.add_step(512)
    assert timeline.index == 4
    timeline.go(1)
    timeline.add_step(1024)
    assert timeline.index == 1
    assert not timeline.is_newest


def test_that_a_timeline_tells_only_of_moves_that_a_person_made(timeline, qtbot):
    with qtbot.assertNotEmitted(timeline.moved):
        timeline.add_step(512)
        timeline.set_steps([0, 1, 2])
    with qtbot.waitSignal(timeline.moved) as moved:
        timeline._buttons["back"].click()
    assert moved.args == [1]
    with qtbot.waitSignal(timeline.moved) as moved:
        timeline._slider.setValue(0)
    assert moved.args == [0]


def test_that_a_timeline_stays_within_its_moments(timeline):
    timeline.go(99)
    assert timeline.index == 3
    timeline.go(-4)
    assert timeline.index == 0
    assert not timeline._buttons["back"].isEnabled()


def test_that_playing_ends_at_the_newest(timeline):
    shown = []
    timeline.moved.connect(shown.append)
    timeline.toggle_play()
    assert timeline.is_playing
    for _ in range(3):
        timeline._advance()
    assert shown == [0, 1, 2, 3]
    assert not timeline.is_playing


def test_that_an_empty_timeline_does_nothing(qtbot):
    empty = Timeline()
    qtbot.addWidget(empty)
    empty.go(0)
    empty.toggle_play()
    assert empty.index == -1
    assert not empty.is_playing


def test_that_moments_stand_where_they_are_in_images_seen(timeline):
    track = timeline._slider
    track.resize(400, 30)
    assert track.nearest(0.4 * 256) == 2
    places = [track.place_of(step) for step in (0, 64, 128, 256)]
    assert places[2] - places[0] == pytest.approx((places[3] - places[0]) / 2)
    assert track.seen_at(places[1]) == pytest.approx(64)


def test_that_the_nearest_moment_is_gone_to(timeline):
    timeline.go_to(70)
    assert timeline.index == 1
    timeline.go_to(10**9)
    assert timeline.is_newest


def test_that_home_and_end_and_arrows_move(timeline, qtbot):
    for key, index in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 3)):
        qtbot.keyClick(timeline._slider, key)
        assert timeline.index == index


def test_that_shift_and_the_arrows_move_what_is_compared(timeline, qtbot):
    timeline.compare(0)
    with qtbot.waitSignal(timeline.other_moved) as moved:
        qtbot.keyClick(timeline._slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert moved.args == [1]
    assert (timeline.other, timeline.index) == (1, 3)
    assert timeline.said() == "A 64 · B 256"


def test_that_the_nearer_of_two_handles_is_dragged(timeline, qtbot):
    track = timeline._slider
    track.resize(400, 30)
    timeline.compare(0)
    spot = QPoint(round(track.place_of(64)), 15)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=spot)
    assert (timeline.other, timeline.index) == (1, 3)
    spot = QPoint(round(track.place_of(200)), 15)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=spot)
    assert (timeline.other, timeline.index) == (1, 3)
    spot = QPoint(round(track.place_of(170)), 15)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=spot)
    assert (timeline.other, timeline.index) == (1, 2)


def test_that_space_plays(timeline, qtbot):
    qtbot.keyClick(timeline._slider, Qt.Key.Key_Space)
    assert timeline.is_playing
    timeline.stop()


def test_that_what_happened_widens_the_line(timeline):
    timeline.set_marks([Mark(512, "changed", "G's rate 2e-4 → 1e-4")])
    track = timeline._slider
    assert track.place_of(512) > track.place_of(256)
