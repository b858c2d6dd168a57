"""Drop a folder of pictures, watch a GAN learn it, take away what it made."""

import numpy as np

from gan_engine import get, open_sampler, read_png
from studio.panels.export import ExportDialog
from tests.studio.tiny import tiny_draft


def test_the_whole_way_from_a_folder_to_a_generator_of_ones_own(visitor, emoji, tmp_path):
    studio = visitor.studio
    visitor.settings(tiny_draft("builtin", images=10**9))
    visitor.drops(emoji)
    assert get(studio.document.draft, "data.folder") == str(emoji)
    visitor.waits_until(
        lambda: bool(studio.document.problems)
    )  # 48 pictures are few, says the scan
    assert studio.document.config is not None

    visitor.chooses("start")
    visitor.waits_until(lambda: len(visitor.grids) >= 3)
    first, last = visitor.grids[0], visitor.grids[-1]
    assert first.seeds == last.seeds
    assert not np.array_equal(first.pixels, last.pixels)
    assert (read_png(last.path) == last.pixels).all()
    assert "Training" in visitor.status

    visitor.chooses("stop")
    visitor.waits_for("idle")

    exported = tmp_path / "mine.safetensors"
    visitor.chooses("export")
    dialog = visitor.window.findChild(ExportDialog)
    dialog.path.setText(str(exported))
    dialog.path.textEdited.emit(str(exported))
    dialog.export_button.click()
    visitor.waits_until(dialog.show_button.isVisible)
    dialog.close()
    seeds, expected = visitor.grids[-1].seeds, visitor.grids[-1].pixels
    assert (open_sampler(exported).grid(2, 2, seeds[0]) == expected).all()

    visitor.grids.clear()
    visitor.drops(exported)
    visitor.waits_until(lambda: bool(visitor.grids))
    assert (visitor.grids[0].pixels == expected).all()
    assert studio.run.source == exported


def test_that_a_finished_run_is_opened_again_and_trained_further(visitor, emoji):
    studio = visitor.studio
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    visitor.waits_for("idle")
    folder = studio.run.folder
    visitor.settings(tiny_draft("builtin"))
    with visitor.qtbot.waitSignal(studio.run.viewed):
        visitor.drops(folder)
    assert get(studio.document.draft, "data.folder") == str(emoji)
    studio.preferences.set("train_more_images", 48)
    visitor.chooses("train_more")
    visitor.waits_for("idle")
    assert studio.run.images_seen == 96


def test_that_nothing_is_said_to_be_saved_just_now_of_a_run_that_is_only_looked_at(visitor, emoji):
    visitor.settings(tiny_draft(emoji))
    visitor.trains()
    first = visitor.studio.run.folder
    assert "saved" in visitor.window.status.said()
    visitor.drops(first)
    visitor.waits_until(lambda: visitor.studio.run.view is not None)
    assert "saved" not in visitor.window.status.said()


def test_that_the_pages_turn_by_menu(visitor):
    for key in ("design", "train", "dataset"):
        visitor.chooses(f"show_{key}")
        assert visitor.window.panels[key].isVisible()
