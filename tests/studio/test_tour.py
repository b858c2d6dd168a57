"""Six callouts that show a newcomer around."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget

from studio.preferences import Preferences
from studio.tour import STEPS


@pytest.fixture
def tour(visitor):
    visitor.chooses("show_tour")
    return visitor.window.tour


def pressed(visitor, key):
    visitor.qtbot.keyClick(visitor.window.tour.callout.next_button, key)


def test_that_there_are_six_callouts_each_beside_a_part_of_the_window(visitor, tour):
    assert len(STEPS) == 6
    for size in (QSize(1440, 900), QSize(1100, 700)):
        visitor.window.resize(size)
        tour.begin()
        for step in STEPS:
            part = step.part(visitor.window)
            assert part.isVisible(), step.title
            visitor.waits_until(lambda: not tour._soon.isActive())
            callout, ring = tour.callout, tour.callout._ring
            assert visitor.window.rect().contains(callout.geometry()), step.title
            corner = part.mapTo(visitor.window, part.rect().center())
            assert ring.geometry().contains(corner), step.title
            assert callout.accessibleName() == step.title
            tour.next()
        assert not tour.is_on


def test_that_it_goes_by_keyboard_there_and_back(visitor, tour):
    assert tour.callout._place.text() == "1 of 6"
    pressed(visitor, Qt.Key.Key_Right)
    pressed(visitor, Qt.Key.Key_Return)
    assert tour.callout._place.text() == "3 of 6"
    pressed(visitor, Qt.Key.Key_Left)
    assert tour.callout._place.text() == "2 of 6"
    pressed(visitor, Qt.Key.Key_Escape)
    assert not tour.is_on
    assert not tour.callout._ring.isVisible()


def test_that_no_ring_is_left_around_what_is_gone_with_its_page(visitor, tour):
    assert tour.callout._ring.isVisible()
    visitor.window.show_page("compare")
    visitor.waits_until(lambda: not tour._soon.isActive())
    assert tour.is_on
    assert not tour.callout._ring.isVisible()
    visitor.window.show_page("start")
    visitor.waits_until(tour.callout._ring.isVisible)


def test_that_the_ring_follows_what_it_is_around_when_a_notice_makes_room_for_itself(visitor, tour):
    def place():
        part = STEPS[0].part(visitor.window)
        return part.rect().translated(part.mapTo(visitor.window, part.rect().topLeft()))

    before = place()
    visitor.window.notices.show_notice("info", "The disk is nearly full.", "Make room.")
    visitor.waits_until(lambda: place() != before)
    visitor.waits_until(lambda: tour.callout._ring.geometry().contains(place()))
    visitor.waits_until(lambda: not tour._soon.isActive())


def test_that_it_is_remembered_and_can_be_taken_again(visitor, tour):
    assert not visitor.studio.preferences.get("tour_seen")
    tour.callout.skip_button.click()
    assert visitor.studio.preferences.get("tour_seen")
    assert Preferences(visitor.studio.preferences.folder).get("tour_seen")
    visitor.chooses("show_tour")
    assert tour.is_on
    tour.end()


def test_that_the_window_stays_usable_and_a_run_ends_the_tour(visitor, tour, draft):
    visitor.chooses("show_design")
    assert visitor.window.panels["design"].isVisible()
    assert tour.is_on
    visitor.settings(draft)
    visitor.chooses("start")
    assert not tour.is_on
    visitor.waits_for("idle")


def test_that_a_dock_that_was_closed_is_shown_when_it_is_spoken_of(visitor, tour):
    dock = visitor.window.findChild(QDockWidget, "dock-settings")
    dock.hide()
    tour.next()
    tour.next()
    assert dock.isVisible()
    tour.end()
