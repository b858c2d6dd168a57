"""What a run will take."""

import pytest

from gan_engine import Cost, MemoryFullError, Relief, Trial, cost_of
from gan_engine.device import Formats
from studio.panels.design import DesignPanel
from tests.studio.tiny import tiny_draft

GB = 2**30
BIG = Cost(1_000_000, 2_000_000, 10**9, 10**9, 2 * GB, GB, 9 * GB, GB, "CPU", 8 * GB, 6 * GB)


@pytest.fixture
def panel(show):
    return show(DesignPanel)


def test_that_an_estimate_follows_the_settings(panel, studio, qtbot):
    card = panel.blueprint.cost
    qtbot.waitUntil(card.isVisible)
    before = card.said()
    studio.document.set("architecture.width", 16)
    studio.document.set("training.batch_size", 8)
    qtbot.waitUntil(lambda: "of 8 images" in card.said())
    qtbot.waitUntil(lambda: panel._pricing is None or not panel._pricing.active)
    assert card.said() != before
    whole = cost_of(studio.document.config)
    qtbot.waitUntil(lambda: sum(card.bar.parts) == whole.memory)


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


@pytest.mark.parametrize(("keep", "short"), [(3, False), (4, True)])
def test_that_a_disk_without_room_for_what_is_kept_is_told_before_a_start(
    panel, studio, keep, short
):
    card = panel.blueprint.cost
    card.show_cost(Cost(**{**vars(BIG), "disk_free": 4 * GB}), studio.document.draft, 64, keep)
    assert ("The disk has 4.0 GB free" in card.said()) == short
    card.show_cost(BIG, studio.document.draft, 64, keep)  # of some disks nothing is known
    assert "The disk has" not in card.said()


def measured(panel, studio, qtbot):
    studio.document.load(tiny_draft(studio.document.config.data.path))
    card = panel.blueprint.cost
    panel.measure()
    assert "Measuring" in card.said()
    assert not card.measure.isEnabled()
    qtbot.waitUntil(lambda: "images/s" in card.said())
    qtbot.waitUntil(card.measure.isEnabled)
    return card


def test_that_the_button_asks_for_the_entry_of_the_menu(panel, qtbot):
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.blueprint.cost.measure.click()
    assert asked.args == ["measure"]


def test_that_the_menu_measures_on_the_page_of_the_design(visitor):
    visitor.settings(tiny_draft(visitor.studio.document.config.data.path))
    visitor.chooses("measure")
    assert visitor.window.page == "design"
    card = visitor.window.panels["design"].blueprint.cost
    visitor.waits_until(lambda: "measured here" in card.said())


def test_that_a_trial_says_how_fast_a_run_would_be_until_settings_change(panel, studio, qtbot):
    card = measured(panel, studio, qtbot)
    assert "measured here" in card.said()
    studio.document.set("architecture.width", 12)
    assert "Not measured" in card.said()
    studio.document.undo()
    assert "measured here" in card.said()


def test_that_nothing_is_measured_while_a_run_trains(panel, studio):
    card = panel.blueprint.cost
    panel.show_state("training")
    assert not card.measure.isEnabled()
    panel.measure()
    assert panel._trial is None
    panel.show_state("idle")
    assert card.measure.isEnabled()


def test_that_a_start_ends_a_trial(panel, studio, qtbot):
    studio.document.load(tiny_draft(studio.document.config.data.path))
    panel.measure()
    panel.show_state("training")
    qtbot.waitUntil(lambda: not panel._is_trying)
    assert "images/s" not in panel.blueprint.cost.said()


def test_that_a_trial_that_fails_says_why(panel, studio):
    panel.show_no_trial(MemoryFullError("It is too much.", hint="Halve it."))
    panel._show_trial()
    assert "It is too much. Halve it." in panel.blueprint.cost.said()


@pytest.mark.parametrize(
    ("threads", "said"), [(0, "in fp32"), (1, "in fp32, one CPU thread"), (4, "4 CPU threads")]
)
def test_that_a_trial_says_what_the_program_chose_to_compute_in(panel, threads, said):
    card = panel.blueprint.cost
    card.show_trial(Trial(40, 60, None, Formats("fp32", False, threads)), 2_400)
    assert card.said().splitlines()[4].endswith(said)
