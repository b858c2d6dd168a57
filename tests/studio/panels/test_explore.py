"""The page where a generator is played with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from gan_engine import (
    EXPORTERS,
    Exploration,
    Explored,
    Sight,
    Spot,
    checkpoint,
    open_sampler,
    paths,
    read_png,
    read_png_text,
    saves_of,
    spot_in,
    spots_of,
)
from studio.exploring import Opened
from studio.panels.explore import ExplorePanel
from studio.panels.export import ExportDialog
from tests.studio.panels.conftest import picture
from tests.studio.tiny import PATIENCE


@pytest.fixture
def panel(show) -> ExplorePanel:
    return show(ExplorePanel)


@pytest.fixture
def filled(panel, studio, run_folder, qtbot) -> ExplorePanel:
    studio.run.open_folder(run_folder)
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    return panel


def drawn(walked: float = 0.0, **how: Any) -> tuple[Sight, Explored]:
    """Return four samples that were asked for."""
    sight = Sight(Exploration(rows=2, columns=2, seed=5, **how), walked=walked)
    return sight, Explored(picture(), 2, 2, tuple(spots_of(sight, 0)))


def test_that_an_empty_page_offers_to_open_a_file(panel, qtbot):
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.action_asked) as heard:
        panel.empty.button.click()
    assert heard.args == ["open_weights"]


def test_that_a_finished_run_is_explored_as_soon_as_the_page_is_seen(filled, run_folder):
    assert run_folder.name in filled.heading.text()
    assert (filled.view.count, filled._spots[:2]) == (36, (Spot(0), Spot(1)))
    assert not filled.choice.class_row.isVisible()
    assert filled.foot.walk_button.isVisible()


def test_that_any_save_of_a_run_can_be_looked_at_and_is_what_is_taken_away(
    panel, studio, saved_often, show, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    newest, *_, first = [seen for seen, _ in saves_of(saved_often)]
    choice, before = panel.head.save, panel._pixels
    assert panel.heading.text() == saved_often.name  # how far it is stands in the choice
    assert choice.isVisible()
    assert choice.itemText(0) == f"The newest save, after {newest} images"
    choice.choose("best")
    choice.activated.emit(choice.currentIndex())  # as a person does
    qtbot.waitUntil(lambda: studio.exploring.now.images_seen == first, timeout=PATIENCE)
    qtbot.waitUntil(lambda: panel._pixels is not before, timeout=PATIENCE)
    assert panel._spots[:2] == (Spot(0), Spot(1))
    assert (panel._pixels != before).any()
    assert show(ExportDialog).save.chosen == "best"


def test_that_a_save_that_is_written_meanwhile_is_offered_and_one_that_is_gone_is_not(
    panel, studio, saved_often, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    (_, path), (older, gone), *_ = saves_of(saved_often)
    choice = panel.head.save
    choice.choose(older)
    choice.activated.emit(choice.currentIndex())
    qtbot.waitUntil(lambda: studio.exploring.now.save == older, timeout=PATIENCE)
    gone.unlink()
    shutil.copy(path, path.with_name(checkpoint.file_name(4096)))
    studio.run.saved.emit(None)
    assert choice.currentText() == "The newest save, after 4,096 images"
    qtbot.waitUntil(lambda: studio.exploring.now.save is None, timeout=PATIENCE)


def test_that_a_damaged_save_is_told_and_what_was_seen_stays_chosen(
    panel, studio, saved_often, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    (newest, _), (older, path), *_ = saves_of(saved_often)
    path.write_bytes(path.read_bytes()[:-40])
    panel.head.save.choose(older)
    panel.head.save.activated.emit(panel.head.save.currentIndex())
    qtbot.waitUntil(lambda: path.name in panel.tip.text(), timeout=PATIENCE)
    assert panel.head.save.chosen is None
    assert (studio.exploring.save, studio.exploring.now.images_seen) == (None, newest)
    panel.foot.saves_button.click()
    qtbot.waitUntil(lambda: bool(panel._moments), timeout=PATIENCE)
    qtbot.waitUntil(lambda: f"{older}: cannot be read" in panel.view._captions.values())


def test_that_settings_are_what_is_drawn(filled, studio, qtbot):
    filled.form.edited.emit("columns", 3)
    qtbot.waitUntil(lambda: filled.view.count == 18, timeout=PATIENCE)
    filled.foot.other_button.click()
    qtbot.waitUntil(lambda: filled._spots[0] == Spot(18), timeout=PATIENCE)
    assert studio.exploring.sight.how.seed == 18


def test_that_enter_shows_a_samples_neighbours_and_a_button_goes_back(filled, studio, qtbot):
    filled.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(filled.view, key)
    assert studio.exploring.sight.how.near == "1"
    assert filled.foot.home_button.isVisible()
    assert not filled.foot.back_button.isVisible()  # it would do the same
    assert "seed 1" in filled.tip.text()
    qtbot.waitUntil(lambda: filled.view.name_of(1).startswith("seed 1, 30 %"), timeout=PATIENCE)
    filled.foot.home_button.click()
    assert not studio.exploring.sight.how.near
    assert not filled.foot.home_button.isVisible()


def test_that_one_goes_on_from_a_neighbour_itself_and_a_step_back(filled, studio, qtbot):
    for cell, near in ((4, "4"), (2, "4>1:0.3"), (1, "4>1:0.3>0:0.3")):
        filled.view.cell_activated.emit(cell)
        assert studio.exploring.sight.how.near == near
        assert filled.form.rows["near"].field._line.text() == near
        qtbot.waitUntil(lambda near=near: filled._spots[0] == spot_in(near), timeout=PATIENCE)
    assert filled.tip.text().startswith("Neighbours of seed 4, 30 % towards 1, 30 % towards 0")
    filled.foot.back_button.click()
    assert filled.form.rows["near"].field._line.text() == "4>1:0.3"
    filled.foot.back_button.click()
    assert not filled.foot.back_button.isVisible()
    filled.foot.home_button.click()
    assert not filled.form.rows["near"].field._line.text()


def test_that_a_sample_can_be_gone_to_by_its_name(filled, studio, qtbot):
    filled.form.edited.emit("near", "7>8:0.25")
    qtbot.waitUntil(lambda: filled._spots[0] == spot_in("7>8:0.25"), timeout=PATIENCE)
    assert filled.foot.home_button.isVisible()
    filled.form.edited.emit("near", "7>")
    qtbot.waitUntil(lambda: "no sample" in filled.tip.text(), timeout=PATIENCE)
    filled.foot.home_button.click()
    qtbot.waitUntil(lambda: filled._spots[0] == Spot(0), timeout=PATIENCE)


def lively(run: Path) -> Path:
    """Let samples of a run that has learned nothing differ: they are grey everywhere."""
    path, saved, _ = checkpoint.newest(run)
    tensors = {n: 9 * one if one.ndim > 1 else one for n, one in saved.tensors.items()}
    checkpoint.write(
        path, checkpoint.Checkpoint("checkpoint", saved.draft, saved.counters, tensors)
    )
    return run


def test_that_a_saved_sample_says_all_that_is_needed_to_make_it_again(
    panel, studio, run_folder, tmp_path, qtbot
):
    filled = panel
    studio.run.open_folder(lively(run_folder))
    qtbot.waitUntil(lambda: not filled.view.is_empty, timeout=PATIENCE)
    filled.form.edited.emit("truncation", 0.6)
    filled.view.cell_activated.emit(4)
    qtbot.waitUntil(lambda: len(filled._spots[1].steps) == 1, timeout=PATIENCE)
    filled.view.cell_activated.emit(2)
    qtbot.waitUntil(lambda: len(filled._spots[1].steps) == 2, timeout=PATIENCE)
    paths.home().mkdir(parents=True, exist_ok=True)
    filled.save(3)
    dialog = filled.findChild(QFileDialog, "save-png")
    assert "seed-4-1-0.3-2-0.3.png" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file, timeout=PATIENCE)
    told = read_png_text(tmp_path / "mine.png")
    assert (told["seeds"], told["truncation"]) == ("4>1:0.3>2:0.3", "0.6")
    written = read_png(tmp_path / "mine.png").astype(int)
    spots = [spot_in(told["seeds"]), spot_in("4>1:0.3")]
    again, before = open_sampler(run_folder).at(spots, float(told["truncation"])).astype(int)
    assert np.abs(again - written).max() <= 1  # up to how many were made at once
    assert np.abs(before - written).max() > 10


def test_that_a_walk_is_started_and_stopped_by_one_button(filled, studio, qtbot):
    filled.foot.walk_button.click()
    assert filled.foot.walk_button.text() == "Stand still"
    qtbot.waitUntil(lambda: studio.exploring.sight.walked > 0, timeout=PATIENCE)
    filled.foot.walk_button.click()
    assert filled.foot.walk_button.text() == "Walk"


def test_that_leaving_the_page_ends_the_walk_and_frees_the_generator(filled, studio):
    filled.foot.walk_button.click()
    filled.hide()
    assert studio.exploring._sampler is None
    assert filled.foot.walk_button.text() == "Walk"


def test_that_cells_are_called_what_they_are(panel):
    panel.show_opened(Opened(panel_source(), 48, (), False))
    panel.show_drawn(drawn())
    assert panel.view.name_of(1) == "seed 6"
    panel.show_drawn(drawn(near="5", distance=0.25))
    assert [panel.view.name_of(cell) for cell in (0, 1)] == ["seed 5", "seed 5, 25 % towards 6"]
    panel.show_drawn(drawn(walked=2.5))
    assert panel.view.name_of(0) == "seed 13, 50 % towards 17"
    panel.show_drawn(drawn(near="5>8:0.3>(7>9:0.5):0.125", distance=0.25))
    assert [panel.view.name_of(cell) for cell in (0, 1)] == [
        "seed 5, 30 % towards 8, 12.5 % towards (7>9:0.5)",
        "seed 5 and 3 steps",
    ]


def panel_source():
    return Path("g.safetensors")


def test_that_a_chosen_cell_stays_chosen_while_a_walk_goes(panel):
    panel.show_opened(Opened(panel_source(), 48, (), False))
    panel.show_drawn(drawn())
    panel.view._choose(2)
    panel.show_drawn(drawn(walked=0.5))
    assert panel.view.selected == 2


def test_that_classes_can_be_chosen_where_there_are_some(panel, studio):
    panel.show_opened(Opened(panel_source(), 48, ("cat", "dog"), False))
    assert panel.choice.class_row.isVisible()
    assert [panel.choice.classes.itemText(n) for n in range(3)] == ["All in turn", "cat", "dog"]
    panel.choice.classes.setCurrentIndex(2)
    assert studio.exploring.sight.label == 1
    panel.choice.classes.setCurrentIndex(0)
    assert studio.exploring.sight.label is None


def test_that_the_class_that_is_looked_at_stays_chosen_when_the_run_saves(panel, studio):
    panel.show_opened(Opened(panel_source(), 48, ("cat", "dog"), False))
    panel.choice.classes.setCurrentIndex(2)
    panel.show_opened(Opened(panel_source(), 96, ("cat", "dog"), False))
    assert studio.exploring.sight.label == 1
    assert panel.choice.classes.currentText() == "dog"


def test_that_what_makes_pictures_from_pictures_has_no_seeds_to_choose(panel):
    panel.show_opened(Opened(panel_source(), 48, (), True))
    panel.show_drawn((Sight(Exploration()), Explored(picture(), 2, 2)))
    parts = (panel.choice, panel.foot.walk_button, panel.foot.other_button)
    assert not any(part.isVisible() for part in parts)
    panel.view.cell_activated.emit(1)
    assert not panel.foot.home_button.isVisible()


def test_that_a_sample_is_saved_as_it_is_seen(filled, tmp_path, qtbot):
    paths.home().mkdir(parents=True, exist_ok=True)
    filled.save(2)
    dialog = filled.findChild(QFileDialog, "save-png")
    assert "seed-2.png" in dialog.selectedFiles()[0]
    assert dialog.directory().absolutePath() != str(Path.cwd())
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file, timeout=PATIENCE)
    side = filled.view.cell_rect(2)
    wanted = filled._pixels[: side.height(), side.left() : side.left() + side.width()]
    assert (read_png(tmp_path / "mine.png") == wanted).all()


def test_that_what_goes_wrong_is_said_and_leaves_the_picture(filled, tmp_path, qtbot):
    filled.picture_saved.emit(tmp_path / "no" / "such" / "\0.png", filled._pixels, {})
    qtbot.waitUntil(lambda: "neighbours" not in filled.tip.text(), timeout=PATIENCE)
    assert not filled.view.is_empty


def test_that_pinned_samples_are_what_a_walk_passes(filled, studio, qtbot):
    assert filled.view.pinned == frozenset()
    for cell in (4, 2, 7, 2):
        filled.view.pin_asked.emit(cell)
    assert studio.exploring.sight.how.through == "4, 7"
    qtbot.waitUntil(lambda: filled.view.pinned == {4, 7}, timeout=PATIENCE)
    filled.foot.walk_button.click()
    qtbot.waitUntil(
        lambda: [spot.seed for spot in filled._spots[:3]] == [4, 7, 4], timeout=PATIENCE
    )
    assert filled.view.pinned is None  # what is on a way to another sample cannot be pinned


def test_that_pinned_samples_are_what_single_images_begin_with(filled, show, qtbot):
    for cell in (4, 2):
        filled.view.pin_asked.emit(cell)
    dialog = show(ExportDialog)
    number = [kind.key() for kind in EXPORTERS].index("images")
    dialog.what.buttons.button(number).click()
    assert dialog.what.made().chosen == "4, 2"


def test_that_one_seed_is_no_walk_and_says_so(filled, studio, qtbot):
    filled.view.pin_asked.emit(4)
    qtbot.waitUntil(lambda: filled.view.pinned == {4}, timeout=PATIENCE)
    filled.foot.walk_button.click()
    qtbot.waitUntil(lambda: "no seeds for a walk" in filled.tip.text(), timeout=PATIENCE)
    assert filled.foot.walk_button.text() == "Walk"
    assert not filled.view.is_empty


def test_that_a_number_that_cannot_be_is_said_at_its_field_and_drawn_by_nobody(panel, studio):
    before = studio.exploring.sight
    panel.form.edited.emit("rows", 99)
    assert panel.form.rows["rows"].line.text == "Must be at most 16."
    panel.foot.other_button.click()
    assert studio.exploring.sight == before
    panel.form.edited.emit("rows", 3)
    assert not panel.form.rows["rows"].line.text
    assert studio.exploring.sight.how.rows == 3


def test_that_an_export_begins_with_what_is_looked_at(filled, studio, show, qtbot):
    dialog = show(ExportDialog)

    def begins_with():
        dialog.close()
        dialog.show()
        return dialog.what.kind.key()

    assert begins_with() == "grid"
    filled.view.cell_activated.emit(3)
    assert begins_with() == "grid"
    assert (dialog.what.made().near, dialog.what.made().distance) == ("3", 0.3)
    filled.foot.home_button.click()
    assert begins_with() == "grid"
    assert not dialog.what.made().near
    assert not filled.foot.film_button.isVisible()
    filled.foot.walk_button.click()
    with qtbot.waitSignal(filled.action_asked) as heard:
        filled.foot.film_button.click()
    assert heard.args == ["export"]
    assert begins_with() == "walk"
    filled.foot.walk_button.click()
    filled.form.edited.emit("seed", 7)
    assert begins_with() == "grid"
    assert dialog.what.made().seed == 7
    dialog.what.buttons.button(0).click()
    assert begins_with() == "ema"


def test_that_pictures_of_ones_own_are_one_click_from_a_generator_of_pairs(panel, qtbot, tmp_path):
    panel.show_opened(Opened(tmp_path / "001-pairs", 64, (), needs_pictures=True))
    assert "come with the program" in panel.tip.text()
    assert not panel.foot.walk_button.isVisible()
    with qtbot.waitSignal(panel.action_asked) as heard:
        panel.foot.folder_button.click()
    assert heard.args == ["export"]
    panel.show_opened(Opened(tmp_path / "002-seeds", 64, (), needs_pictures=False))
    assert not panel.foot.folder_button.isVisible()
    assert panel.foot.walk_button.isVisible()


def test_that_an_export_from_a_generator_of_pairs_begins_with_pictures(studio, tmp_path):
    studio.exploring.now = Opened(tmp_path / "001-pairs", 64, (), needs_pictures=True)
    assert not studio.exploring.takes_away
    studio.exploring._watchers = 1
    assert studio.exploring.takes_away == "pictures"
    studio.exploring._watchers = 0
    studio.exploring.now = None


def test_that_saves_are_compared_and_one_of_them_is_gone_to(panel, studio, saved_often, qtbot):
    studio.run.open_folder(lively(saved_often))
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    moments = tuple(sorted(seen for seen, _ in saves_of(saved_often)))
    compare, pinned = panel.foot.saves_button, panel.view.pinned
    assert (compare.isVisible(), pinned) == (True, frozenset())
    compare.click()
    qtbot.waitUntil(lambda: panel._moments == moments, timeout=PATIENCE)
    assert panel.view.count == 6 * len(moments)
    told = [f"{moments[0]} · best", *map(str, moments[1:])]
    assert panel.view._captions == {6 * row: seen for row, seen in enumerate(told)}
    assert panel.view.name_of(7) == f"seed 1 after {moments[1]} images"
    assert (panel.view.pinned, panel.foot.walk_button.isEnabled()) == (None, False)
    panel.form.edited.emit("seed", 9)
    qtbot.waitUntil(lambda: panel._spots[6:7] == (Spot(9),), timeout=PATIENCE)
    panel.view.cell_activated.emit(7)
    assert not compare.isChecked()
    qtbot.waitUntil(lambda: panel.view.count == 36 and not panel._moments, timeout=PATIENCE)
    assert (studio.exploring.now.images_seen, panel._spots[0]) == (moments[1], Spot(9))
    assert panel.head.save.chosen == moments[1]
    assert not panel.view._captions
    compare.click()
    qtbot.waitUntil(lambda: bool(panel._moments), timeout=PATIENCE)
    panel.view.cell_activated.emit(0)  # the best, which stands in the choice as such
    qtbot.waitUntil(lambda: studio.exploring.now.images_seen == moments[0], timeout=PATIENCE)
    assert panel.head.save.currentText().startswith("The best save")
    compare.click()
    qtbot.waitUntil(lambda: bool(panel._moments), timeout=PATIENCE)
    panel.view.cell_activated.emit(panel.view.count - 1)
    qtbot.waitUntil(lambda: studio.exploring.now.save is None, timeout=PATIENCE)


def test_that_a_sample_of_an_earlier_save_is_saved_as_one_of_that_save(
    panel, studio, saved_often, tmp_path, qtbot
):
    paths.home().mkdir(parents=True, exist_ok=True)
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not panel.view.is_empty, timeout=PATIENCE)
    panel.foot.saves_button.click()
    qtbot.waitUntil(lambda: bool(panel._moments), timeout=PATIENCE)
    panel.save(8)
    dialog = panel.findChild(QFileDialog, "save-png")
    assert f"-{panel._moments[1]}-seed-2.png" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file, timeout=PATIENCE)
    assert read_png_text(tmp_path / "mine.png")["images_seen"] == str(panel._moments[1])


def test_that_one_save_is_compared_with_nothing(filled):
    assert not filled.foot.saves_button.isVisible()
