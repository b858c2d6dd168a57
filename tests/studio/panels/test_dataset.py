"""The page of images."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from gan_engine import DataSettings, escape, paths, prepare
from studio.panels.dataset import DatasetPanel
from studio.panels.overview import FINDINGS, NUMBERS, OUT


@pytest.fixture
def panel(show):
    return show(DatasetPanel)


@pytest.fixture
def wait(qtbot):
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()), timeout=30_000)


@pytest.fixture
def looked(studio, wait):
    """Choose a folder and wait until all is known of it."""

    def choose(folder):
        studio.document.set("data.folder", escape(str(folder)))
        wait(lambda: settled(studio))

    return choose


def settled(studio):
    clinic = studio.clinic
    known = clinic.diagnosis is not None and clinic.diagnosis.looked_closer
    return known and clinic._thinking is None and not clinic._stale


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


def test_that_what_cannot_be_used_is_named_with_its_reason(panel, emoji, looked):
    (emoji / "broken.png").write_bytes(b"no picture")
    (emoji / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (emoji / "notes.txt").write_text("no picture", encoding="utf-8")
    looked(emoji)
    rows = dict(panel.overview.out.rows)
    assert rows.keys() == {"broken.png", "cut.png"}
    assert "PNG" in rows["broken.png"]
    assert "1 other file" in panel.overview.where.text()
    assert not panel.overview.out.back_button.isEnabled()
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


# --- mending ------------------------------------------------------------------------------------


@pytest.fixture
def untidy(emoji):
    """The emoji folder with two copies and a blank page in it."""
    first, second, *_ = sorted(emoji.iterdir())
    shutil.copy(first, emoji / "copy 1.webp")
    shutil.copy(second, emoji / "copy 2.webp")
    Image.new("RGB", (64, 64), (250, 250, 250)).save(emoji / "blank.png")
    return emoji


def test_that_all_that_is_safe_is_mended_by_one_edit_that_can_be_undone(
    panel, studio, untidy, looked, wait
):
    looked(untidy)
    before = studio.document.draft
    files = sorted((path.name, path.stat().st_mtime_ns) for path in untidy.iterdir())
    assert panel.overview.mend.isVisible()
    panel.overview.mend_button.click()
    data = studio.document.draft["data"]
    assert data["skip_duplicates"]
    assert data["skip_blank"]
    wait(lambda: len(panel.overview.out.rows) == 3)
    wait(lambda: not panel.overview.mend.isVisible())
    assert {name for name, _ in panel.overview.out.rows} == {
        "blank.png",
        "copy 1.webp",
        "copy 2.webp",
    }
    assert not panel.overview.findings.cards["duplicates"].undo.isHidden()
    studio.document.undo()
    assert studio.document.draft == before
    wait(lambda: panel.overview.mend.isVisible())
    assert sorted((path.name, path.stat().st_mtime_ns) for path in untidy.iterdir()) == files


def test_that_a_finding_can_be_mended_alone_and_taken_back(panel, studio, untidy, looked, wait):
    looked(untidy)
    panel.overview.tabs.setCurrentIndex(FINDINGS)
    card = panel.overview.findings.cards["blank"]
    card.act.click()
    assert studio.document.draft["data"]["skip_blank"] is True
    wait(lambda: card.undo.isVisible())
    assert "skip_duplicates" not in [k for k, v in studio.document.draft["data"].items() if v]
    card.undo.click()
    assert studio.document.draft["data"]["skip_blank"] is False
    wait(lambda: card.act.isVisible())


def test_that_one_picture_is_put_back_and_the_run_agrees(panel, studio, untidy, looked, wait):
    looked(untidy)
    panel.overview.mend_button.click()
    wait(lambda: len(panel.overview.out.rows) == 3)
    panel.overview.tabs.setCurrentIndex(OUT)
    row = [name for name, _ in panel.overview.out.rows].index("copy 1.webp")
    panel.overview.out.table.selectRow(row)
    panel.overview.out.back_button.click()
    wait(lambda: len(panel.overview.out.rows) == 2)
    data = studio.document.draft["data"]
    *_, made = prepare(DataSettings(**data))
    assert {one.path for one in made.excluded} == {name for name, _ in panel.overview.out.rows}
    assert "copy 1.webp" in made.files


def test_that_a_picture_is_left_out_where_it_is_shown_and_drawn_as_such(
    panel, studio, emoji, looked, wait
):
    looked(emoji)
    pictures = panel.overview.pictures
    name = pictures.grid.keys[3]
    pictures.grid.select(name)
    pictures.grid.clicked.emit(pictures.grid.currentIndex())
    assert pictures.card.isVisible()
    pictures.card.act.click()
    wait(lambda: pictures.card.act.text() == "Put back")
    assert [row[0] for row in panel.overview.out.rows] == [name]
    assert name in pictures.grid._model.marked
    assert name not in pictures.first
    pictures.card.act.click()
    wait(lambda: pictures.card.act.text() == "Leave out")
    assert panel.overview.out.rows == []


def test_that_several_chosen_pictures_are_left_out_together(panel, studio, emoji, looked, wait):
    looked(emoji)
    grid = panel.overview.pictures.grid
    grid.selectAll()
    grid.picked.emit(grid.keys[0])
    panel.overview.pictures.card.act.click()
    wait(lambda: len(panel.overview.out.rows) == 48)
    panel.overview.out.all_button.click()
    wait(lambda: panel.overview.out.rows == [])


def test_that_a_finding_s_pictures_are_shown_alone_and_all_again(panel, untidy, looked):
    looked(untidy)
    panel.overview.findings.cards["duplicates"].show_button.click()
    pictures = panel.overview.pictures
    assert pictures.grid.keys == ["copy 1.webp", "copy 2.webp"]
    assert "2" in pictures.what.text()
    pictures.all_button.click()
    assert len(pictures.grid.keys) == 51


def test_that_findings_have_thumbnails(panel, untidy, looked, wait):
    looked(untidy)
    panel.overview.tabs.setCurrentIndex(FINDINGS)
    card = panel.overview.findings.cards["duplicates"]
    wait(lambda: not card.missing())
    assert not card.pictures[1].pixmap().isNull()
    assert card.pictures[2].isHidden()


def test_that_the_kinds_of_other_folders_are_forgotten(panel, untidy, tmp_path, looked):
    looked(untidy)
    other = tmp_path / "other"
    other.mkdir()
    noise = np.random.default_rng(0)
    for number in range(120):
        pixels = noise.integers(0, 256, (70, 70, 3), np.uint8)
        Image.fromarray(pixels).save(other / f"{number}.png")
    looked(other)
    assert panel.overview.findings.cards == {}
    assert not panel.overview.findings.none.isHidden()
    assert not panel.overview.mend.isVisible()


# --- preparing ----------------------------------------------------------------------------------


def test_that_the_strip_shows_what_the_networks_see_and_follows_the_form(
    panel, studio, emoji, looked, wait
):
    looked(emoji)
    strip, names = panel.preparation.strip, panel.preparation._names
    made = panel.preparation._made
    wait(lambda: all(name in made for name in names))
    assert len(names) == 4
    assert [len(pictures) for _, pictures in strip.rows] == [4, 4]
    studio.document.set_many({"data.size": 16, "data.fit": "pad", "data.background": "#ff0000"})
    wait(lambda: all(made[name].seen.shape[0] == 16 for name in names))
    *_, array = prepare(DataSettings(**studio.document.draft["data"]))
    place = {name: number for number, name in enumerate(array.files)}
    for name in names:
        assert np.array_equal(made[name].seen, array.images[place[name]])
    studio.document.set("augment.kind", "diff_augment")
    wait(lambda: len(strip.rows) == 3)


def test_that_a_picked_picture_is_shown_in_every_way_with_its_facts(
    panel, studio, emoji, looked, wait
):
    looked(emoji)
    pictures = panel.overview.pictures
    studio.document.set("augment.kind", "adaptive")
    pictures.grid.picked.emit(pictures.grid.keys[7])
    card = pictures.card
    wait(lambda: "WEBP · 64 × 64" in card.facts.text())
    assert all(tile.isVisible() for tile in card.tiles.values())
    first = panel.preparation._made[card.name].augmented
    card.again.click()
    wait(lambda: not np.array_equal(panel.preparation._made[card.name].augmented, first))
    studio.document.set("data.flip", False)
    wait(lambda: not card.tiles["mirrored"].isVisible())
    pictures.grid.setFocus()
    panel.overview.pictures.card.closed.emit()
    assert not card.isVisible()


def test_that_arrow_keys_walk_through_the_pictures(panel, qtbot, emoji, looked):
    looked(emoji)
    grid = panel.overview.pictures.grid
    grid.select(grid.keys[0])
    with qtbot.waitSignal(grid.picked) as picked:
        qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert picked.args == [grid.keys[1]]


def test_that_a_size_is_suggested_with_its_reason_and_taken_by_a_button(
    panel, studio, emoji, looked, wait
):
    looked(emoji)
    assert not panel.preparation.advice.isVisible()  # 64 is chosen and suggested
    studio.document.set("data.size", 32)
    wait(lambda: panel.preparation.advice.isVisible())
    assert "64 px" in panel.preparation.advice_text.text()
    panel.preparation.take_button.click()
    assert studio.document.draft["data"]["size"] == 64
    wait(lambda: not panel.preparation.advice.isVisible())


def test_that_sizes_shapes_and_brightness_are_counted(panel, untidy, looked):
    looked(untidy)
    spread = panel.overview.spread
    assert sum(spread.sides.counts) == sum(spread.aspects.counts) == 51
    assert sum(spread.brightness.counts) == 51
    assert "51" in spread.sides.tip_at(spread.sides.width() * 0.99) + "".join(spread.sides._tips)


def test_that_too_little_space_is_told_at_the_size_before_a_start(
    panel, studio, emoji, looked, wait, monkeypatch
):
    full = shutil._ntuple_diskusage(10**9, 10**9, 10_000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    looked(emoji)
    (problem,) = studio.document.problems_at("data.size")
    assert problem.severity == "error"
    assert "MB free" in problem.text
    assert studio.document.config is None
    monkeypatch.undo()
    studio.document.set("data.size", 32)
    wait(lambda: not studio.document.problems_at("data.size"))
    assert studio.document.config is not None


def test_that_no_space_is_asked_for_what_is_prepared_already(
    panel, studio, emoji, looked, monkeypatch
):
    list(prepare(DataSettings(folder=str(emoji))))
    full = shutil._ntuple_diskusage(10**9, 10**9, 10_000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    looked(emoji)
    assert not studio.document.problems_at("data.size")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_that_odd_names_are_shown_as_one_line(panel, emoji, looked):
    source = next(emoji.iterdir()).read_bytes()
    for odd in (b"two\nlines.webp", b"caf\xe9.webp", "\u202egnp.webp".encode()):
        (emoji / os.fsdecode(odd)).write_bytes(source)
    looked(emoji)
    pictures = panel.overview.pictures
    for key in pictures.grid.keys:
        pictures.grid.picked.emit(key)
        assert len(pictures.card.title.text().splitlines()) == 1
        assert "\u202e" not in pictures.card.title.text()


def test_that_pairs_are_counted_as_pairs(panel, studio, emoji, wait):
    names = sorted(path.name for path in emoji.iterdir())
    for number, name in enumerate(names[:9]):
        side = emoji / ("ab"[number % 2])
        side.mkdir(exist_ok=True)
        (emoji / name).rename(side / f"{number // 2}{Path(name).suffix}")
    for name in names[9:]:
        (emoji / name).unlink()
    panel.drop_zone.folder_dropped.emit(emoji)
    wait(lambda: panel.overview.headline.text().startswith("9 images"))
    studio.document.set("data.pairs", "folders")
    wait(lambda: panel.overview.headline.text().startswith("4 pairs"))
    studio.document.set("data.pairs", "off")
    wait(lambda: panel.overview.headline.text().startswith("9 images"))
