"""The saves of a run on the page Explore: any of them is looked at, all of them are compared."""

from __future__ import annotations

import shutil

from PySide6.QtWidgets import QFileDialog

from gan_engine import Spot, checkpoint, paths, read_png_text, saves_of
from studio.panels.export import ExportDialog
from tests.studio.panels.conftest import lively


def test_that_any_save_of_a_run_can_be_looked_at_and_is_what_is_taken_away(
    explore_panel, studio, saved_often, show, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    newest, *_, first = [seen for seen, _ in saves_of(saved_often)]
    choice, before = explore_panel.head.save, explore_panel._pixels
    assert explore_panel.heading.text() == saved_often.name  # how far it is stands in the choice
    assert choice.isVisible()
    assert choice.itemText(0) == f"The newest save, after {newest} images"
    choice.choose("best")
    choice.activated.emit(choice.currentIndex())  # as a person does
    qtbot.waitUntil(lambda: studio.exploring.now.images_seen == first)
    qtbot.waitUntil(lambda: explore_panel._pixels is not before)
    assert explore_panel._spots[:2] == (Spot(0), Spot(1))
    assert (explore_panel._pixels != before).any()
    assert show(ExportDialog).save.chosen == "best"


def test_that_a_save_that_is_written_meanwhile_is_offered_and_one_that_is_gone_is_not(
    explore_panel, studio, saved_often, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    (_, path), (older, gone), *_ = saves_of(saved_often)
    choice = explore_panel.head.save
    choice.choose(older)
    choice.activated.emit(choice.currentIndex())
    qtbot.waitUntil(lambda: studio.exploring.now.save == older)
    gone.unlink()
    shutil.copy(path, path.with_name(checkpoint.file_name(4096)))
    studio.run.saved.emit(None)
    assert choice.currentText() == "The newest save, after 4,096 images"
    qtbot.waitUntil(lambda: studio.exploring.now.save is None)


def test_that_a_damaged_save_is_told_and_what_was_seen_stays_chosen(
    explore_panel, studio, saved_often, qtbot
):
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    (newest, _), (older, path), *_ = saves_of(saved_often)
    path.write_bytes(path.read_bytes()[:-40])
    explore_panel.head.save.choose(older)
    explore_panel.head.save.activated.emit(explore_panel.head.save.currentIndex())
    qtbot.waitUntil(lambda: path.name in explore_panel.tip.text())
    assert explore_panel.head.save.chosen is None
    assert (studio.exploring.save, studio.exploring.now.images_seen) == (None, newest)
    explore_panel.foot.saves_button.click()
    qtbot.waitUntil(lambda: bool(explore_panel._moments))
    qtbot.waitUntil(lambda: f"{older}: cannot be read" in explore_panel.view._captions.values())


def test_that_saves_are_compared_and_one_of_them_is_gone_to(
    explore_panel, studio, saved_often, qtbot
):
    studio.run.open_folder(lively(saved_often))
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    moments = tuple(sorted(seen for seen, _ in saves_of(saved_often)))
    compare, pinned = explore_panel.foot.saves_button, explore_panel.view.pinned
    assert (compare.isVisible(), pinned) == (True, frozenset())
    compare.click()
    qtbot.waitUntil(lambda: explore_panel._moments == moments)
    assert explore_panel.view.count == 6 * len(moments)
    told = [f"{moments[0]} · best", *map(str, moments[1:])]
    assert explore_panel.view._captions == {6 * row: seen for row, seen in enumerate(told)}
    assert explore_panel.view.name_of(7) == f"seed 1 after {moments[1]} images"
    assert (explore_panel.view.pinned, explore_panel.foot.walk_button.isEnabled()) == (None, False)
    explore_panel.form.edited.emit("seed", 9)
    qtbot.waitUntil(lambda: explore_panel._spots[6:7] == (Spot(9),))
    explore_panel.view.cell_activated.emit(7)
    assert not compare.isChecked()
    qtbot.waitUntil(lambda: explore_panel.view.count == 36 and not explore_panel._moments)
    assert (studio.exploring.now.images_seen, explore_panel._spots[0]) == (moments[1], Spot(9))
    assert explore_panel.head.save.chosen == moments[1]
    assert not explore_panel.view._captions
    compare.click()
    qtbot.waitUntil(lambda: bool(explore_panel._moments))
    explore_panel.view.cell_activated.emit(0)  # the best, which stands in the choice as such
    qtbot.waitUntil(lambda: studio.exploring.now.images_seen == moments[0])
    assert explore_panel.head.save.currentText().startswith("The best save")
    compare.click()
    qtbot.waitUntil(lambda: bool(explore_panel._moments))
    explore_panel.view.cell_activated.emit(explore_panel.view.count - 1)
    qtbot.waitUntil(lambda: studio.exploring.now.save is None)


def test_that_a_sample_of_an_earlier_save_is_saved_as_one_of_that_save(
    explore_panel, studio, saved_often, tmp_path, qtbot
):
    paths.home().mkdir(parents=True, exist_ok=True)
    studio.run.open_folder(saved_often)
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    explore_panel.foot.saves_button.click()
    qtbot.waitUntil(lambda: bool(explore_panel._moments))
    explore_panel.save(8)
    dialog = explore_panel.findChild(QFileDialog, "save-png")
    assert f"-{explore_panel._moments[1]}-seed-2.png" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file)
    assert read_png_text(tmp_path / "mine.png")["images_seen"] == str(explore_panel._moments[1])


def test_that_one_save_is_compared_with_nothing(explored):
    assert not explored.foot.saves_button.isVisible()
