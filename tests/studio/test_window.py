"""The main window."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QDialog, QDockWidget, QFileDialog, QInputDialog, QWidget

from gan_engine import find_preset, get, paths, read_draft, suiting, with_preset
from studio import theme
from studio.actions import ACTIONS
from studio.preferences import Preferences
from studio.widgets.palette import Palette
from studio.window import DOCKS, MainWindow
from tests.studio.visitor import Visitor, takes


@pytest.fixture
def shell(qtbot, tmp_path):
    window = MainWindow(Preferences(tmp_path / "shell"))
    window.show()
    yield window
    window.close()
    window.deleteLater()


def dialog(window, kind):
    return next(found for found in window.findChildren(kind) if found.isVisible())


def test_that_a_shell_offers_nothing_but_help_looks_and_leaving(shell):
    on = {spec.key for spec in ACTIONS if shell.acts[spec.key].isEnabled()}
    assert on == {spec.key for spec in ACTIONS if spec.when == "always"}
    assert "Loading" in shell.status.said()


def test_that_a_shell_changes_its_looks_already(shell):
    shell.acts["theme_dark"].trigger()
    assert theme.current() == theme.DARK
    shell.acts["theme_light"].trigger()
    assert theme.current() == theme.LIGHT


def test_that_a_shell_takes_no_drops(shell, tmp_path):
    assert not takes(shell, tmp_path)


def test_that_every_action_stands_in_its_menu(shell):
    menus = {action.text(): action.menu() for action in shell.menuBar().actions()}
    for spec in ACTIONS:
        assert shell.acts[spec.key] in menus[spec.menu].actions()


class OwnWindows(QObject):
    """Notes whatever is shown as a window of its own."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


def test_that_no_part_of_the_window_flashes_up_as_one_of_its_own(qapp, qtbot, tmp_path):
    watcher = OwnWindows()
    qapp.installEventFilter(watcher)
    visitor = Visitor(qtbot, tmp_path / "state")
    try:
        visitor.chooses("theme_dark")
        visitor.chooses("theme_light")
        assert watcher.shown == [visitor.window]
    finally:
        qapp.removeEventFilter(watcher)
        visitor.leaves()


def test_that_pages_and_docks_are_there_once_bound(visitor):
    window = visitor.window
    assert {"dataset", "design", "train"} <= set(window.panels)
    for key in set(DOCKS) - {"guide", "messages"}:  # these wait until they are asked for
        assert window.findChild(QDockWidget, f"dock-{key}").isVisible()
    assert window.panels["start"].isVisible()
    assert "Ready" in visitor.status


def test_that_the_theme_changes_at_once_and_is_remembered(visitor):
    visitor.chooses("theme_dark")
    assert theme.current() == theme.DARK
    visitor.chooses("theme_light")
    assert theme.current() == theme.LIGHT
    assert visitor.studio.preferences.theme == "light"


def test_that_the_layout_is_kept_and_can_be_reset(visitor, qtbot):
    visitor.window.findChild(QDockWidget, "dock-runs").hide()
    visitor.window.close()
    later = type(visitor)(qtbot, visitor.studio.preferences.folder)
    runs = later.window.findChild(QDockWidget, "dock-runs")
    assert not runs.isVisible()
    later.chooses("reset_layout")
    later.waits_until(runs.isVisible)
    later.leaves()


def test_that_a_layout_that_means_nothing_is_left_out(visitor, qtbot, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "layout.ini").write_text("[General]\nstate=purple\ngeometry=7\n")
    other = type(visitor)(qtbot, tmp_path / "other")
    assert other.window.findChild(QDockWidget, "dock-runs").isVisible()
    other.leaves()


def test_that_images_are_chosen_by_menu_as_by_drop(visitor, emoji):
    visitor.chooses("open_folder")
    chooser = dialog(visitor.window, QFileDialog)
    assert not chooser.isModal()
    chooser.fileSelected.emit(str(emoji))
    chooser.close()
    assert get(visitor.studio.document.draft, "data.folder") == str(emoji)
    visitor.chooses("undo")
    assert get(visitor.studio.document.draft, "data.folder") == paths.BUILTIN
    visitor.chooses("redo")
    visitor.chooses("open_builtin")
    assert get(visitor.studio.document.draft, "data.folder") == paths.BUILTIN


