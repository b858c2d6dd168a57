"""The page of the run itself."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from gan_engine import (
    Changed,
    EngineError,
    Finished,
    NothingToDoError,
    Preparing,
    Saved,
    Scalars,
    put,
    read_png,
    read_png_text,
    write_png,
)
from studio.panels.train import TrainPanel
from studio.worker import read_view
from tests.studio.panels.conftest import grid, info, picture, start


@pytest.fixture
def panel(show):
    return show(TrainPanel)


@pytest.fixture
def wait_until(qtbot):
    return lambda holds: qtbot.waitUntil(holds)


@pytest.fixture
def going(panel, draft, tmp_path):
    """A panel that watches a run."""
    panel.show_state("preparing")
    panel.show_state("training")
    panel.show_start(start(tmp_path / "007-cats", draft))
    return panel


def test_that_before_a_run_it_says_what_it_is_for_and_offers_a_start(panel, qtbot):
    assert "built-in images" in panel.empty.said()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["start"]


def test_that_settings_that_cannot_be_trained_are_told_instead(panel, studio):
    studio.document.set("training.batch_size", 0)
    assert "batch size" in panel.empty.said()
    assert not panel.empty.button.isEnabled()
    studio.document.undo()
    assert panel.empty.button.isEnabled()


def test_that_preparing_is_shown_with_its_progress_and_can_be_stopped(panel, qtbot):
    panel.show_state("preparing")
    panel.show_preparing(Preparing(0, 120, 420))
    assert (panel.bar.value(), panel.bar.maximum()) == (120, 420)
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel._wait.button.click()
    assert asked.args == ["stop"]
    panel.show_state("idle")
    assert panel.empty.isVisible()


def test_that_the_newest_samples_are_shown_beside_real_images(going):
    going.show_sample(grid(0))
    going.show_sample(grid(12_300))
    stage = going.stage
    assert stage.heading == "Samples after 12.3 k images"
    assert stage.view.isVisible()
    assert stage.reals.isVisible()
    stage.reals_button.click()
    assert not stage.reals.isVisible()


def test_that_a_sample_says_its_seed(going):
    going.show_sample(grid(8))
    going.stage.view.cell_hovered.emit(2)
    assert going.stage.pointed == "seed 7"
    going.stage.view.cell_hovered.emit(-1)
    assert going.stage.pointed == ""


def test_that_earlier_samples_are_read_from_disk_and_the_newest_stays_away(going, tmp_path, qtbot):
    for seen in (0, 8, 16):
        path = tmp_path / f"{seen}.png"
        write_png(path, picture(level=seen * 10))
        going.show_sample(grid(seen, path, level=seen * 10))
    going.stage.timeline.go(1)
    qtbot.waitUntil(lambda: going.stage.heading == "Samples after 8 images")
    assert np.array_equal(going.stage.pixels, picture(level=80))
    going.show_sample(grid(24))
    assert going.stage.heading == "Samples after 8 images"
    going.stage.timeline.go(3)
    assert going.stage.heading == "Samples after 24 images"


def test_that_a_run_that_goes_back_to_its_save_loses_the_samples_after_it(going):
    for seen in (0, 8, 16, 24, 12):
        going.show_sample(grid(seen))
    assert going.stage.moments == [0, 8, 12]
    assert going.stage.heading == "Samples after 12 images"


def test_that_one_sample_is_saved_with_its_seed(going, tmp_path, qtbot):
    going.show_sample(grid(8, level=77))
    going.stage.save(1)
    dialog = going.findChild(QFileDialog, "save-png")
    assert not dialog.isModal()
    assert "seed6" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    qtbot.waitUntil((tmp_path / "mine.png").exists)
    qtbot.waitUntil(lambda: not going._jobs.active)
    assert read_png(tmp_path / "mine.png").shape == (16, 16, 3)
    assert read_png_text(tmp_path / "mine.png")["seeds"] == "6"
    dialog.close()


def test_that_a_picture_that_cannot_be_written_is_told(going, tmp_path, qtbot):
    (tmp_path / "file").write_bytes(b"")
    going.show_sample(grid(8))
    going.picture_saved.emit(tmp_path / "file" / "mine.png", picture(), {})
    qtbot.waitUntil(going.ending.isVisible)
    assert going.ending.text.text()


def test_that_readings_become_curves_and_a_new_penalty_its_own(going):
    values = {"loss/g": 1.0, "loss/d": 0.5, "speed": 100.0, "penalty/r1": 0.1}
    going.show_readings([Scalars(8, values, 1.0), Scalars(16, {**values, "loss/g": 2.0}, 2.0)])
    loss = going.curves.grid.plot("loss").series("loss/g")
    assert (loss.x.tolist(), loss.y.tolist()) == ([8, 16], [1, 2])
    assert going.curves.grid.plot("penalty").series("penalty/r1").y.tolist() == [0.1, 0.1]


def test_that_changes_and_saves_are_marked_on_every_curve(going, tmp_path):
    going.show_change(Changed(8, "optimizer_g.rate", 0.0002, 0.0001))
    going.show_save(Saved(16, tmp_path / "16.safetensors", 9, 0.1))
    for plot in going.curves.grid.plots:
        changed, saved = plot.area.markers
        assert (changed.x, changed.kind) == (8, "changed")
        assert "0.0002 → 0.0001" in changed.text
        assert (saved.x, saved.kind) == (16, "saved")


def test_that_curves_can_be_switched(going):
    curves = going.curves
    going.show_readings([Scalars(seen, {"loss/g": 1.0 + seen}, 1.0) for seen in range(20)])
    curves.log.click()
    curves.raw.click()
    curves.smooth.click()
    plot = curves.grid.plot("loss")
    assert plot.area.values.log
    assert not plot._raw
    assert not plot._smooth
    curves.weight.setValue(50)
    assert plot._weight == 0.5


def test_that_the_next_run_starts_with_an_empty_page(going, draft, tmp_path):
    going.show_sample(grid(8))
    going.show_readings([Scalars(8, {"loss/g": 1.0}, 1.0)])
    going.show_save(Saved(8, tmp_path / "x", 9, 0.1))
    going.show_end(Finished(8, "stopped", tmp_path / "007-cats"))
    going.show_state("idle")
    going.show_state("preparing")
    going.show_state("training")
    going.show_start(start(tmp_path / "008-cats", draft))
    assert not going.ending.isVisible()
    assert going.stage.moments == []
    assert len(going.curves.grid.plot("loss").series("loss/g")) == 0
    assert not going.curves.grid.plots[0].area.markers


@pytest.mark.parametrize(
    ("reason", "text", "act"),
    [("done", "is finished", "Train 100 k more"), ("stopped", "is stopped", "Continue")],
)
def test_that_an_ended_run_offers_to_go_on_and_to_be_taken_away(
    going, tmp_path, qtbot, reason, text, act
):
    going.show_end(Finished(20_000, reason, tmp_path / "007-cats"))
    assert text in going.ending.text.text()
    assert going.ending.go_on.text() == act
    for button, key in ((going.ending.go_on, "train_more"), (going.ending.export, "export")):
        with qtbot.waitSignal(going.action_asked) as asked:
            button.click()
        assert asked.args == [key]


def test_that_a_run_that_broke_off_goes_on_and_is_exported_only_where_something_was_saved(going):
    failure = EngineError("The disk is full.", hint="Make room.")
    going.show_failure(failure)
    assert "before it had saved anything" in going.ending.text.text()
    assert not going.ending.go_on.isVisible()
    assert not going.ending.export.isVisible()
    going.curves.mark(8, "saved", "saved")
    going.show_failure(failure)
    assert "What it saved is whole" in going.ending.text.text()
    assert going.ending.go_on.isVisible()
    assert going.ending.export.isVisible()


def test_that_nothing_is_taken_from_a_run_that_was_stopped_before_it_saved(going, tmp_path):
    for saved in (0, 8):
        going.ending.show_run(info(tmp_path / "001-a", "stopped", saved_images=saved), 0)
        assert "was stopped" in going.ending.text.text()
        for act in (going.ending.go_on, going.ending.export):
            assert act.isVisible() == bool(saved)


def test_that_a_run_that_did_not_start_is_looked_at_with_the_reason(going, tmp_path):
    unstarted = info(tmp_path / "001-a", "unstarted", problem="No images.", saved_images=0)
    going.ending.show_run(unstarted, 0)
    assert going.ending.text.text() == "“001-a” did not start. No images."
    for act in (going.ending.go_on, going.ending.export):
        assert not act.isVisible()


def test_that_a_run_with_nothing_left_to_do_can_be_made_longer(panel, run_folder):
    panel.show_view(read_view(run_folder))
    panel.show_failure(NothingToDoError("This run has seen its 48 images already."))
    assert "is finished" in panel.ending.text.text()
    assert panel.ending.go_on.text() == "Train 100 k more"


def test_that_the_end_of_a_new_run_is_not_told_of_one_looked_at_before(
    panel, run_folder, draft, tmp_path
):
    panel.show_view(read_view(run_folder))
    panel.show_start(start(tmp_path / "002-b", draft))
    panel.show_failure(NothingToDoError("This run has seen its 48 images already."))
    assert "002-b" in panel.ending.text.text()


def test_that_an_earlier_run_is_shown_with_its_curves_samples_and_marks(panel, run_folder, qtbot):
    view = read_view(run_folder)
    panel.show_view(view)
    assert panel.stage.moments == [seen for seen, _ in view.grids]
    seen = view.grids[-1][0]
    qtbot.waitUntil(lambda: panel.stage.heading == f"Samples after {seen} images")
    assert len(panel.curves.grid.plot("loss").series("loss/g")) == len(view.scalars["loss/g"][0])
    assert "saved" in {marker.kind for marker in panel.curves.grid.plots[0].area.markers}
    assert "was stopped" in panel.ending.text.text()


def test_that_an_interrupted_run_can_go_on_or_only_be_looked_at(panel, run_folder, qtbot):
    view = read_view(run_folder)
    broken = type(view)(
        type(view.info)(**{**vars(view.info), "state": "interrupted"}),
        view.scalars,
        view.grids,
        view.events,
    )
    panel.show_view(broken)
    assert "stopped unexpectedly" in panel.ending.text.text()
    assert panel.ending.go_on.isVisible()
    panel.ending.dismiss.click()
    assert not panel.ending.isVisible()
    assert panel.stage.isVisible()


def test_that_a_run_trained_in_the_studio_is_watched_to_its_end(panel, studio, draft, qtbot):
    studio.document.load(draft)
    with qtbot.waitSignal(studio.run.finished):
        studio.run.start(studio.document.config)
    qtbot.waitUntil(lambda: not studio.run.is_active)
    assert panel.stage.heading == "Samples after 48 images"
    assert panel.stage.reals.isVisible()
    assert len(panel.curves.grid.plot("loss").series("loss/d")) > 0
    assert "is finished" in panel.ending.text.text()


def test_that_a_resumed_run_keeps_its_curves_and_says_where_it_went_on(
    panel, studio, run_folder, qtbot
):
    with qtbot.waitSignal(studio.run.finished):
        studio.run.resume(run_folder)
    qtbot.waitUntil(lambda: not studio.run.is_active)
    kinds = [marker.kind for marker in panel.curves.grid.plots[0].area.markers]
    assert "resumed" in kinds
    x = panel.curves.grid.plot("loss").series("loss/g").x
    assert x[0] < 20
    assert x[-1] == 48
    assert panel.stage.moments == sorted(set(panel.stage.moments))


def test_that_an_earlier_run_is_shown_beside_its_real_images(panel, studio, run_folder, wait_until):
    studio.run.viewed.emit(read_view(run_folder))
    wait_until(lambda: panel.stage.reals_button.isEnabled())
    assert panel.stage.reals.isVisible()
    assert panel.stage.reals.count == 4


def test_that_each_real_image_is_a_cell_however_many_the_grid_of_pairs_has(panel, draft, tmp_path):
    paired = put(put(draft, "data.pairs", "folders"), "samples.columns", 6)
    panel.show_start(replace(start(tmp_path, paired), reals=picture(34, 4 * 18 - 2)))
    assert panel.stage.reals.count == 8


def test_that_single_steps_are_offered_only_while_a_run_is_paused(panel, studio, going, qtbot):
    assert not panel.stepping.isVisible()
    studio.run.state_changed.emit("paused")
    assert panel.stepping.isVisible()
    for made, network in ((panel.stepping.d, "d"), (panel.stepping.g, "g")):
        with qtbot.waitSignal(panel.stepping.step_asked) as asked:
            made.click()
        assert asked.args == [network]
    studio.run.state_changed.emit("training")
    assert not panel.stepping.isVisible()


def test_that_a_run_has_room_beside_the_docks_of_a_small_window(going):
    """A window of 780 pixels leaves the page so many beside a dock."""
    assert going.stage.beside.isVisible()
    going.resize(450, 600)
    assert going.minimumSizeHint().width() <= 450
    going.resize(going.minimumSizeHint().width(), 600)
    for made in going.stage.beside.buttons.buttons():
        assert made.width() >= made.sizeHint().width()
