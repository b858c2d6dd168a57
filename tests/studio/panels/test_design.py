"""The page of networks and losses."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from gan_engine import (
    Pictures,
    cost_of,
    find_preset,
    get,
    parse,
    paths,
    read_presets,
    suiting,
    summarize,
)
from studio.guide import find
from studio.panels.design import DesignPanel
from studio.panels.gallery import OTHERS, picture_name


@pytest.fixture
def panel(show):
    return show(DesignPanel)


@pytest.fixture
def wait(qtbot):
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()))


def test_that_both_networks_are_shown_layer_by_layer(panel, studio, wait):
    wait(lambda: panel.blueprint.networks.g.rows)
    summary = summarize(studio.document.config)
    assert panel.blueprint.networks.g.rows == summary.g
    assert panel.blueprint.networks.d.rows == summary.d
    assert panel.blueprint.networks.g_graph.isVisible()
    panel.blueprint.networks.table_button.click()
    assert panel.blueprint.networks.g.isVisible()
    assert not panel.blueprint.networks.g_graph.isVisible()


def test_that_networks_and_price_are_worked_out_only_while_somebody_looks(
    panel, studio, wait, qtbot
):
    wait(lambda: panel.blueprint.networks.g.rows and not studio.jobs.active)
    panel.hide()
    studio.document.set("architecture.width", 24)
    qtbot.wait(2 * panel._calm.interval())
    assert panel._priced != studio.document.config
    panel.show()
    wait(lambda: panel._priced == studio.document.config)
    wait(lambda: panel.blueprint.networks.g.rows == summarize(studio.document.config).g)


def test_that_the_graph_shows_what_goes_in_and_each_block(panel, studio, wait):
    wait(lambda: panel.blueprint.networks.g.rows)
    summary = summarize(studio.document.config)
    shown = panel.blueprint.networks.g_graph.blocks
    outer = [row for row in summary.g if row.depth == 0]
    assert shown[0].shape == (studio.document.config.architecture.z_dim,)
    assert [block.shape for block in shown[1:]] == [row.shape for row in outer]
    assert sum(block.parameters for block in shown) == summary.parameters_g


def test_that_a_patch_head_shows_how_much_of_the_image_a_score_sees(panel, studio, wait):
    studio.document.set("architecture.head", "patch")
    seen = summarize(studio.document.config).receptive_field
    graph = panel.blueprint.networks.d_graph
    wait(lambda: graph.blocks and graph.blocks[0].looks)
    assert graph.blocks[0].looks == seen / studio.document.config.data.size
    assert f"{seen} × {seen} px" in graph._title.text()


def test_that_the_networks_follow_an_edit(panel, studio, wait):
    wait(lambda: panel.blueprint.networks.g.rows)
    before = panel.blueprint.networks.g.rows
    studio.document.set("architecture.width", 24)
    wait(lambda: panel.blueprint.networks.g.rows != before)
    assert panel.blueprint.networks.g.rows == summarize(studio.document.config).g


def test_that_a_broken_design_is_told_and_cannot_be_started(panel, studio, qtbot):
    studio.document.set("architecture.width", 0)
    assert "width" in panel.blueprint.problems.texts()[0]
    assert not panel.start_button.isEnabled()
    with qtbot.waitSignal(panel.setting_asked) as asked:
        panel.blueprint.problems.buttons()[0].click()
    assert asked.args == ["architecture.width"]
    studio.document.undo()
    assert not panel.blueprint.problems.isVisible()
    assert panel.start_button.isEnabled()


def test_that_the_graph_of_both_networks_is_seen_at_once(panel, wait):
    wait(lambda: panel.blueprint.networks.g.rows)
    panel.resize(830, 620)  # the page in a window of 1440 x 900
    graph = panel.blueprint.networks.d_graph
    foot = QPoint(0, round(0.9 * graph.height()))
    wait(lambda: graph.mapTo(panel, foot).y() <= panel.height())


def test_that_a_block_says_what_it_keeps_of_a_batch(panel, studio, wait):
    studio.document.set("training.batch_size", 8)
    summary = summarize(studio.document.config)
    graph = panel.blueprint.networks.g_graph
    outer = [row.memory for row in summary.g if row.depth == 0]
    wait(lambda: [block.memory for block in graph.blocks[1:]] == [8 * kept for kept in outer])
    graph.choose(1)
    assert "of a batch" in graph.told


@pytest.mark.parametrize(
    ("card", "path"), [("networks", "architecture.kind"), ("loss", "loss.kind")]
)
def test_that_a_card_leads_to_its_settings(panel, qtbot, card, path):
    made = getattr(panel.blueprint, card)
    button = made.change_button if card == "networks" else made._change
    with qtbot.waitSignal(panel.setting_asked) as asked:
        button.click()
    assert asked.args == [path]


@pytest.mark.parametrize(("card", "anchor"), [("networks", "architecture."), ("loss", "loss.")])
def test_that_a_card_opens_the_guide_at_what_it_shows(panel, studio, qtbot, card, anchor):
    kind = get(studio.document.draft, f"{anchor}kind")
    with qtbot.waitSignal(panel.guide_asked) as asked:
        getattr(panel.blueprint, card).guide_asked.emit()
    assert asked.args == [anchor + kind]
    assert find(asked.args[0]).anchor == asked.args[0]


def test_that_a_picture_of_what_a_preset_makes_is_on_its_card(panel, tmp_path, monkeypatch):
    folder = tmp_path / "pictures" / "presets"
    folder.mkdir(parents=True)
    shown = QImage(40, 60, QImage.Format.Format_RGB888)
    shown.fill(QColor("#204060"))
    presets = read_presets()
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    panel.gallery.show_presets(presets)
    assert not any(card.picture.isVisible() for card in panel.gallery.cards)
    assert shown.save(str(folder / "tutorial.webp"))
    panel.gallery.show_presets(presets)
    drawn = {card.preset.key: card.picture.pixmap().toImage() for card in panel.gallery.cards}
    middle = drawn["tutorial"].pixelColor(36, 36)
    assert (middle.red(), middle.blue()) == pytest.approx((0x20, 0x60), abs=3)
    assert drawn["dcgan-64"].isNull()


def test_that_every_preset_has_a_picture_and_every_picture_a_preset():
    pictures = list((paths.resources() / "pictures" / "presets").iterdir())
    assert {path.stem for path in pictures} == {picture_name(preset) for preset in read_presets()}
    assert not any(QImage(str(path)).isNull() for path in pictures)
    assert OTHERS.keys() <= {path.stem for path in pictures}


def told(panel, studio, wait, *pictures):
    """Let a folder be known, and return what is said on each card then, by the preset's key."""
    studio.clinic.diagnosed.emit(SimpleNamespace(pictures=Pictures(*pictures), partners={}))
    wait(lambda: not studio.suiting.is_looking)
    return {card.preset.key: card.note.text() for card in panel.gallery.cards}