@pytest.mark.parametrize(("device", "preset"), [("cpu", "quick-cpu-32"), ("cuda", "dcgan-64")])
def test_that_who_chose_nothing_trains_the_preset_that_suits_the_device(
    qtbot, emoji, tmp_path, monkeypatch, device, preset
):
    monkeypatch.setattr(suiting, "choose", lambda _: SimpleNamespace(type=device))
    visitor = Visitor(qtbot, tmp_path / "state")
    document = visitor.studio.document
    assert document.draft == with_preset(find_preset(preset))
    visitor.drops(emoji)
    assert document.draft == with_preset(find_preset(preset), {"data": {"folder": str(emoji)}})
    gallery = visitor.window.panels["design"].gallery
    assert [card.preset.key for card in gallery.cards if card.isChecked()] == [preset]
    visitor.leaves()


def test_that_settings_are_saved_by_menu_and_read_again(visitor, tmp_path):
    document = visitor.studio.document
    document.set("training.batch_size", 24)
    visitor.chooses("save_settings")
    chooser = dialog(visitor.window, QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "mine.toml"))
    chooser.close()
    assert get(read_draft(tmp_path / "mine.toml"), "training.batch_size") == 24
    assert "mine.toml" in visitor.window.windowTitle()
    document.set("training.batch_size", 32)
    assert "•" in visitor.window.windowTitle()
    visitor.chooses("open_settings_file")
    chooser = dialog(visitor.window, QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "mine.toml"))
    chooser.close()
    assert get(document.draft, "training.batch_size") == 24


def test_that_settings_become_a_preset_of_ones_own(visitor):
    visitor.studio.document.set("training.batch_size", 24)
    visitor.chooses("save_preset")
    asker = dialog(visitor.window, QInputDialog)
    asker.setTextValue("Mine")
    asker.accept()
    assert get(find_preset("mine").draft, "training.batch_size") == 24


def test_that_a_preset_is_replaced_by_one_of_its_name_only_after_that_is_told(visitor):
    visitor.studio.document.save_as_preset("Mine")
    visitor.chooses("save_preset")
    asker = dialog(visitor.window, QInputDialog)
    assert asker.okButtonText() == "Save"
    asker.setTextValue("mine ")
    assert asker.okButtonText() == "Replace"
    assert "replaced" in asker.labelText()
    asker.setTextValue("Mine too")
    assert asker.okButtonText() == "Save"
    assert "replaced" not in asker.labelText()
    asker.reject()


def test_that_help_blocks_nothing(visitor):
    for key in ("show_shortcuts", "about"):
        visitor.chooses(key)
        shown = dialog(visitor.window, QDialog)
        assert not shown.isModal()
        shown.close()
        shown.deleteLater()


def test_that_a_setting_is_found_by_key(visitor):
    visitor.window.findChild(QDockWidget, "dock-settings").hide()
    visitor.chooses("find_setting")
    assert visitor.window.panels["settings"].isVisible()


def test_that_a_broken_preference_file_is_told_in_the_window(visitor, qtbot, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "preferences.toml").write_text("theme = [")
    other = type(visitor)(qtbot, tmp_path / "broken")
    assert "set aside" in other.notice
    other.leaves()


def test_that_a_small_window_leaves_its_page_the_room(visitor, qtbot):
    window = visitor.window
    docks = {dock.objectName(): dock for dock in window.findChildren(QDockWidget)}
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    assert window.dockWidgetArea(docks["dock-settings"]) == right
    window.resize(1024, 700)
    visitor.chooses("reset_layout")
    assert window.dockWidgetArea(docks["dock-settings"]) == left
    assert docks["dock-runs"] in window.tabifiedDockWidgets(docks["dock-settings"])
    assert docks["dock-messages"].isHidden()
    assert docks["dock-guide"].isHidden()
    qtbot.waitUntil(lambda: window.centralWidget().width() > 650)
    window.show_setting("training.batch_size")
    assert not docks["dock-settings"].visibleRegion().isEmpty()
    window.resize(1440, 1040)
    visitor.chooses("reset_layout")
    assert window.dockWidgetArea(docks["dock-settings"]) == right
    assert docks["dock-messages"].isVisible()


def test_that_the_search_over_everything_stands_at_the_top_with_its_keys(visitor):
    button = visitor.window.menuBar().cornerWidget()
    assert "Ctrl+K" in button.text()
    button.click()
    assert visitor.window.findChild(Palette).isVisible()


def test_that_what_trains_leads_to_the_setting_that_changes_it(visitor):
    assert visitor.window.device.text() == "CPU"
    visitor.window.device.click()
    row = visitor.window.panels["settings"].form.rows["training.device"]
    visitor.waits_until(lambda: not row.visibleRegion().isEmpty())


def test_that_nothing_that_is_empty_waits_for_the_keyboard_while_the_engine_loads(shell):
    assert not shell.device.isEnabled()


def test_that_the_device_is_a_way_to_its_setting_once_there_is_one(visitor):
    assert visitor.window.device.text()
    assert visitor.window.device.isEnabled()
