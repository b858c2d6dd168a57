"""The page of images: what the networks will see, which size suits, and what is known of a picture."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from gan_engine import DataSettings, prepare
from studio.panels.dataset import DatasetPanel
from studio.panels.enlarged import Enlarged
from studio.panels.overview import NUMBERS
from tests.studio.visitor import readable_choices


@pytest.fixture
def panel(show):
    return show(DatasetPanel)


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
    assert [key for key, tile in card.tiles.items() if not tile.isVisible()] == ["beside"]
    first = panel.preparation._made[card.name].augmented
    card.again.click()
    wait(lambda: not np.array_equal(panel.preparation._made[card.name].augmented, first))
    studio.document.set("data.flip", False)
    wait(lambda: not card.tiles["mirrored"].isVisible())
    pictures.grid.setFocus()
    panel.overview.pictures.card.closed.emit()
    assert not card.isVisible()


def test_that_a_picture_is_enlarged_and_the_next_one_by_an_arrow_key(
    panel, studio, emoji, looked, wait, qtbot
):
    Image.new("RGB", (900, 450), "#204080").save(emoji / "a wide one.png")
    looked(emoji)
    pictures = panel.overview.pictures
    first = pictures.grid.keys.index("a wide one.png")
    pictures.grid.select("a wide one.png")
    pictures.grid.activated.emit(pictures.grid.currentIndex())
    large = pictures.findChild(Enlarged)
    wait(lambda: not large.original.is_empty)
    assert large.isVisible()
    assert "900 × 450" in large.facts.text()
    assert large.original.cell_image(0).width() == 900
    qtbot.keyClick(large.seen, Qt.Key.Key_Right)
    assert large.name == pictures.grid.keys[first + 1] == pictures.card.name
    wait(lambda: not large.original.is_empty)
    pictures.card.tiles["seen"].chosen.emit(0)
    (emoji / large.name).unlink()
    pictures.card.large.click()
    wait(lambda: large.original._text != "Loading")
    assert "cannot be used" in large.original._text
    large.close()


def test_that_a_picture_of_the_strip_is_brought_to_view(panel, emoji, looked):
    looked(emoji)
    panel.overview.tabs.setCurrentIndex(NUMBERS)
    pictures, name = panel.overview.pictures, panel.preparation._names[2]
    pictures.show_some(
        [name for name in pictures.grid.keys if name not in panel.preparation._names], ""
    )
    panel.preparation.strip.chosen.emit(2)
    assert pictures.card.isVisible()
    assert pictures.card.name == name
    assert name in pictures.grid.selected_keys()


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
    studio.document.set("data.size", 64)
    looked(emoji)
    assert not panel.preparation.advice.isVisible()  # 64 is chosen and suggested
    studio.document.set("data.size", 32)
    wait(lambda: panel.preparation.advice.isVisible())
    assert "64\u00a0px" in panel.preparation.advice_text.text()  # no line ends between the two
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
    studio.document.set("data.size", 64)
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
    list(prepare(DataSettings(folder=str(emoji), size=64)))
    studio.document.set("data.size", 64)
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
    pictures, made = panel.overview.pictures, panel.preparation._made
    name, partner = pictures.grid.keys[0], pictures.grid.keys[5]
    pictures.grid.picked.emit(name)
    wait(lambda: name in made and made[name].partner == partner)
    assert made[name].seen.shape == (32, 64, 3)
    assert pictures.card.tiles["beside"].isVisible()
    assert partner in pictures.card.facts.text()
    assert [caption for caption, _ in panel.preparation.strip.rows][1] == "Their partners"
    studio.document.set("data.pairs", "off")
    wait(lambda: panel.overview.headline.text().startswith("9 images"))


def test_that_every_choice_of_its_form_can_be_read_in_a_window_of_ordinary_size(visitor):
    visitor.window.resize(1440, 900)
    visitor.window.show_page("dataset")
    panel = visitor.window.panels["dataset"]
    panel.look()
    visitor.waits_until(lambda: panel.preparation.isVisible())
    assert readable_choices(panel.preparation) >= {"Channels", "Fit", "Crop", "Pairs"}
