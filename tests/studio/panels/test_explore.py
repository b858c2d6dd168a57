"""The page where a generator is played with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from gan_engine import (
    EXPORTERS,
    Exploration,
    Explored,
    Sight,
    Spot,
    open_sampler,
    paths,
    read_png,
    read_png_text,
    spot_in,
    spots_of,
)
from studio.exploring import Opened
from studio.panels.export import ExportDialog
from tests.studio.panels.conftest import lively, picture


def drawn(walked: float = 0.0, **how: Any) -> tuple[Sight, Explored]:
    """Return four samples that were asked for."""
    sight = Sight(Exploration(rows=2, columns=2, seed=5, **how), walked=walked)
    return sight, Explored(picture(), 2, 2, tuple(spots_of(sight, 0)))


def test_that_an_empty_page_offers_to_open_a_file(explore_panel, qtbot):
    assert explore_panel.empty.isVisible()
    with qtbot.waitSignal(explore_panel.action_asked) as heard:
        explore_panel.empty.button.click()
    assert heard.args == ["open_weights"]


def test_that_a_finished_run_is_explored_as_soon_as_the_page_is_seen(explored, run_folder):
    assert run_folder.name in explored.heading.text()
    assert (explored.view.count, explored._spots[:2]) == (36, (Spot(0), Spot(1)))
    assert not explored.choice.class_row.isVisible()
    assert explored.foot.walk_button.isVisible()


def test_that_settings_are_what_is_drawn(explored, studio, qtbot):
    explored.form.edited.emit("columns", 3)
    qtbot.waitUntil(lambda: explored.view.count == 18)
    explored.foot.other_button.click()
    qtbot.waitUntil(lambda: explored._spots[0] == Spot(18))
    assert studio.exploring.sight.how.seed == 18


def test_that_enter_shows_a_samples_neighbours_and_a_button_goes_back(explored, studio, qtbot):
    explored.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(explored.view, key)
    assert studio.exploring.sight.how.near == "1"
    assert explored.foot.home_button.isVisible()
    assert not explored.foot.back_button.isVisible()  # it would do the same
    assert "seed 1" in explored.tip.text()
    qtbot.waitUntil(lambda: explored.view.name_of(1).startswith("seed 1, 30 %"))
    explored.foot.home_button.click()
    assert not studio.exploring.sight.how.near
    assert not explored.foot.home_button.isVisible()


def test_that_one_goes_on_from_a_neighbour_itself_and_a_step_back(explored, studio, qtbot):
    for cell, near in ((4, "4"), (2, "4>1:0.3"), (1, "4>1:0.3>0:0.3")):
        explored.view.cell_activated.emit(cell)
        assert studio.exploring.sight.how.near == near
        assert explored.form.rows["near"].field._line.text() == near
        qtbot.waitUntil(lambda near=near: explored._spots[0] == spot_in(near))
    assert explored.tip.text().startswith("Neighbours of seed 4, 30 % towards 1, 30 % towards 0")
    explored.foot.back_button.click()
    assert explored.form.rows["near"].field._line.text() == "4>1:0.3"
    explored.foot.back_button.click()
    assert not explored.foot.back_button.isVisible()
    explored.foot.home_button.click()
    assert not explored.form.rows["near"].field._line.text()


def test_that_a_sample_can_be_gone_to_by_its_name(explored, studio, qtbot):
    explored.form.edited.emit("near", "7>8:0.25")
    qtbot.waitUntil(lambda: explored._spots[0] == spot_in("7>8:0.25"))
    assert explored.foot.home_button.isVisible()
    explored.form.edited.emit("near", "7>")
    qtbot.waitUntil(lambda: "no sample" in explored.tip.text())
    explored.foot.home_button.click()
    qtbot.waitUntil(lambda: explored._spots[0] == Spot(0))


def test_that_a_saved_sample_says_all_that_is_needed_to_make_it_again(
    explore_panel, studio, run_folder, tmp_path, qtbot
):
    explored = explore_panel
    studio.run.open_folder(lively(run_folder))
    qtbot.waitUntil(lambda: not explored.view.is_empty)
    explored.form.edited.emit("truncation", 0.6)
    explored.view.cell_activated.emit(4)
    qtbot.waitUntil(lambda: len(explored._spots[1].steps) == 1)
    explored.view.cell_activated.emit(2)
    qtbot.waitUntil(lambda: len(explored._spots[1].steps) == 2)
    paths.home().mkdir(parents=True, exist_ok=True)
    explored.save(3)
    dialog = explored.findChild(QFileDialog, "save-png")
    assert "seed-4-1-0.3-2-0.3.png" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file)
    told = read_png_text(tmp_path / "mine.png")
    assert (told["seeds"], told["truncation"]) == ("4>1:0.3>2:0.3", "0.6")
    written = read_png(tmp_path / "mine.png").astype(int)
    spots = [spot_in(told["seeds"]), spot_in("4>1:0.3")]
    again, before = open_sampler(run_folder).at(spots, float(told["truncation"])).astype(int)
    assert np.abs(again - written).max() <= 1  # up to how many were made at once
    assert np.abs(before - written).max() > 10


def test_that_a_walk_is_started_and_stopped_by_one_button(explored, studio, qtbot):
    explored.foot.walk_button.click()
    assert explored.foot.walk_button.text() == "Stand still"
    qtbot.waitUntil(lambda: studio.exploring.sight.walked > 0)
    explored.foot.walk_button.click()
    assert explored.foot.walk_button.text() == "Walk"


def test_that_leaving_the_page_ends_the_walk_and_frees_the_generator(explored, studio):
    explored.foot.walk_button.click()
    explored.hide()
    assert studio.exploring._sampler is None
    assert explored.foot.walk_button.text() == "Walk"


def test_that_cells_are_called_what_they_are(explore_panel):
    explore_panel.show_opened(Opened(panel_source(), 48, (), False))
    explore_panel.show_drawn(drawn())
    assert explore_panel.view.name_of(1) == "seed 6"
    explore_panel.show_drawn(drawn(near="5", distance=0.25))
    assert [explore_panel.view.name_of(cell) for cell in (0, 1)] == [
        "seed 5",
        "seed 5, 25 % towards 6",
    ]
    explore_panel.show_drawn(drawn(walked=2.5))
    assert explore_panel.view.name_of(0) == "seed 13, 50 % towards 17"
    explore_panel.show_drawn(drawn(near="5>8:0.3>(7>9:0.5):0.125", distance=0.25))
    assert [explore_panel.view.name_of(cell) for cell in (0, 1)] == [
        "seed 5, 30 % towards 8, 12.5 % towards (7>9:0.5)",
        "seed 5 and 3 steps",
    ]


def panel_source():
    return Path("g.safetensors")


def test_that_a_chosen_cell_stays_chosen_while_a_walk_goes(explore_panel):
    explore_panel.show_opened(Opened(panel_source(), 48, (), False))
    explore_panel.show_drawn(drawn())
    explore_panel.view._choose(2)
    explore_panel.show_drawn(drawn(walked=0.5))
    assert explore_panel.view.selected == 2


def test_that_classes_can_be_chosen_where_there_are_some(explore_panel, studio):
    explore_panel.show_opened(Opened(panel_source(), 48, ("cat", "dog"), False))
    assert explore_panel.choice.class_row.isVisible()
    assert [explore_panel.choice.classes.itemText(n) for n in range(3)] == [
        "All in turn",
        "cat",
        "dog",
    ]
    explore_panel.choice.classes.setCurrentIndex(2)
    assert studio.exploring.sight.label == 1
    explore_panel.choice.classes.setCurrentIndex(0)
    assert studio.exploring.sight.label is None


def test_that_the_class_that_is_looked_at_stays_chosen_when_the_run_saves(explore_panel, studio):
    explore_panel.show_opened(Opened(panel_source(), 48, ("cat", "dog"), False))
    explore_panel.choice.classes.setCurrentIndex(2)
    explore_panel.show_opened(Opened(panel_source(), 96, ("cat", "dog"), False))
    assert studio.exploring.sight.label == 1
    assert explore_panel.choice.classes.currentText() == "dog"


def test_that_what_makes_pictures_from_pictures_has_no_seeds_to_choose(explore_panel):
    explore_panel.show_opened(Opened(panel_source(), 48, (), True))
    explore_panel.show_drawn((Sight(Exploration()), Explored(picture(), 2, 2)))
    parts = (explore_panel.choice, explore_panel.foot.walk_button, explore_panel.foot.other_button)
    assert not any(part.isVisible() for part in parts)
    explore_panel.view.cell_activated.emit(1)
    assert not explore_panel.foot.home_button.isVisible()


def test_that_a_sample_is_saved_as_it_is_seen(explored, tmp_path, qtbot):
    paths.home().mkdir(parents=True, exist_ok=True)
    explored.save(2)
    dialog = explored.findChild(QFileDialog, "save-png")
    assert "seed-2.png" in dialog.selectedFiles()[0]
    assert dialog.directory().absolutePath() != str(Path.cwd())
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file)
    side = explored.view.cell_rect(2)
    wanted = explored._pixels[: side.height(), side.left() : side.left() + side.width()]
    assert (read_png(tmp_path / "mine.png") == wanted).all()


def test_that_what_goes_wrong_is_said_and_leaves_the_picture(explored, tmp_path, qtbot):
    explored.picture_saved.emit(tmp_path / "no" / "such" / "\0.png", explored._pixels, {})
    qtbot.waitUntil(lambda: "neighbours" not in explored.tip.text())
    assert not explored.view.is_empty


def test_that_pinned_samples_are_what_a_walk_passes(explored, studio, qtbot):
    assert explored.view.pinned == frozenset()
    for cell in (4, 2, 7, 2):
        explored.view.pin_asked.emit(cell)
    assert studio.exploring.sight.how.through == "4, 7"
    qtbot.waitUntil(lambda: explored.view.pinned == {4, 7})
    explored.foot.walk_button.click()
    qtbot.waitUntil(lambda: [spot.seed for spot in explored._spots[:3]] == [4, 7, 4])
    assert explored.view.pinned is None  # what is on a way to another sample cannot be pinned


def test_that_pinned_samples_are_what_single_images_begin_with(explored, show, qtbot):
    for cell in (4, 2):
        explored.view.pin_asked.emit(cell)
    dialog = show(ExportDialog)
    number = [kind.key() for kind in EXPORTERS].index("images")
    dialog.what.buttons.button(number).click()
    assert dialog.what.made().chosen == "4, 2"


def test_that_one_seed_is_no_walk_and_says_so(explored, studio, qtbot):
    explored.view.pin_asked.emit(4)
    qtbot.waitUntil(lambda: explored.view.pinned == {4})
    explored.foot.walk_button.click()
    qtbot.waitUntil(lambda: "no seeds for a walk" in explored.tip.text())
    assert explored.foot.walk_button.text() == "Walk"
    assert not explored.view.is_empty


def test_that_a_number_that_cannot_be_is_said_at_its_field_and_drawn_by_nobody(
    explore_panel, studio
):
    before = studio.exploring.sight
    explore_panel.form.edited.emit("rows", 99)
    assert explore_panel.form.rows["rows"].line.text == "Must be at most 16."
    explore_panel.foot.other_button.click()
    assert studio.exploring.sight == before
    explore_panel.form.edited.emit("rows", 3)
    assert not explore_panel.form.rows["rows"].line.text
    assert studio.exploring.sight.how.rows == 3


def test_that_an_export_begins_with_what_is_looked_at(explored, studio, show, qtbot):
    dialog = show(ExportDialog)

    def begins_with():
        dialog.close()
        dialog.show()
        return dialog.what.kind.key()

    assert begins_with() == "grid"
    explored.view.cell_activated.emit(3)
    assert begins_with() == "grid"
    assert (dialog.what.made().near, dialog.what.made().distance) == ("3", 0.3)
    explored.foot.home_button.click()
    assert begins_with() == "grid"
    assert not dialog.what.made().near
    assert not explored.foot.film_button.isVisible()
    explored.foot.walk_button.click()
    with qtbot.waitSignal(explored.action_asked) as heard:
        explored.foot.film_button.click()
    assert heard.args == ["export"]
    assert begins_with() == "walk"
    explored.foot.walk_button.click()
    explored.form.edited.emit("seed", 7)
    assert begins_with() == "grid"
    assert dialog.what.made().seed == 7
    dialog.what.buttons.button(0).click()
    assert begins_with() == "ema"


def test_that_pictures_of_ones_own_are_one_click_from_a_generator_of_pairs(
    explore_panel, qtbot, tmp_path
):
    explore_panel.show_opened(Opened(tmp_path / "001-pairs", 64, (), needs_pictures=True))
    assert "come with the program" in explore_panel.tip.text()
    assert not explore_panel.foot.walk_button.isVisible()
    with qtbot.waitSignal(explore_panel.action_asked) as heard:
        explore_panel.foot.folder_button.click()
    assert heard.args == ["export"]
    explore_panel.show_opened(Opened(tmp_path / "002-seeds", 64, (), needs_pictures=False))
    assert not explore_panel.foot.folder_button.isVisible()
    assert explore_panel.foot.walk_button.isVisible()


def test_that_an_export_from_a_generator_of_pairs_begins_with_pictures(studio, tmp_path):
    studio.exploring.now = Opened(tmp_path / "001-pairs", 64, (), needs_pictures=True)
    assert not studio.exploring.takes_away
    studio.exploring._watchers = 1
    assert studio.exploring.takes_away == "pictures"
    studio.exploring._watchers = 0
    studio.exploring.now = None
