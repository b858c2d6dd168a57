"""The dialog that takes things away."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from gan_engine import (
    EXPORTERS,
    Exploration,
    Sampler,
    checkpoint,
    escape,
    keep,
    open_sampler,
    read_png,
    saves_of,
    settings_of,
)
from studio.panels.export import ExportDialog


@pytest.fixture
def dialog(show, run_folder):
    made = show(ExportDialog)
    made.show_source(run_folder)
    return made


def choose(dialog, key):
    number = [kind.key() for kind in EXPORTERS].index(key)
    dialog.what.buttons.button(number).click()


def form_of(dialog, key):
    return dialog.what.forms[[kind.key() for kind in EXPORTERS].index(key)]


def test_that_it_blocks_nothing_and_knows_every_exporter(dialog):
    assert not dialog.isModal()
    assert [button.text() for button in dialog.what.buttons.buttons()] == [
        k.title for k in EXPORTERS
    ]
    assert all(button.accessibleDescription() for button in dialog.what.buttons.buttons())


def test_that_without_a_run_nothing_can_be_exported(show):
    dialog = show(ExportDialog)
    assert "no run yet" in dialog.source_text.text()
    assert not dialog.export_button.isEnabled()


def test_that_a_name_is_suggested_that_says_what_it_is(dialog):
    assert dialog.path.text().endswith("001-emoji-ema.safetensors")
    choose(dialog, "grid")
    assert dialog.path.text().endswith("001-emoji-grid.png")
    choose(dialog, "images")
    assert dialog.path.text().endswith("001-emoji-images")


def test_that_it_says_what_endings_a_file_may_have(dialog):
    assert not dialog.endings.isVisible()
    choose(dialog, "walk")
    assert all(end in dialog.endings.text() for end in (".webp", ".mp4", ".gif", ".png"))
    assert dialog.endings.isVisible()


def test_that_a_number_that_cannot_be_is_said_at_its_field(dialog, tmp_path):
    choose(dialog, "grid")
    form = dialog.what.forms[dialog.what.number]
    dialog._take_path(str(tmp_path / "mine.png"))
    form.edited.emit("rows", 0)
    assert form.rows["rows"].line.text == "Must be at least 1."
    dialog.export_button.click()
    assert dialog.note.text() == "Mend what is marked first."
    form.edited.emit("rows", 1)
    assert not form.rows["rows"].line.text
    assert dialog.what.made().rows == 1


def test_that_a_typed_name_is_kept_and_gets_its_ending(dialog, tmp_path):
    choose(dialog, "grid")
    dialog.path.setText(str(tmp_path / "mine"))
    dialog.path.textEdited.emit(str(tmp_path / "mine"))
    dialog.show_source(dialog._source)
    assert dialog.path.text() == str(tmp_path / "mine")
    assert dialog._target() == tmp_path / "mine.png"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("v1.2", "v1.2.png"),
        ("mine.jpg", "mine.jpg.png"),
        ("mine.PNG", "mine.PNG"),
        ("there", "there/001-emoji-grid.png"),
        ("there/", "there/001-emoji-grid.png"),
        (".", "001-emoji-grid.png"),
        ("n" * 300, "n" * 300 + ".png"),
    ],
)
def test_that_what_is_typed_leads_beside_what_is_suggested_and_has_its_ending(
    dialog, tmp_path, typed, meant
):
    (tmp_path / "there").mkdir()
    dialog.folder_used.emit(str(tmp_path))
    choose(dialog, "grid")
    dialog.path.clear()
    dialog.path.insert(typed)
    dialog.path.textEdited.emit(typed)
    assert dialog._target() == tmp_path / meant


def test_that_a_path_can_be_typed_from_its_root_on(dialog, qtbot):
    choose(dialog, "grid")
    dialog.path.clear()
    qtbot.keyClicks(dialog.path, "/")
    assert dialog.export_button.isEnabled()


def test_that_a_folder_with_files_is_warned_of_where_single_images_go(dialog, tmp_path):
    choose(dialog, "images")
    (tmp_path / "there").mkdir()
    dialog._take_path(str(tmp_path / "there"))
    assert not dialog.note.text()
    (tmp_path / "there" / "seed00000000.png").write_bytes(b"")
    dialog._take_path(str(tmp_path / "there"))
    assert "replaced" in dialog.note.text()


def test_that_a_file_of_that_name_is_warned_of_before_it_is_replaced(dialog, tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(b"")
    dialog._take_path(str(tmp_path / "mine.safetensors"))
    assert "replaced" in dialog.note.text()
    assert dialog.export_button.text() == "Replace"


def test_that_a_grid_of_the_asked_for_size_is_written_and_said_where(dialog, tmp_path, qtbot):
    choose(dialog, "grid")
    form_of(dialog, "grid").edited.emit("rows", 2)
    form_of(dialog, "grid").edited.emit("columns", 3)
    dialog._take_path(str(tmp_path / "out" / "mine.png"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.show_button.isVisible)
    assert dialog.note.text() == f"Written: {tmp_path / 'out' / 'mine.png'}"
    assert read_png(tmp_path / "out" / "mine.png").shape == (2 * 18 - 2, 3 * 18 - 2, 3)


def test_that_an_exported_generator_opens_again_and_the_folder_is_remembered(
    dialog, studio, tmp_path, qtbot
):
    dialog._take_path(str(tmp_path / "out" / "mine.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.show_button.isVisible)
    assert isinstance(open_sampler(tmp_path / "out" / "mine.safetensors"), Sampler)
    assert studio.preferences.last_export_folder == str(tmp_path / "out")


def test_that_a_second_export_does_not_overwrite_the_first(dialog, tmp_path, qtbot):
    dialog._take_path(str(tmp_path / "001-emoji-ema.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.show_button.isVisible)
    qtbot.waitUntil(dialog.export_button.isEnabled)
    assert dialog.path.text() == str(tmp_path / "001-emoji-ema-2.safetensors")


def test_that_a_place_that_cannot_be_written_is_told(dialog, studio, tmp_path, qtbot):
    (tmp_path / "file").write_bytes(b"")
    dialog._take_path(str(tmp_path / "file" / "mine.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(lambda: dialog.note.property("role") == "error")
    assert dialog.note.text()
    qtbot.waitUntil(dialog.export_button.isEnabled)
    assert not dialog.show_button.isVisible()
    assert dialog.path.text() == str(tmp_path / "file" / "mine.safetensors")
    assert studio.preferences.last_export_folder == ""


def test_that_a_long_export_can_be_cancelled(dialog, tmp_path, qtbot):
    choose(dialog, "images")
    form_of(dialog, "images").edited.emit("count", 100_000)
    dialog._take_path(str(tmp_path / "many"))
    dialog.export_button.click()
    assert dialog.cancel_button.text() == "Cancel"
    assert not dialog.export_button.isEnabled()
    qtbot.waitUntil(lambda: (tmp_path / "many").exists())
    dialog.cancel_button.click()
    qtbot.waitUntil(dialog.export_button.isEnabled)
    assert dialog.note.text() == "Cancelled."
    assert dialog.isVisible()


def test_that_the_kind_of_file_can_be_chosen_for_pictures():
    for kind in EXPORTERS:
        if kind.key() in ("images", "pictures"):
            assert "format" in [setting.name for setting in settings_of(kind)]


def test_that_what_a_run_has_nothing_of_is_off_with_the_reason(dialog, run_folder):
    draft = open_sampler(run_folder).draft
    number = {kind.key(): place for place, kind in enumerate(EXPORTERS)}
    choose(dialog, "styles")
    dialog.show_source(run_folder, draft)
    assert dialog.what.kind.key() == "ema"
    off = [
        kind.key()
        for kind in EXPORTERS
        if not dialog.what.buttons.button(number[kind.key()]).isEnabled()
    ]
    assert off == ["styles", "pictures"]
    assert "no styles" in dialog.what._abouts[number["styles"]].text()
    dialog.show_source(run_folder, draft | {"architecture": {"kind": "style"}})
    assert dialog.what.buttons.button(number["styles"]).isEnabled()
    assert "no styles" not in dialog.what._abouts[number["styles"]].text()


def test_that_an_animation_may_be_any_of_its_formats(dialog, tmp_path, qtbot):
    choose(dialog, "walk")
    assert dialog.path.text().endswith("-walk.webp")
    dialog.what.forms[dialog.what.buttons.checkedId()].edited.emit("steps", 2)
    dialog._take_path(str(tmp_path / "walk.gif"))
    dialog.export_button.click()
    qtbot.waitUntil(lambda: "Written" in dialog.note.text())
    assert (tmp_path / "walk.gif").read_bytes().startswith(b"GIF89a")


def test_that_a_file_of_weights_has_no_time_lapse_and_says_why(dialog, run_folder):
    newest = max((run_folder / "checkpoints").iterdir())
    draft = open_sampler(run_folder).draft
    number = [kind.key() for kind in EXPORTERS].index("time_lapse")
    for source, has in ((newest, False), (run_folder, True)):
        dialog.show_source(source, draft)
        assert dialog.what.buttons.button(number).isEnabled() is has
    dialog.show_source(newest, draft)
    assert "no curves or grids" in dialog.what._abouts[number].text()


def test_that_a_screen_with_room_needs_no_scrolling_and_a_low_one_does(dialog, monkeypatch):
    dialog.show()
    bar = dialog.what.verticalScrollBar()
    for height, scrolls in ((2000, False), (500, True)):
        screen = SimpleNamespace(availableGeometry=lambda height=height: QRect(0, 0, 1366, height))
        monkeypatch.setattr(dialog, "screen", lambda screen=screen: screen)
        for key in ("ema", "walk"):
            choose(dialog, key)
            QApplication.processEvents()
            assert (bar.maximum() > 0) is scrolls
            assert dialog.height() <= 0.9 * height
    form = dialog.what.forms[dialog.what.number]
    assert form.visibleRegion().boundingRect().height() > 0


def test_that_what_was_explored_is_offered(show, studio, run_folder, qtbot):
    studio.run.open_folder(run_folder)
    qtbot.waitUntil(lambda: studio.run.view is not None)
    studio.exploring.look(Exploration(seed=77, rows=2, columns=5, truncation=0.5))
    studio.exploring.watch(True)
    qtbot.waitUntil(lambda: studio.exploring.now is not None)
    dialog = show(ExportDialog)
    for key in ("grid", "walk", "styles"):
        choose(dialog, key)
        made = dialog.what.made()
        assert (made.seed, made.rows, made.columns, made.truncation) == (77, 2, 5, 0.5)
    found = studio.exploring
    found.now = replace(found.now, classes=("cat", escape("a.dog")))
    found.sight = replace(found.sight, label=1)
    dialog._begin()
    for key in ("grid", "walk", "images"):
        choose(dialog, key)
        assert dialog.what.made().of_class == "a.dog"


@pytest.mark.parametrize(("place", "which"), [(0, 0), (1, -1), (2, 1)])
def test_that_the_newest_the_best_or_an_earlier_save_is_taken_away(
    show, studio, saved_often, tmp_path, qtbot, place, which
):
    dialog = show(ExportDialog)
    dialog.show_source(saved_often)
    seen = [moment for moment, _ in saves_of(saved_often)]
    assert [dialog.save.itemText(row) for row in range(2)] == [
        f"The newest save, after {seen[0]} images",
        f"The best save, after {seen[-1]} images",
    ]
    assert dialog.save.count() == len(seen) == 4
    dialog.save.setCurrentIndex(place)
    dialog.show_saved(None)  # another save that is written leaves what was chosen
    dialog._take_path(str(tmp_path / "out" / "mine.safetensors"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.show_button.isVisible)
    assert open_sampler(tmp_path / "out" / "mine.safetensors").images_seen == seen[which]


def test_that_what_is_made_of_a_whole_run_needs_no_choice_of_a_save(
    show, studio, saved_often, tmp_path, qtbot
):
    dialog = show(ExportDialog)
    dialog.show_source(saved_often)
    dialog.save.setCurrentIndex(1)
    choose(dialog, "curves")
    assert not dialog.save.isEnabled()
    dialog._take_path(str(tmp_path / "out" / "mine.csv"))
    dialog.export_button.click()
    qtbot.waitUntil(dialog.show_button.isVisible)
    assert dialog.note.text().startswith("Written")


def test_that_a_save_somebody_keeps_is_called_so(show, saved_often):
    dialog = show(ExportDialog)
    best, kept = min(saves_of(saved_often))[0], saves_of(saved_often)[1][0]
    for seen in (best, kept):
        keep(saved_often, seen)
    dialog.show_source(saved_often)
    lines = [dialog.save.itemText(row) for row in range(dialog.save.count())]
    for seen in (best, kept):
        assert f"The save you keep, after {seen} images" in lines
    assert f"The best save, after {best} images" in lines


def test_that_one_save_is_no_choice(dialog, tmp_path):
    assert dialog.save.isHidden()
    (tmp_path / "mine.safetensors").write_bytes(b"")
    dialog.show_source(tmp_path / "mine.safetensors")
    assert dialog.save.isHidden()


def test_that_the_best_save_is_opened_once_to_offer_it_and_once_to_take_it(
    show, saved_often, monkeypatch
):
    opened, seen_by = list[str](), checkpoint.seen_by

    def counted(path):
        opened.append(path.name)
        return seen_by(path)

    monkeypatch.setattr(checkpoint, "seen_by", counted)
    dialog = show(ExportDialog)
    dialog.show_source(saved_often)
    assert opened == ["best.safetensors"]
    dialog.save.setCurrentIndex(1)
    assert dialog.save.source.name == "best.safetensors"
    assert opened == ["best.safetensors"] * 2
