"""What goes wrong is said in the window, at its place, and nothing is lost."""

from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QPushButton

from gan_engine import get, list_runs
from studio.panels.starting import StartDialog
from tests.studio.tiny import tiny_draft
from tests.studio.visitor import takes


def refused(visitor):
    """Assert that nothing can be started, and return what the status line says."""
    assert not visitor.window.acts["start"].isEnabled()
    assert "Cannot start" in visitor.status
    return visitor.status + visitor.window.acts["start"].toolTip()


def test_a_folder_with_no_images(visitor, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes.txt").write_text("no picture")
    visitor.drops(folder)
    visitor.waits_until(lambda: not visitor.window.acts["start"].isEnabled())
    assert "folder" in refused(visitor)
    assert visitor.studio.document.problems_at("data.folder")


def test_a_folder_that_is_gone(visitor, tmp_path):
    visitor.studio.document.set("data.folder", str(tmp_path / "gone"))
    assert "is not there" in refused(visitor)


def test_one_image(visitor, emoji, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    next(emoji.iterdir()).rename(folder / "only.png")
    visitor.drops(folder)
    visitor.waits_until(lambda: not visitor.window.acts["start"].isEnabled())
    assert "only one" in refused(visitor)


def test_a_broken_image_is_named_and_the_rest_is_trained_on(visitor, emoji):
    (emoji / "broken.png").write_bytes(b"no picture")
    visitor.settings(tiny_draft("builtin"))
    visitor.drops(emoji)
    document = visitor.studio.document
    visitor.waits_until(lambda: any("broken.png" in problem.text for problem in document.problems))
    visitor.chooses("start")
    visitor.waits_for("idle")
    assert visitor.studio.run.images_seen == 48


def test_a_size_the_networks_cannot_make(visitor):
    visitor.studio.document.set("data.size", 50)
    said = refused(visitor)
    assert "50" in said
    problem = visitor.studio.document.errors[0]
    assert problem.suggestion is not None
    visitor.studio.document.set(problem.path, problem.suggestion)
    assert visitor.window.acts["start"].isEnabled()


def test_an_unknown_setting(visitor, tmp_path):
    (tmp_path / "mine.toml").write_text("[training]\nbatchsize = 8\n")
    visitor.drops(tmp_path / "mine.toml")
    assert "batch_size" in refused(visitor)


def test_settings_from_the_future(visitor, tmp_path):
    before = visitor.studio.document.draft
    (tmp_path / "run.toml").write_text("format = 99\n")
    visitor.drops(tmp_path / "run.toml")
    assert "newer version" in visitor.notice
    assert visitor.studio.document.draft == before


def test_settings_that_are_no_toml(visitor, tmp_path):
    before = visitor.studio.document.draft
    (tmp_path / "mine.toml").write_text("this is = = not it")
    visitor.drops(tmp_path / "mine.toml")
    assert "not a settings file" in visitor.notice
    assert visitor.studio.document.draft == before


def test_a_pickle_from_elsewhere(visitor, tmp_path):
    (tmp_path / "network.pkl").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    visitor.drops(tmp_path / "network.pkl")
    visitor.waits_until(lambda: "network.pkl" in visitor.notice)


def test_weights_from_elsewhere_that_ask_for_more_than_weights_need(visitor, tmp_path):
    (tmp_path / "model.pt").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    visitor.drops(tmp_path / "model.pt")
    dialog = visitor.window.findChild(StartDialog)
    visitor.waits_until(lambda: "“model.pt”" in dialog.said.text() and bool(dialog.hint.text()))
    visitor.waits_until(lambda: ".safetensors" in dialog.hint.text())
    assert not dialog.start.isEnabled()
    assert not dialog.table.rowCount()


def test_a_single_picture_means_the_folder_it_is_in(visitor, emoji):
    visitor.drops(sorted(emoji.iterdir())[0])
    assert get(visitor.studio.document.draft, "data.folder") == str(emoji)
    assert "emoji" in visitor.notice


def test_a_kind_of_picture_that_is_not_read(visitor, emoji):
    (emoji / "phone.HEIC").write_bytes(b"\0\0\0 ftypheic")
    visitor.drops(emoji / "phone.HEIC")
    assert get(visitor.studio.document.draft, "data.folder") == str(emoji)


def test_a_video(visitor, tmp_path):
    before = visitor.studio.document.draft
    (tmp_path / "walk.MP4").write_bytes(b"\0" * 64)
    visitor.drops(tmp_path / "walk.MP4")
    assert "“walk.MP4” is a video" in visitor.notice
    assert visitor.studio.document.draft == before


def test_several_pictures_of_a_folder_are_that_folder(visitor, emoji):
    visitor.drops(*sorted(emoji.iterdir())[:9])
    assert get(visitor.studio.document.draft, "data.folder") == str(emoji)
    assert "Only" not in visitor.notice


def test_several_folders_at_once(visitor, emoji, tmp_path):
    (tmp_path / "more").mkdir()
    visitor.drops(emoji, tmp_path / "more")
    assert get(visitor.studio.document.draft, "data.folder") == str(emoji)
    assert "Only “emoji” was taken" in visitor.notice


def test_what_could_not_be_opened_is_no_news_once_something_else_is(visitor, emoji, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    visitor.drops(tmp_path / "model.safetensors")
    visitor.waits_until(lambda: "model.safetensors" in visitor.notice)
    visitor.drops(emoji)
    assert not visitor.notice


def test_a_sample_let_go_over_its_own_window_opens_nothing(visitor, emoji):
    class Own(QDragEnterEvent):
        def source(self):
            return visitor.window

    assert not takes(visitor.window, sorted(emoji.iterdir())[0], event=Own)


def test_settings_opened_after_some_that_are_no_toml(visitor, tmp_path):
    (tmp_path / "bad.toml").write_text("[training", encoding="utf-8")
    visitor.drops(tmp_path / "bad.toml")
    assert "bad.toml" in visitor.notice
    visitor.studio.document.save(tmp_path / "good.toml")
    visitor.drops(tmp_path / "good.toml")
    assert not visitor.notice


def test_wrong_settings_added_to_the_queue(visitor):
    visitor.studio.document.set("data.folder", "/nowhere")
    visitor.chooses("queue_add")
    assert "“/nowhere” is not there" in visitor.notice
    assert not visitor.studio.queue.entries
    click(visitor, "Show the setting")
    assert not visitor.window.panels["settings"].form.rows["data.folder"].visibleRegion().isEmpty()


def test_a_run_that_is_gone_when_it_is_compared(visitor, tmp_path):
    visitor.studio.comparison.show([tmp_path / "gone"])
    visitor.waits_until(lambda: "“gone”" in visitor.notice)


def click(visitor, label):
    every = visitor.window.notices.findChildren(QPushButton)
    next(button for button in every if button.text() == label).click()


def test_a_second_start(visitor, endless):
    run = visitor.studio.run
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    assert not visitor.window.acts["start"].isEnabled()
    run.start(visitor.studio.document.config)
    assert "A run is going" in visitor.notice
    assert run.is_active
    assert len(list_runs()) == 1
    visitor.chooses("stop")
    visitor.waits_for("idle")
    assert "A run is going" not in visitor.notice


def test_another_run_is_not_opened_over_the_one_that_trains(visitor, endless, tmp_path):
    run = visitor.studio.run
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    folder = run.folder
    run.open_folder(tmp_path)
    assert "A run is going" in visitor.notice
    assert run.folder == folder