def test_that_the_recommended_preset_and_what_would_not_fit_are_seen(
    panel, studio, wait, monkeypatch
):
    cost = replace(cost_of(parse({})), weights=3 * 2**30, optimizers=0, activations=0)

    def priced(config):
        there = 1 if config.architecture.kind == "r3" else 8
        return replace(cost, memory_total=there * 2**30)

    monkeypatch.setattr(suiting, "_cost", priced)
    notes = told(panel, studio, wait, 400, 64)
    assert notes["quick-cpu-32"] == "Recommended here"
    assert notes["r3-full-64"] == "Needs 3.0 GB of 1.0 GB"
    assert "for a CPU: Quick start" in panel._advice.text()
    card = next(one for one in panel.gallery.cards if one.preset.key == "r3-full-64")
    assert "Needs 3.0 GB of 1.0 GB" in card.toolTip()
    assert "Needs 3.0 GB of 1.0 GB" in card.accessibleDescription()


def test_that_the_recommended_preset_is_seen_before_anything_is_priced(panel):
    panel.show_recommended(find_preset("tutorial"), "for a CPU")
    card = next(one for one in panel.gallery.cards if one.preset.key == "tutorial")
    assert card.note.text() == "Recommended here"
    assert "for a CPU" in card.accessibleDescription()


