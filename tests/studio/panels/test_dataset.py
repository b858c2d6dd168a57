"""The page of images."""

import shutil

import pytest

from gan_engine import escape, paths
from studio.panels.dataset import DatasetPanel


@pytest.fixture
def panel(show):
    return show(DatasetPanel)


@pytest.fixture
def wait(qtbot):
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()), timeout=30_000)


def test_that_at_first_it_asks_for_images_and_offers_the_built_in_ones(panel, qtbot):
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["open_builtin"]


def test_that_a_folder_dropped_on_it_becomes_the_one_to_learn_from(panel, studio, emoji, wait):
    panel.drop_zone.folder_dropped.emit(emoji)
    assert studio.document.draft["data"]["folder"] == escape(str(emoji))
    wait(lambda: panel.findings.isVisible())
    assert panel.findings.headline.text() == "48 images, 64 × 64"
    assert panel.findings.where.text() == str(emoji)


def test_that_choosing_the_built_in_images_looks_at_them(panel, studio, wait):
    studio.document.set("data.folder", paths.BUILTIN)
    wait(lambda: panel.findings.isVisible())
    assert panel.findings.headline.text().startswith("420 images")
    assert "animals" in panel.findings._values["Subfolders"][1].text()


def test_that_files_that_cannot_be_used_are_named_with_their_reason(panel, studio, emoji, wait):
    (emoji / "broken.png").write_bytes(b"no picture")
    (emoji / "notes.txt").write_text("no picture", encoding="utf-8")
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.findings.isVisible())
    assert panel.findings.bad.topLevelItem(0).text(0) == "broken.png"
    assert "PNG" in panel.findings.bad.topLevelItem(0).text(1)
    panel.findings.bad_fold.open()
    assert panel.findings.bad.isVisible()
    assert "1 other file" in panel.findings.where.text()


def test_that_few_images_are_warned_of(panel, studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.findings.notes.texts())
    assert "48" in panel.findings.notes.texts()[0]


def test_that_a_folder_that_is_gone_is_told_where_another_can_be_chosen(panel, studio, emoji, wait):
    shutil.rmtree(emoji)
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.empty.isVisible() and "not there" in panel.empty.said())
    assert panel.drop_zone.isVisible()


def test_that_an_empty_folder_says_so_and_what_would_do(panel, studio, tmp_path, wait):
    (tmp_path / "nothing").mkdir()
    studio.document.set("data.folder", escape(str(tmp_path / "nothing")))
    wait(lambda: panel.findings.isVisible())
    assert panel.findings.headline.text() == "No images to learn from"
    assert "is empty" in panel.findings.notes.texts()[0]


def test_that_thumbnails_arrive_for_what_is_on_the_screen(panel, studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.findings.isVisible())
    shown = panel.findings.thumbnails
    wait(lambda: all(key in shown._model.pictures for key in shown.visible_keys()))
    assert len(shown.keys) == 48


def test_that_looking_can_be_cancelled(panel, studio, emoji):
    studio.document.set("data.folder", escape(str(emoji)))
    assert panel._wait.isVisible()
    panel._wait.button.click()
    assert panel.empty.isVisible()


def test_that_looking_again_sees_what_has_changed(panel, studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.findings.isVisible())
    next(emoji.iterdir()).unlink()
    panel.findings.rescan_button.click()
    wait(lambda: panel.findings.headline.text().startswith("47 images"))


def test_that_how_images_are_prepared_is_edited_here(panel, studio):
    panel.form.edited.emit("data.size", 32)
    assert studio.document.draft["data"]["size"] == 32
    assert panel.findings._values["Networks see"][1].text() == "32 × 32 colour"


def test_that_the_next_step_is_one_button(panel, qtbot):
    with qtbot.waitSignal(panel.page_asked) as asked:
        panel.next_button.click()
    assert asked.args == ["design"]
