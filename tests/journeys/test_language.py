"""Another language, without a restart."""

import shiboken6
from PySide6.QtWidgets import QPushButton

from gan_engine import DivergedError, get
from studio.i18n import tr
from studio.panels.export import ExportDialog
from studio.panels.likes import LikesDialog
from tests.studio.tiny import tiny_draft


def menus(visitor):
    return [action.text() for action in visitor.window.menuBar().actions()]


def test_that_the_window_speaks_another_language_at_once_and_back(visitor):
    first = visitor.window
    visitor.chooses("show_design")
    visitor.chooses("show_preferences")
    dialog = first.findChild(LikesDialog)
    dialog.fields["language"].edited.emit("zh_CN")
    visitor.waits_until(lambda: visitor.window is not first)
    visitor.waits_until(lambda: not shiboken6.isValid(first))
    assert menus(visitor)[:3] == ["文件", "编辑", "视图"]
    assert visitor.window.page == "design"
    assert visitor.window.findChild(LikesDialog).windowTitle() == "首选项"
    visitor.studio.preferences.set("language", "en")
    visitor.waits_until(lambda: "File" in menus(visitor))
    assert visitor.studio.preferences.language == "en"


def test_that_a_run_goes_on_and_its_past_is_there_in_the_new_window(visitor, endless):
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: len(visitor.grids) > 1)
    visitor.chooses("save_now")
    visitor.waits_until(lambda: visitor.studio.run.last_saved is not None)
    seen, draft = visitor.studio.run.images_seen, visitor.studio.document.draft
    first = visitor.window
    visitor.studio.preferences.set("language", "zh_CN")
    visitor.waits_until(lambda: visitor.window is not first and not shiboken6.isValid(first))
    train, messages = visitor.window.panels["train"], visitor.window.panels["messages"]
    visitor.waits_until(lambda: train.curves.has_saves)
    assert visitor.studio.run.state == "training"
    assert visitor.studio.document.draft == draft
    assert visitor.window.page == "train"
    assert any("保存" in messages.log.item(row).text() for row in range(messages.log.count()))
    assert "训练" in visitor.status
    before = len(visitor.grids)
    visitor.waits_until(lambda: len(visitor.grids) > before)
    assert visitor.studio.run.images_seen > seen
    visitor.chooses("stop")
    visitor.waits_for("idle")


def test_that_edits_of_a_run_that_is_over_are_not_overwritten(visitor, emoji):
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    run = visitor.studio.run
    visitor.waits_until(lambda: run.folder is not None and run.state == "idle")
    visitor.studio.document.set("training.batch_size", 7)
    draft, first = visitor.studio.document.draft, visitor.window
    visitor.studio.preferences.set("language", "zh_CN")
    visitor.waits_until(lambda: visitor.window is not first and not shiboken6.isValid(first))
    visitor.waits_until(lambda: visitor.window.panels["train"].curves.has_saves)
    assert visitor.studio.document.draft == draft


def turns_chinese(visitor):
    first = visitor.window
    visitor.studio.preferences.set("language", "zh_CN")
    visitor.waits_until(lambda: visitor.window is not first and not shiboken6.isValid(first))


def test_that_what_was_searched_for_is_searched_for_in_the_new_window(visitor):
    for key, text in (("settings", "rate"), ("guide", "gamma")):
        visitor.window.panels[key].search.setText(text)
    visitor.window.show_guide("the-tutorial")
    turns_chinese(visitor)
    panels = visitor.window.panels
    assert panels["settings"].search.text() == "rate"
    assert 0 < panels["settings"].form.found < len(panels["settings"].form.rows)
    assert panels["guide"].search.text() == "gamma"
    panels["guide"].search.clear()
    assert panels["guide"]._page == "the-tutorial"


def test_that_a_notice_is_said_anew_and_still_does_what_it_offers(visitor):
    window = visitor.window
    window.show_failure(DivergedError("The losses are no longer numbers"))
    window.notices.show_first("info", tr("Your settings are as you left them."), "", [])
    turns_chinese(visitor)
    notices = visitor.window.notices
    assert notices.text == "设置已恢复为你离开时的样子。"
    notices.show_next()
    assert notices.text == "损失不再是数值"
    assert [button.text() for button in buttons_of(notices)] == ["更改学习率", "更改 R1"]
    buttons_of(notices)[0].click()
    assert visitor.window.panels["settings"].isVisible()
    assert not notices.text


def test_that_a_question_about_an_undo_is_answered_in_the_new_window(visitor, endless):
    studio, run = visitor.studio, visitor.studio.run
    visitor.settings(endless)
    old = get(studio.document.draft, "optimizer_g.rate")
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    with visitor.qtbot.waitSignal(run.setting_changed):
        studio.document.set("optimizer_g.rate", 0.0007)
    visitor.chooses("undo")
    turns_chinese(visitor)
    assert "G" in visitor.window.notices.text
    with visitor.qtbot.waitSignal(run.setting_changed) as back:
        buttons_of(visitor.window.notices)[0].click()
    assert (back.args[0].old, back.args[0].new) == (0.0007, old)
    visitor.chooses("stop")
    visitor.waits_for("idle")


def test_that_the_tour_goes_on_where_it_was(visitor):
    visitor.chooses("show_tour")
    visitor.window.tour.next()
    visitor.window.tour.next()
    turns_chinese(visitor)
    tour = visitor.window.tour
    assert tour.place == 2
    assert tour.callout.isVisible()
    tour.end()


def test_that_an_open_export_stays_open_with_what_was_chosen(visitor, emoji):
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    visitor.waits_for("idle")
    visitor.waits_until(lambda: visitor.window.acts["export"].isEnabled())
    visitor.chooses("export")
    dialog = visitor.window.findChild(ExportDialog)
    dialog.what.buttons.button(2).click()
    path = dialog.path.text()
    turns_chinese(visitor)
    dialog = visitor.window.findChild(ExportDialog)
    assert dialog.isVisible()
    assert dialog.windowTitle() == "导出"
    assert dialog.what.buttons.checkedId() == 2
    assert dialog.path.text() == path


def buttons_of(notices):
    return [button for button in notices.findChildren(QPushButton) if button.isVisible()]


def test_that_who_changes_the_language_twice_at_once_has_one_window(visitor):
    first, heirs = visitor.window, []
    first.renewed.connect(heirs.append)
    for language in ("zh_CN", "en", "zh_CN"):
        visitor.studio.preferences.set("language", language)
    visitor.waits_until(lambda: not shiboken6.isValid(first))
    assert len(heirs) == 1
    assert menus(visitor)[0] == "文件"
