"""What a run will take."""

import pytest

from gan_engine import Cost, Relief, cost_of
from studio.panels.design import DesignPanel

GB = 2**30
BIG = Cost(1_000_000, 2_000_000, 10**9, 10**9, 2 * GB, GB, 9 * GB, GB, "CPU", 8 * GB, 6 * GB)


@pytest.fixture
def panel(show):
    return show(DesignPanel)


def test_that_an_estimate_follows_the_settings(panel, studio, qtbot):
    card = panel.blueprint.cost
    qtbot.waitUntil(card.isVisible, timeout=60_000)
    before = card.said()
    studio.document.set("architecture.width", 16)
    studio.document.set("training.batch_size", 8)
    qtbot.waitUntil(lambda: "of 8 images" in card.said(), timeout=60_000)
    qtbot.waitUntil(lambda: panel._pricing is None or not panel._pricing.active, timeout=60_000)
    assert card.said() != before
    whole = cost_of(studio.document.config)
    qtbot.waitUntil(lambda: sum(card.bar.parts) == whole.memory, timeout=60_000)


def test_that_what_does_not_fit_is_one_click_from_less(panel, studio):
    card = panel.blueprint.cost
    reliefs = (Relief("training.batch_size", 32, 5 * GB),)
    card.show_cost(Cost(**{**vars(BIG), "reliefs": reliefs}), studio.document.draft, 64, 3)
    assert "not fit" in card.said()
    assert card.bar.overfull
    assert [made.text() for made in card.buttons] == ["Training, batch size 32: 5.0 GB"]
    card.buttons[0].click()
    assert studio.document.config.training.batch_size == 32


def test_that_disk_is_counted_for_all_that_are_kept(panel, studio):
    panel.blueprint.cost.show_cost(BIG, studio.document.draft, 64, 3)
    assert "1.0 GB a checkpoint, 3 are kept: 3.0 GB" in panel.blueprint.cost.said()
