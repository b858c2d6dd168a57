"""Another language, without a restart."""

import shiboken6

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