def test_that_the_recommended_preset_comes_into_view_and_takes_pairs_as_they_lie(
    panel, studio, wait
):
    card = next(one for one in panel.gallery.cards if one.preset.key == "pix2pix-256")
    told(panel, studio, wait, 400, 256, "side_by_side")
    wait(lambda: card.visibleRegion().boundingRect() == card.rect())
    card.click()
    assert get(studio.document.draft, "data.pairs") == "side_by_side"


def test_that_every_preset_has_a_card_that_says_what_to_expect(panel):
    card = next(c for c in panel.gallery.cards if c.preset.key == "quick-cpu-32")
    assert card.accessibleDescription().startswith(card.preset.about)
    assert len(panel.gallery.cards) == len(list(paths.builtin_presets().glob("*.toml")))


def test_that_six_presets_are_seen_at_once_where_there_is_room(panel, wait):
    def seen():
        return [
            card
            for card in panel.gallery.cards
            if card.visibleRegion().boundingRect() == card.rect()
        ]

    panel.resize(830, 740)  # the page in a window of 1440 x 900
    wait(lambda: len(seen()) == 6)
    panel.resize(830, 620)
    wait(lambda: len(seen()) == 3)


def test_that_every_preset_comes_into_view_by_clicks(panel):
    gallery = panel.gallery

    def seen():
        area = gallery.viewport().rect()
        left = {
            c.preset.key: c.mapTo(gallery.viewport(), c.rect().topLeft()) for c in gallery.cards
        }
        return [key for key, point in left.items() if area.contains(point)]

    assert not gallery.back.isEnabled()
    found, clicks = set(seen()), 0
    while gallery.on.isEnabled():
        gallery.on.click()
        found |= set(seen())
        clicks += 1
    assert found == {card.preset.key for card in gallery.cards}
    assert 1 < clicks < len(gallery.cards)
    while gallery.back.isEnabled():
        gallery.back.click()
    assert seen()[0] == gallery.cards[0].preset.key


def test_that_a_chosen_preset_keeps_the_images_and_is_one_step_back(panel, studio, emoji):
    studio.document.set("data.folder", str(emoji))
    before = studio.document.draft
    card = next(c for c in panel.gallery.cards if c.preset.key == "tutorial")
    card.click()
    wanted = find_preset("tutorial").draft
    assert get(studio.document.draft, "architecture.kind") == wanted["architecture"]["kind"]
    assert get(studio.document.draft, "data.folder") == str(emoji)
    assert [c.preset.key for c in panel.gallery.cards if c.isChecked()] == ["tutorial"]
    studio.document.undo()
    assert studio.document.draft == before
    assert not any(c.isChecked() for c in panel.gallery.cards if c.preset.key == "tutorial")


def test_that_a_preset_of_ones_own_joins_the_others(panel, studio):
    studio.document.save_as_preset("Mine")
    panel.show_presets()
    assert [c.preset.title for c in panel.gallery.cards if c.preset.own] == ["Mine"]


def test_that_nothing_but_live_settings_changes_while_a_run_goes_on(panel, qtbot):
    panel.show_state("training")
    assert not panel.gallery.isEnabled()
    assert not panel.start_button.isEnabled()
    panel.show_state("idle")
    assert panel.gallery.isEnabled()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.start_button.click()
    assert asked.args == ["start"]


def test_that_d_stands_beside_g_where_there_is_room(panel, qtbot, wait):
    wait(lambda: panel.blueprint.networks.g.rows)
    panel.blueprint.networks.table_button.click()
    panel.resize(1500, 800)
    wait(lambda: panel.blueprint.networks.d.x() > panel.blueprint.networks.g.x())
    panel.resize(800, 800)
    wait(lambda: panel.blueprint.networks.d.y() > panel.blueprint.networks.g.y())


@pytest.mark.parametrize("seen", [True, False])
def test_that_pairs_lead_to_the_preset_that_learns_from_them(panel, studio, wait, seen):
    card = next(one for one in panel.gallery.cards if one.preset.key == "pix2pix-256")

    def whole():
        return card.visibleRegion().boundingRect() == card.rect()

    assert not whole()
    panel.setVisible(seen)
    studio.document.set("data.pairs", "folders")
    panel.setVisible(True)
    wait(whole)
    assert "preset pix2pix" in panel.blueprint.problems.texts()[0]
    card.click()
    assert studio.document.config.architecture.kind == "pix2pix"
    assert panel.start_button.isEnabled()
