"""The guide beside whatever one is doing."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QDockWidget, QTextBrowser

from studio.actions import ACTIONS
from studio.forms.rows import Row
from studio.panels.guide import GuidePanel


@pytest.fixture
def panel(qtbot):
    made = GuidePanel()
    qtbot.addWidget(made)
    made.resize(360, 600)
    made.show()
    return made


def test_that_it_begins_with_the_first_steps(panel):
    assert panel.shown == "How it works"
    assert not panel.back.isEnabled()


def test_that_links_lead_to_headings_and_back_again(panel):
    panel._follow(QUrl("the-tutorial.md#the-letters-a-b-and-c"))
    assert panel.shown == "The letters a, b and c"
    assert panel.text.verticalScrollBar().value() > 0
    panel._follow(QUrl("settings.md#loss.least_squares.fake_target"))
    assert panel.shown == "Fake target a ⚡"
    panel.go_back()
    assert "which sign" in panel.text.toPlainText().lower()
    panel.go_back()
    assert "Your first run" in panel.text.toPlainText()
    assert not panel.back.isEnabled()


def test_that_contents_list_every_page_and_open_a_heading(panel):
    panel.show_contents()
    names = [panel.tree.topLevelItem(row).text(0) for row in range(panel.tree.topLevelItemCount())]
    assert names[0] == "How it works"
    assert "Every setting" in names
    panel._open_item(panel.tree.topLevelItem(1).child(0))
    assert panel.shown == "Which sign D's loss has"


def test_that_a_search_finds_settings_and_enter_opens_the_first(panel, qtbot):
    qtbot.keyClicks(panel.search, "gamma")
    assert "penalties.r1.weight" in {
        panel.tree.topLevelItem(row).text(0).split("·")[1].strip()
        for row in range(panel.tree.topLevelItemCount())
        if "." in panel.tree.topLevelItem(row).text(0).split("·")[1]
    }
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.shown
    panel.search.setText("zebra crossing")
    assert panel._none.isVisible()
    panel._none.button.click()
    assert panel.tree.isVisible()
    assert panel.tree.topLevelItemCount()
    panel.search.setText("zebra crossing")
    panel.search.clear()
    assert not panel._none.isVisible()


def test_that_a_setting_asks_the_guide_what_it_does(visitor):
    window = visitor.window
    dock = window.findChild(QDockWidget, "dock-guide")
    assert not dock.isVisible()
    row = next(
        row
        for row in window.panels["settings"].findChildren(Row)
        if row.guide_path == "training.batch_size"
    )
    row._explain()
    assert dock.isVisible()
    assert window.panels["guide"].shown == "Batch size"


def test_that_the_keyboard_asks_for_the_setting_it_is_at(visitor):
    window = visitor.window
    window.activateWindow()
    window.show_setting("training.seed")
    row = next(
        row
        for row in window.panels["settings"].findChildren(Row)
        if row.guide_path == "training.seed"
    )
    row.field.setFocus()
    visitor.waits_until(lambda: window.focusWidget() is not None)
    visitor.chooses("explain")
    assert window.panels["guide"].shown == "Seed"


def test_that_every_action_is_listed_with_its_keys(visitor):
    visitor.chooses("show_shortcuts")
    dialog = next(d for d in visitor.window.findChildren(QDialog) if d.isVisible())
    text = dialog.findChild(QTextBrowser).toPlainText()
    for spec in ACTIONS:
        assert spec.text in text
        assert spec.shortcut in text
    dialog.close()
