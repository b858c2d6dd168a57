"""Which pictures a run left out: listed by the menu, and put back for the next run."""

from gan_engine import DataSettings
from studio.panels.run_pictures import RunPicturesDialog


def test_that_what_a_run_left_out_is_listed_and_put_back_for_the_next(visitor, draft, emoji):
    (emoji / "broken.png").write_bytes(b"")
    first, second = sorted(path.name for path in emoji.iterdir() if path.suffix == ".webp")[:2]
    visitor.settings({**draft, "data": {**draft["data"], "exclude": f"{first} | {second}"}})
    ended = []
    visitor.studio.run.finished.connect(ended.append)
    visitor.chooses("start")
    visitor.waits_until(lambda: len(ended) == 1 and not visitor.studio.run.is_active)
    visitor.chooses("show_left_out")
    dialog = visitor.window.findChild(RunPicturesDialog)
    visitor.waits_until(lambda: len(dialog.list.rows) == 3)
    assert [name for name, _ in dialog.list.rows] == [first, second, "broken.png"]
    assert dialog.list.rows[2][1] == "the file is empty"
    assert "46 images" in dialog.said.text()
    dialog.list.table.selectRow(1)
    dialog.list.back_button.click()
    settings = DataSettings(**visitor.studio.document.draft["data"])
    assert settings.excludes(first)
    assert not settings.excludes(second)
    assert "1" in dialog.note.text()
    visitor.chooses("start")
    visitor.waits_until(lambda: "47 images" in dialog.said.text())
    visitor.waits_until(lambda: len(ended) == 2 and not visitor.studio.run.is_active)
    visitor.studio.document.set("data.folder", "builtin")
    dialog.list.all_button.click()
    assert "use this run's settings first" in dialog.note.text()
    assert DataSettings(**visitor.studio.document.draft["data"]).excludes(first)
