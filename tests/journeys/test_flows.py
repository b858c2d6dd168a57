"""The first minutes, a folder of one's own, a crash, a live change, a night's queue, and comparing."""

import hashlib
import shutil

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from gan_engine import get, list_runs, paths, put
from tests.journeys.test_running import kill_a_run_of
from tests.studio.tiny import tiny_draft


def clicks(visitor, button):
    """Click a button that is there and can be clicked."""
    assert button.isVisible()
    assert button.isEnabled()
    visitor.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def tool(visitor, key):
    made = visitor.window.toolbar.widgetForAction(visitor.window.acts[key])
    assert isinstance(made, QToolButton)
    return made


def offered(visitor, text):
    """Return the button with this text in the card of the start page."""
    found = visitor.window.panels["start"].offer.findChildren(QPushButton)
    return next(button for button in found if button.text() == text)


def test_that_two_clicks_lead_from_the_start_page_to_the_first_grid(visitor):
    assert visitor.window.panels["start"].isVisible()
    clicks(visitor, visitor.window.panels["start"].builtin_button)
    document = visitor.studio.document
    assert get(document.draft, "data.folder") == paths.BUILTIN
    assert document.config is not None
    assert visitor.window.panels["dataset"].isVisible()
    clicks(visitor, tool(visitor, "start"))
    visitor.waits_until(lambda: bool(visitor.grids))
    assert visitor.window.panels["train"].isVisible()
    visitor.chooses("stop")
    visitor.waits_for("idle")


def test_that_a_folder_with_flaws_is_mended_by_one_click_and_never_touched(
    visitor, emoji, tmp_path
):
    pictures = sorted(emoji.iterdir())
    for place, picture in enumerate(pictures[:4]):
        shutil.copy(picture, emoji / f"copy-{place}{picture.suffix}")
        Image.open(picture).convert("L").save(emoji / f"grey-{place}.png")
    (emoji / "broken.png").write_bytes(b"no picture")
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in emoji.iterdir()}
    studio = visitor.studio
    visitor.settings(tiny_draft("builtin"))
    visitor.drops(emoji)
    mend = visitor.window.panels["dataset"].overview.mend_button
    visitor.waits_until(lambda: mend.isVisible() and mend.isEnabled())
    clicks(visitor, mend)
    assert get(studio.document.draft, "data.skip_duplicates") is True
    clicks(visitor, tool(visitor, "start"))
    visitor.waits_for("idle")
    assert studio.run.images_seen == 48
    assert list_runs()[0].state == "done"
    assert before == {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in emoji.iterdir()
    }


def test_that_after_a_crash_the_start_page_offers_to_go_on(visitor, emoji):
    folder = paths.runs() / "001-killed"
    kill_a_run_of(emoji, folder)
    studio, start = visitor.studio, visitor.window.panels["start"]
    studio.library.refresh()
    visitor.waits_until(start.offer.isVisible)
    assert "stopped unexpectedly" in start.offer.text
    assert "last save" in start.offer.hint
    with visitor.qtbot.waitSignal(studio.run.started) as heard:
        clicks(visitor, offered(visitor, "Continue"))
    assert heard.args[0].resumed
    assert heard.args[0].folder == folder
    assert not start.offer.isVisible()


@pytest.mark.slow
def test_that_after_a_crash_one_may_only_look(visitor, emoji):
    kill_a_run_of(emoji, paths.runs() / "001-killed")
    studio = visitor.studio
    studio.library.refresh()
    visitor.waits_until(visitor.window.panels["start"].offer.isVisible)
    with visitor.qtbot.waitSignal(studio.run.viewed):
        clicks(visitor, offered(visitor, "Look only"))
    assert visitor.window.panels["train"].isVisible()
    assert not studio.run.is_active


def test_that_a_live_change_is_marked_and_can_be_set_back(visitor, endless):
    studio, run = visitor.studio, visitor.studio.run
    visitor.settings(endless)
    old = get(studio.document.draft, "optimizer_g.rate")
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    with visitor.qtbot.waitSignal(run.setting_changed):
        studio.document.set("optimizer_g.rate", 0.0007)
    plot = visitor.window.panels["train"].curves.grid.plots[0]
    assert any(marker.kind == "changed" for marker in plot.area.markers)
    visitor.chooses("undo")
    assert "has trained with it since" in visitor.notice
    with visitor.qtbot.waitSignal(run.setting_changed) as back:
        visitor.window.notices.act.emit("set_back")
    assert (back.args[0].old, back.args[0].new) == (0.0007, old)


def test_a_night_two_runs_from_the_queue_compared_in_the_morning(visitor, emoji):
    studio, window = visitor.studio, visitor.window
    for kind in ("cross_entropy", "hinge"):
        visitor.settings(put(tiny_draft(emoji), "loss.kind", kind))
        visitor.chooses("queue_add")
    assert window.panels["queue"].isVisible()
    clicks(visitor, window.panels["queue"].start_button)
    visitor.waits_until(lambda: [e.state for e in studio.queue.entries] == ["done", "done"])
    assert "2 finished, 0 failed" in visitor.notice
    visitor.waits_until(lambda: len(studio.library.runs) == 2)
    window.show_dock("runs")
    runs = window.panels["runs"]
    runs.list.selectAll()
    clicks(visitor, runs.compare_button)
    assert window.panels["compare"].isVisible()
    visitor.waits_until(lambda: len(studio.comparison.views) == 2)
    table = window.panels["compare"].table
    rows = [
        [table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())
    ]
    assert any({"Hinge", "Cross entropy"} <= set(row) for row in rows)


def test_that_a_run_is_named_found_taken_over_and_thrown_away(visitor, emoji, tmp_path):
    studio, runs = visitor.studio, visitor.window.panels["runs"]
    for kind in ("hinge", "least_squares"):
        visitor.settings(put(tiny_draft(emoji), "loss.kind", kind))
        visitor.chooses("start")
        visitor.waits_for("idle")
    visitor.waits_until(lambda: len(studio.library.runs) == 2 and runs.chosen is not None)
    runs.search.setText("loss.kind=hinge")
    visitor.waits_until(lambda: len(runs.list.runs.rows) == 1)
    visitor.chooses("rename_run")
    visitor.qtbot.keyClicks(runs.notes.title, "keeper")
    runs.notes.keep()
    visitor.waits_until(lambda: any(info.title == "keeper" for info in studio.library.runs))
    visitor.chooses("open_chosen")
    visitor.waits_until(lambda: studio.run.folder == runs.chosen.folder)
    visitor.chooses("clone_run")
    assert get(studio.document.draft, "loss.kind") == "hinge"
    visitor.chooses("discard_runs")
    visitor.waits_until(
        lambda: [get(i.draft, "loss.kind") for i in list_runs()] == ["least_squares"]
    )
