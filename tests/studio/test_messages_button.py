"""The button that shows the messages, and tells of those that nobody has seen."""

from PySide6.QtWidgets import QDockWidget, QInputDialog

from studio.messages_button import MessagesButton
from studio.panels.messages import MessagesPanel
from studio.theme import current


def parts(visitor):
    """Return the button, the dock and the panel, out of sight as in any window of usual height."""
    window = visitor.window
    dock, panel = window.findChild(QDockWidget, "dock-messages"), window.panels["messages"]
    assert isinstance(panel, MessagesPanel)
    assert dock.isHidden()
    return window.findChild(MessagesButton), dock, panel


def test_that_it_shows_the_messages_and_hides_them_again(visitor):
    button, dock, _ = parts(visitor)
    assert not button.isChecked()
    button.click()
    assert dock.isVisible()
    assert button.isChecked()
    dock.close()
    assert not button.isChecked()
    button.click()
    button.click()
    assert dock.isHidden()
    assert not button.isChecked()


def test_that_it_is_pressed_where_the_messages_are_there_from_the_start(visitor):
    _, dock, _ = parts(visitor)
    dock.show()
    again = MessagesButton(dock)
    assert again.isChecked()
    again.deleteLater()


def test_that_warnings_nobody_saw_are_counted_until_they_are_seen(visitor):
    button, _, panel = parts(visitor)
    panel.add("info", "Saved.")
    assert button.text() == "Messages"
    panel.add("warning", "The disk is nearly full.")
    panel.add("error", "The disk is full.")
    panel.add("warning", "The disk is nearly full.")
    assert button.text() == "Messages (3)"
    assert button.property("glyph") == "error"
    assert hasattr(current(), button.property("glyphColor"))
    button.click()
    assert button.text() == "Messages"
    assert button.property("glyph") == "info"
    panel.add("warning", "Seen at once.")
    assert button.text() == "Messages"


def test_that_what_stands_in_the_way_is_shown_without_the_messages(visitor):
    _, dock, _ = parts(visitor)
    visitor.studio.document.set("data.size", 50)
    assert "Cannot start" in visitor.status
    visitor.window.findChild(QDockWidget, "dock-settings").hide()
    visitor.window.status.setting_asked.emit()
    assert visitor.window.findChild(QDockWidget, "dock-settings").isVisible()
    assert dock.isHidden()


def test_that_what_a_person_did_is_confirmed_without_the_messages(visitor):
    visitor.window.acts["save_preset"].trigger()
    dialog = visitor.window.findChild(QInputDialog)
    dialog.setTextValue("Mine")
    dialog.accept()
    assert "Mine" in visitor.window.notices.text.title()
    assert visitor.window.notices.level == "good"
    visitor.window.show_page("design")
    assert not visitor.window.notices.text


def test_that_lines_behind_another_dock_are_counted_too(visitor):
    button, dock, panel = parts(visitor)
    window = visitor.window
    runs = window.findChild(QDockWidget, "dock-runs")
    window.tabifyDockWidget(runs, dock)
    dock.show()
    runs.raise_()
    visitor.waits_until(lambda: dock.visibleRegion().isEmpty())
    panel.add("warning", "The disk is nearly full.")
    assert button.text() == "Messages (1)"
    dock.raise_()
    visitor.waits_until(lambda: button.text() == "Messages")


def test_that_what_nobody_saw_is_counted_on_in_another_language(visitor):
    first, (_, _, panel) = visitor.window, parts(visitor)
    panel.add("error", "The disk is full.")
    visitor.studio.preferences.set("language", "zh_CN")
    visitor.waits_until(lambda: visitor.window is not first)
    button, dock, _ = parts(visitor)
    assert button.text() == "消息（1）"
    assert button.property("glyph") == "error"
    button.click()
    assert dock.isVisible()
    assert button.text() == "消息"


def test_that_it_brings_the_messages_from_behind_another_dock(visitor):
    button, dock, _ = parts(visitor)
    runs = visitor.window.findChild(QDockWidget, "dock-runs")
    visitor.window.tabifyDockWidget(runs, dock)
    dock.show()
    runs.raise_()
    visitor.waits_until(lambda: dock.visibleRegion().isEmpty())
    assert not button.isChecked()
    button.click()
    visitor.waits_until(lambda: not dock.visibleRegion().isEmpty())
    assert button.isChecked()
