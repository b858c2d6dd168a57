"""The dock of settings."""

import pytest
from PySide6.QtCore import Qt

from gan_engine import RunConfig, get, settings_of
from studio import i18n
from studio.panels.settings import SECTIONS, SettingsPanel
from tests.studio.visitor import readable_choices


@pytest.fixture
def panel(show):
    return show(SettingsPanel)


def test_that_every_section_of_a_run_is_there(panel):
    tops = [s for s in settings_of(RunConfig) if s.kind in ("section", "one", "each")]
    assert set(SECTIONS) == {top.name for top in tops} == set(panel.form.sections)


def test_that_an_edit_reaches_the_document_and_comes_back(panel, studio):
    panel.form.edited.emit("training.batch_size", 8)
    assert get(studio.document.draft, "training.batch_size") == 8
    panel.form.switched.emit("penalties.r2", True)
    assert get(studio.document.draft, "penalties.r2") is not None
    assert "penalties.r2.weight" in panel.form.rows


def test_that_a_search_hides_what_does_not_fit_and_escape_ends_it(panel, qtbot):
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "batch size")
    rows = panel.form.rows
    assert rows["training.batch_size"].isVisibleTo(panel.form)
    assert not rows["training.seed"].isVisibleTo(panel.form)
    panel.activateWindow()
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    panel.search.clear()
    assert rows["training.seed"].isVisibleTo(panel.form)


def test_that_a_search_that_finds_nothing_says_so_and_offers_all_settings(panel, studio):
    panel.search.setText("qwertz")
    assert panel.nothing.isVisible()
    assert "qwertz" in panel.nothing.said()
    assert not panel.area.isVisible()
    studio.document.set("training.batch_size", 8)
    assert panel.nothing.isVisible()
    panel.nothing.button.click()
    assert panel.area.isVisible()
    assert not panel.search.text()
    assert panel.form.rows["training.batch_size"].isVisibleTo(panel.form)


def test_that_a_setting_asked_for_comes_into_view_from_a_closed_section(panel, qtbot):
    panel.search.setText("nothing of that name")
    panel.show_setting("checkpoint.keep")
    row = panel.form.rows["checkpoint.keep"]
    qtbot.waitUntil(lambda: not row.visibleRegion().isEmpty())
    assert not panel.search.text()


def test_that_an_empty_path_begins_a_search(panel):
    panel.show_setting("")
    assert panel.focusWidget() is panel.search


def test_that_it_says_what_can_be_changed_while_a_run_goes_on(panel):
    panel.show_state("training")
    assert "bolt" in panel.note.text()
    assert panel.note.isVisible()
    panel.show_state("idle")
    assert not panel.note.isVisible()


def test_that_what_cannot_be_switched_on_says_why_and_comes_back(panel, studio):
    row = panel.form.rows["penalties.l1"]
    assert "no picture that G's should be" in row.obstacle
    assert not row.box.isEnabled()
    studio.document.set("data.pairs", "folders")
    studio.document.set("architecture.kind", "pix2pix")
    assert panel.form.rows["penalties.l1"].obstacle == ""
    assert panel.form.rows["penalties.l1"].box.isEnabled()
    assert panel.form.rows["penalties.consistency"].obstacle
    studio.document.switch("penalties.l1", True)
    studio.document.set("architecture.kind", "dcgan")
    studio.document.set("data.pairs", "off")
    row = panel.form.rows["penalties.l1"]
    assert row.box.isEnabled()  # to be switched off
    assert row.line.text


def test_that_settings_are_found_in_chinese_and_by_their_english_name(qtbot, qapp, studio):
    i18n.use("zh_CN")
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.bind(studio)
    assert panel.form.filter("批大小") >= 1
    assert panel.form.filter("batch size") >= 1
    assert panel.form.filter("没有这个") == 0


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("resolution", "data.size"),
        ("epochs", "training.images"),
        ("kimg", "training.images"),
        ("lr", "optimizer_g.rate"),
        ("n_critic", "training.d_steps"),
        ("fp16", "training.precision"),
        ("color", "data.channels"),
        ("stylegan2", "architecture"),
        ("snapshot", "checkpoint.every_images"),
        ("lambda_l1", "penalties.l1"),
    ],
)
def test_that_a_setting_is_found_by_the_name_it_has_elsewhere(panel, typed, path):
    panel.search.setText(typed)
    assert panel.form.rows[path].isVisibleTo(panel.form)
    assert panel.form.found <= 5


def test_that_what_changes_while_a_run_trains_can_be_seen_alone(panel):
    assert not panel.live_button.isVisible()
    panel.show_state("training")
    panel.live_button.click()
    rows = panel.form.rows
    seen = [path for path, row in rows.items() if row.isVisibleTo(panel.form)]
    assert seen == [
        p for p, row in rows.items() if getattr(row, "setting", None) and row.setting.live
    ]
    assert "optimizer_g.rate" in seen
    panel.search.clear()
    assert rows["training.seed"].isVisibleTo(panel.form)


def test_that_every_choice_in_sight_can_be_read_in_a_window_of_ordinary_size(visitor):
    visitor.window.resize(1440, 900)
    panel = visitor.window.panels["settings"]
    visitor.waits_until(lambda: panel.form.rows["training.device"].width() > 300)
    assert "Architecture" in readable_choices(panel)
