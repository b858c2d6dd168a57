"""Docks make room for the page of a narrow window, and go back to where a person had put them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


def dock_of(visitor, key):
    return visitor.window.findChild(QDockWidget, f"dock-{key}")


def side_of(visitor, key):
    return visitor.window.dockWidgetArea(dock_of(visitor, key))


def is_in_front(dock):
    return not dock.visibleRegion().isEmpty()


def resized(visitor, width, key="settings", side=None):
    """Make the window so wide, and wait until a dock is on the side where it should be."""
    visitor.window.resize(width, 800)
    wanted = side or (RIGHT if width > 1300 else LEFT)
    visitor.waits_until(lambda: side_of(visitor, key) == wanted)


def test_that_docks_share_a_column_while_the_window_is_narrow(visitor):
    resized(visitor, 1000)
    assert dock_of(visitor, "runs") in visitor.window.tabifiedDockWidgets(
        dock_of(visitor, "settings")
    )
    visitor.waits_until(lambda: visitor.window.centralWidget().width() > 650)
    visitor.waits_until(lambda: is_in_front(dock_of(visitor, "runs")))
    resized(visitor, 1440)
    visitor.waits_until(
        lambda: all(is_in_front(dock_of(visitor, key)) for key in ("runs", "settings"))
    )


def test_that_what_a_person_had_arranged_comes_back_with_the_room(visitor):
    window = visitor.window
    queue, settings = dock_of(visitor, "queue"), dock_of(visitor, "settings")
    window.addDockWidget(LEFT, dock_of(visitor, "guide"))
    window.splitDockWidget(settings, queue, Qt.Orientation.Vertical)
    window.addDockWidget(BOTTOM, dock_of(visitor, "runs"))
    window.resizeDocks([settings], [420], Qt.Orientation.Horizontal)
    visitor.waits_until(lambda: settings.width() == 420)
    resized(visitor, 1000, "queue", RIGHT)  # there is one column already
    resized(visitor, 1440, "queue", RIGHT)
    window.addDockWidget(LEFT, dock_of(visitor, "runs"))
    resized(visitor, 1000)
    resized(visitor, 1440)
    assert side_of(visitor, "queue") == RIGHT
    assert queue not in window.tabifiedDockWidgets(settings)
    visitor.waits_until(lambda: settings.width() == 420)


def test_that_what_is_shown_or_closed_in_a_narrow_window_stays_so_in_a_wide_one(visitor):
    resized(visitor, 1000)
    dock_of(visitor, "queue").close()
    visitor.chooses("show_guide")
    resized(visitor, 1440)
    assert dock_of(visitor, "queue").isHidden()
    assert side_of(visitor, "guide") == RIGHT
    visitor.waits_until(lambda: is_in_front(dock_of(visitor, "guide")))


def test_that_where_one_types_stays_in_front(visitor):
    visitor.window.activateWindow()
    visitor.window.show_setting("training.batch_size")
    settings = dock_of(visitor, "settings")
    visitor.waits_until(lambda: settings.isAncestorOf(visitor.window.focusWidget()))
    resized(visitor, 1000)
    visitor.waits_until(lambda: is_in_front(settings))


def test_that_docks_a_person_moved_in_a_narrow_window_stay_there(visitor):
    resized(visitor, 1000)
    visitor.window.addDockWidget(BOTTOM, dock_of(visitor, "settings"))
    visitor.window.resize(1440, 800)
    visitor.waits_until(lambda: visitor.window.width() == 1440)
    visitor.qtbot.waitUntil(lambda: visitor.window.centralWidget().width() > 1000)
    assert side_of(visitor, "settings") == BOTTOM
    assert side_of(visitor, "guide") == LEFT


def test_that_a_dock_dragged_out_stays_out(visitor):
    guide = dock_of(visitor, "guide")
    guide.setFloating(True)
    guide.show()
    guide.move(40, 30)
    resized(visitor, 1000)
    assert guide.isFloating()
    guide.move(60, 50)
    resized(visitor, 1440)
    assert guide.isFloating()
    assert (guide.x(), guide.y()) == (60, 50)


@pytest.mark.parametrize("moved", [False, True])
def test_that_a_narrow_window_is_the_same_at_the_next_start(visitor, qtbot, moved):
    resized(visitor, 1000)
    if moved:
        visitor.window.addDockWidget(RIGHT, dock_of(visitor, "settings"))
    visitor.window.close()
    later = type(visitor)(qtbot, visitor.studio.preferences.folder)
    assert later.window.width() <= 1000  # no wider than the screen there is
    assert side_of(later, "settings") == (RIGHT if moved else LEFT)
    resized(later, 1440, side=RIGHT)
    assert side_of(later, "guide") == (LEFT if moved else RIGHT)
    later.leaves()


def test_that_closed_docks_come_back_to_the_one_column(visitor):
    for key in ("runs", "queue"):
        dock_of(visitor, key).close()
    resized(visitor, 1000, "runs", RIGHT)
    dock_of(visitor, "runs").show()
    settings = dock_of(visitor, "settings")
    assert settings in visitor.window.tabifiedDockWidgets(dock_of(visitor, "runs"))
    resized(visitor, 1440, "runs", LEFT)


def test_that_what_was_in_front_stays_so_in_another_language(visitor):
    resized(visitor, 1000)
    for key in ("runs", "settings"):
        dock_of(visitor, key).raise_()
        visitor.waits_until(lambda key=key: is_in_front(dock_of(visitor, key)))
        first = visitor.window
        other = "zh_CN" if visitor.studio.preferences.language == "en" else "en"
        visitor.studio.preferences.set("language", other)
        visitor.waits_until(lambda first=first: visitor.window is not first)
        visitor.waits_until(lambda: side_of(visitor, "settings") == LEFT)
        visitor.waits_until(lambda key=key: is_in_front(dock_of(visitor, key)))


def entry_of(visitor, name):
    """Return what the menu says of a dock."""
    view = next(a.menu() for a in visitor.window.menuBar().actions() if a.text() == "View")
    return next(action for action in view.actions() if action.text() == name)


@pytest.mark.parametrize("width", [1440, 1000])
def test_that_the_menu_brings_a_dock_to_the_front_before_it_puts_it_away(visitor, width):
    resized(visitor, width)
    for name in ("Guide", "Queue"):  # one that is not there, one that is behind
        dock, entry = dock_of(visitor, name.lower()), entry_of(visitor, name)
        assert not entry.isChecked()
        entry.trigger()
        visitor.waits_until(lambda dock=dock: is_in_front(dock))
        assert entry.isChecked()
        entry.trigger()
        assert dock.isHidden()
        assert not entry.isChecked()
