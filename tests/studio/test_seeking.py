"""What the command palette finds in a whole window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

from gan_engine import RunConfig, differences, find_preset, read_presets, walk, with_preset
from studio.actions import ACTIONS


def opened(visitor):
    visitor.chooses("palette")
    return visitor.window._deeds._seeking.palette


def test_that_every_action_setting_and_preset_can_be_found(visitor):
    palette = opened(visitor)
    entries = palette._entries
    names = {entry.text for entry in entries}
    assert {spec.text for spec in ACTIONS if spec.key != "palette"} <= names
    assert {preset.title for preset in read_presets()} <= names
    for setting in walk(RunConfig, visitor.studio.document.draft):
        if setting.kind not in ("section", "each"):
            assert any(e.text == setting.label and e.more == setting.help for e in entries)


def test_that_a_command_shows_its_keys_and_happens(visitor, qtbot):
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "dark")
    assert palette.found[0].text == "Dark"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert visitor.studio.preferences.theme == "dark"
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "sample now")
    assert palette.found[0].keys == "F7"
    assert not palette.found[0].on
    visitor.chooses("theme_light")


def test_that_a_panel_comes_into_view(visitor, qtbot):
    for name in ("Queue", "Messages"):
        palette = opened(visitor)
        qtbot.keyClicks(palette.field, name)
        assert palette.found[0].text == name
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
        dock = visitor.window.findChild(QDockWidget, f"dock-{name.lower()}")
        visitor.waits_until(lambda dock=dock: not dock.visibleRegion().isEmpty())


def test_that_a_setting_comes_into_view(visitor, qtbot):
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "gradient clip")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    row = visitor.window.panels["settings"].form.rows["training.gradient_clip"]
    visitor.waits_until(row.isVisible)
    assert row.isAncestorOf(visitor.window.focusWidget())


def test_that_a_penalty_that_is_off_can_be_found(visitor, qtbot):
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "lecam")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    row = visitor.window.panels["settings"].form.rows["penalties.lecam"]
    visitor.waits_until(row.isVisible)


def test_that_a_preset_is_taken_with_one_undo_step(visitor, qtbot):
    document = visitor.studio.document
    before = document.draft
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "sngan")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not differences(with_preset(find_preset("sngan-64"), document.draft), document.draft)
    assert visitor.window.panels["design"].isVisible()
    document.undo()
    assert document.draft == before


def test_that_a_recent_run_is_opened(visitor, qtbot, run_folder, monkeypatch):
    monkeypatch.setenv("GAN_STUDIO_HOME", str(run_folder.parent.parent))
    visitor.studio.library.refresh()
    visitor.waits_until(lambda: bool(visitor.studio.library.runs))
    palette = opened(visitor)
    qtbot.keyClicks(palette.field, "001-emoji")
    with qtbot.waitSignal(visitor.studio.run.viewed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert visitor.studio.run.folder == run_folder
