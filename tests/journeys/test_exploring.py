"""Play with what is being learned, and take away what one has found."""

from PIL import Image

from gan_engine import Spot
from studio.panels.export import ExportDialog
from tests.studio.tiny import tiny_draft


def test_that_a_run_is_explored_while_it_trains_and_a_walk_is_taken_away(visitor, emoji, tmp_path):
    studio, window = visitor.studio, visitor.window
    visitor.settings(tiny_draft(emoji, images=10**9))
    visitor.chooses("start")
    visitor.waits_until(lambda: len(visitor.grids) >= 2)
    visitor.chooses("show_explore")
    page = window.panels["explore"]
    assert page.empty.isVisible()  # nothing is saved yet

    visitor.chooses("save_now")
    visitor.waits_until(lambda: not page.view.is_empty)
    for cell in (3, 8):
        page.view.pin_asked.emit(cell)
    page.foot.walk_button.click()
    visitor.waits_until(lambda: studio.exploring.sight.walked > 0)
    seen = studio.run.images_seen
    visitor.waits_until(lambda: studio.run.images_seen > seen)

    visitor.chooses("export")
    dialog = window.findChild(ExportDialog)
    (walk,) = [b for b in dialog.what.buttons.buttons() if b.text().startswith("Walk")]
    walk.click()
    assert dialog.what.made().through == "3, 8"
    dialog.what.forms[dialog.what.number].edited.emit("steps", 2)
    dialog._take_path(str(tmp_path / "mine.webp"))
    dialog.export_button.click()
    visitor.waits_until(dialog.show_button.isVisible)
    dialog.close()
    with Image.open(tmp_path / "mine.webp") as animation:
        assert animation.format == "WEBP"

    visitor.chooses("stop")
    visitor.waits_for("idle")
    visitor.waits_until(lambda: studio.exploring.now.images_seen == studio.run.images_seen)


def test_that_another_language_leaves_what_is_explored(visitor, emoji):
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    visitor.waits_for("idle")
    visitor.chooses("show_explore")
    page = visitor.window.panels["explore"]
    visitor.waits_until(lambda: not page.view.is_empty)
    page.form.edited.emit("seed", 40)
    visitor.studio.preferences.set("language", "zh_CN")
    visitor.waits_until(lambda: visitor.window.panels["explore"] is not page)
    page = visitor.window.panels["explore"]
    visitor.waits_until(lambda: page._spots[:1] == (Spot(40),))
    assert page.foot.walk_button.text() == "漫步"
