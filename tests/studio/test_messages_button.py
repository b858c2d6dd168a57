"""The button that shows the messages, and tells of those that nobody has seen."""

from PySide6.QtWidgets import QDockWidget

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
