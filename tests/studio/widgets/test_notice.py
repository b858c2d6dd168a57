from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

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


def test_that_the_sign_is_beside_the_middle_of_the_first_line(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.resize(500, 10)
    bar.show_notice("error", "The images are gone. " * 6, "Choose another folder.")
    bar.resize(500, bar.heightForWidth(500))
    bar.layout().activate()
    sign = bar.findChild(QToolButton)
    line = next(label for label in bar.findChildren(QLabel) if label.text() == bar.text)
    middle = line.y() + line.fontMetrics().lineSpacing() / 2
    assert abs(sign.geometry().center().y() - middle) <= 1.5


def test_that_answers_below_a_sentence_stand_clear_of_it(qtbot):
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.resize(900, 100)
    long = [(f"Go on with a batch of {size} images instead", str(size)) for size in (32, 16)]
    bar.show_notice("warning", "The memory is full.", "Nothing is lost.", long)
    bar.layout().activate()
    hint = next(label for label in bar.findChildren(QLabel) if label.text() == bar.hint)
    answer = bar.findChildren(QPushButton)[-1]
    assert answer.y() - hint.geometry().bottom() >= 6
