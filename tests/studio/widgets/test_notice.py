from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from studio.widgets.notice import NoticeBar


def test_that_a_notice_is_hidden_until_there_is_one(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_notice("error", "The disk is full.", "Make room, then resume.")
    assert not bar.isHidden()
    assert (bar.level, bar.text, bar.hint) == (
        "error",
        "The disk is full.",
        "Make room, then resume.",
    )
    bar.hide_notice()
    assert (bar.isHidden(), bar.text) == (True, "")


def test_that_what_is_withdrawn_is_neither_said_nor_said_again(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.show_notice("info", "Set it back?", "", [("Set back", "set_back")])
    bar.show_first("warning", "It ended in the middle.")
    bar.withdraw("set_back")
    assert bar.text == "It ended in the middle."
    bar.show_next()
    assert bar.text == ""


def test_that_a_notices_button_tells_its_name(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.show_notice("info", "Saving.", "", [("Keep training", "stay"), ("Leave", "leave")])
    with qtbot.waitSignal(bar.act) as act:
        buttons = {b.text(): b for b in bar.findChildren(QPushButton)}
        buttons["Keep training"].click()
    assert act.args == ["stay"]
    bar.show_notice("info", "Saved.")
    assert not [b for b in bar.findChildren(QPushButton) if not b.isHidden()]
