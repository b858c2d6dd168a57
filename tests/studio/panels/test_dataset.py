"""The page of images."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from gan_engine import escape, paths
from studio.layout import scrolling
from studio.panels.dataset import DatasetPanel
from studio.panels.overview import FINDINGS, NUMBERS


@pytest.fixture
def panel(show):
    return show(DatasetPanel)


def test_that_at_first_it_asks_for_images_and_offers_the_built_in_ones(panel, qtbot):
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["open_builtin"]


def test_that_a_folder_dropped_on_it_becomes_the_one_to_learn_from(panel, studio, emoji, wait):
    panel.drop_zone.folder_dropped.emit(emoji)
    assert studio.document.draft["data"]["folder"] == escape(str(emoji))
    wait(lambda: panel.overview.headline.text().split() == ["48", "images,", "64", "×", "64"])
    assert panel.overview.isVisible()
    assert panel.overview.where.text() == str(emoji)


def test_that_pictures_are_there_while_nothing_is_known_but_their_names(panel, studio, emoji):
    panel._folder = escape(str(emoji))
    names = tuple(sorted(path.name for path in emoji.iterdir()))
    panel.show_beginning()
    panel.show_names(names)
    assert panel.overview.pictures.grid.keys == list(names)
    assert panel.overview.headline.text() == "48 images"
    assert panel.overview.findings.cards == {}


def test_that_choosing_the_built_in_images_looks_at_them(panel, looked):
    looked(paths.BUILTIN)
    assert panel.overview.headline.text().startswith("420 images")
    panel.overview.tabs.setCurrentIndex(NUMBERS)
    assert "animals" in panel.overview.spread.values["subfolders"][1].text()


def test_that_what_cannot_be_used_is_named_with_its_reason(panel, studio, emoji, looked):
    (emoji / "broken.png").write_bytes(b"no picture")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(emoji / "cut.png")
    os.truncate(emoji / "cut.png", 6000)
    (emoji / "notes.txt").write_text("no picture", encoding="utf-8")
    looked(emoji)
    rows = dict(panel.overview.out.rows)
    assert rows.keys() == {"broken.png", "cut.png"}
    assert "PNG" in rows["broken.png"]
    assert "1 other file" in panel.overview.where.text()
    assert not panel.overview.out.back_button.isEnabled()
    assert panel.overview.headline.text().startswith("48 images")
    assert len(panel.overview.pictures.grid.keys) == 48
    assert sum(panel.overview.spread.sides.counts) == 48
    assert any("2 of 50 pictures" in one.text for one in studio.document.problems)
    panel.overview.findings.cards["unreadable"].show_button.click()
    assert panel.overview.out.table.isVisible()


def test_that_few_images_are_one_click_from_augmentation(panel, studio, emoji, looked, wait):
    looked(emoji)
    panel.overview.tabs.setCurrentIndex(FINDINGS)
    card = panel.overview.findings.cards["few"]
    assert "48" in card.title.text()
    card.act.click()
    assert studio.document.draft["augment"]["kind"] == "diff_augment"
    wait(lambda: not card.act.isVisible())


def test_that_a_folder_that_is_gone_is_told_where_another_can_be_chosen(panel, studio, emoji, wait):
    shutil.rmtree(emoji)
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.empty.isVisible() and "not there" in panel.empty.said())
    assert panel.drop_zone.isVisible()


def test_that_looking_again_finds_that_a_folder_is_gone_and_that_it_is_back(
    panel, studio, emoji, tmp_path, wait
):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.overview.isVisible() and not studio.clinic.is_looking)
    assert studio.document.config is not None
    away = emoji.rename(tmp_path / "unplugged")
    panel.overview.rescan_button.click()
    wait(lambda: panel.again.isVisible())
    assert "is not there" in str(studio.document.errors[0].text)
    away.rename(emoji)
    panel.again.click()
    wait(lambda: panel.overview.isVisible() and studio.document.config is not None)


def test_that_its_halves_go_below_each_other_where_it_is_narrow(panel, studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.preparation.isVisible())
    halves, area = (panel.overview, panel.preparation), scrolling(panel)
    area.show()
    area.resize(900, 700)
    wait(lambda: halves[0].y() == halves[1].y())
    area.resize(500, 700)
    wait(lambda: halves[0].y() < halves[1].y())
    wait(lambda: halves[0].width() == halves[1].width() <= 500)
    area.takeWidget()
    area.close()
    area.deleteLater()


def test_that_an_empty_folder_says_so_and_what_would_do(panel, studio, tmp_path, wait):
    (tmp_path / "nothing").mkdir()
    studio.document.set("data.folder", escape(str(tmp_path / "nothing")))
    wait(lambda: panel.overview.notes.texts())
    assert panel.overview.headline.text() == "No images to learn from"
    assert "is empty" in panel.overview.notes.texts()[0]


def test_that_thumbnails_arrive_for_what_is_on_the_screen(panel, studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    wait(lambda: panel.overview.isVisible())
    shown = panel.overview.pictures.grid
    wait(lambda: shown.keys and all(key in shown._model.pictures for key in shown.visible_keys()))
    assert len(shown.keys) == 48


def test_that_looking_can_be_cancelled(panel, studio, emoji):
    studio.document.set("data.folder", escape(str(emoji)))
    assert panel._wait.isVisible()
    panel._wait.button.click()
    assert panel.empty.isVisible()


def test_that_looking_again_sees_what_has_changed(panel, emoji, looked, wait):
    looked(emoji)
    next(emoji.iterdir()).unlink()
    panel.overview.rescan_button.click()
    wait(lambda: panel.overview.headline.text().startswith("47 images"))


def test_that_how_images_are_prepared_is_edited_here(panel, studio):
    panel.preparation.form.edited.emit("data.size", 32)
    assert studio.document.draft["data"]["size"] == 32
    assert panel.preparation.shape.text() == "32 × 32 colour"


def test_that_the_next_step_is_one_button(panel, qtbot):
    with qtbot.waitSignal(panel.page_asked) as asked:
        panel.preparation.next_button.click()
    assert asked.args == ["design"]


def test_that_the_headline_has_the_whole_width_of_a_narrow_page(panel, looked, wait):
    looked(paths.BUILTIN)
    overview = panel.overview
    overview.setFixedWidth(600)
    wait(lambda: overview.choose_button.x() > overview.headline.geometry().right())
    overview.setFixedWidth(330)
    wait(lambda: overview.choose_button.y() > overview.where.geometry().bottom())
    assert overview.headline.width() > 280
