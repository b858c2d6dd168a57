from __future__ import annotations

import pytest

from studio.widgets.timeline import Timeline


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
