"""The dock of what waits."""

import pytest
from PySide6.QtCore import Qt

from gan_engine import put
from studio import i18n
from studio.panels.queue import QueuePanel
from studio.queue import Entry
from tests.studio.tiny import tiny_draft


@pytest.fixture
def panel(show):
    return show(QueuePanel)


def entry(name, state="waiting", **other):
    return Entry(draft={"data": {"folder": name, "size": 16}}, state=state, **other)


def test_that_an_empty_queue_says_what_it_is_for_and_takes_the_settings(panel, qtbot):
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["queue_add"]


def test_that_each_run_says_what_becomes_of_it(panel):
    runs = [
        entry("a", "done"),
        entry("b", "failed", why="The disk is full."),
        entry("c", "going"),
        entry("d", folder="/runs/7"),
        entry("e"),
    ]
    panel.show_entries(runs, True)
    model = panel.list.model()
    said = [model.index(row, 0).data().splitlines() for row in range(5)]
    assert said == [
        ["a · 16 px", "Finished"],
        ["b · 16 px", "Failed: The disk is full."],
        ["c · 16 px", "Training"],
        ["d · 16 px", "Waits, half done: goes on from its save"],
        ["e · 16 px", "Waits"],
    ]


def test_that_runs_are_told_apart_by_what_is_not_the_same(panel, draft):
    rates = (0.0004, 0.0002)
    drafts = [put(put(draft, "optimizer_g.rate", rate), "loss.kind", "hinge") for rate in rates]
    drafts[0] = put(drafts[0], "loss.kind", "cross_entropy")  # which its name says
    panel.show_entries([Entry(draft=one) for one in drafts], False)
    model = panel.list.model()
    said = [model.index(row, 0).data().splitlines() for row in range(2)]
    assert [lines[1] for lines in said] == [
        f"Optimiser of G, learning rate: {rate}" for rate in rates
    ]


def test_that_one_button_starts_it_or_lets_it_rest(panel, qtbot):
    for is_on, wish in ((False, "queue_start"), (True, "queue_rest")):
        panel.show_entries([entry("a")], is_on)
        with qtbot.waitSignal(panel.action_asked) as asked:
            panel.start_button.click()
        assert asked.args == [wish]
    panel.show_entries([entry("a", "done")], False)
    assert not panel.start_button.isEnabled()


def test_that_what_waits_can_be_moved_and_taken_off(panel, studio, draft, qtbot):
    drafts = [draft, put(draft, "loss.kind", "hinge")]
    for one in drafts:
        studio.queue.add(one)
    panel.list.setCurrentRow(0)
    assert not panel.up.isEnabled()
    panel.down.click()
    assert [one.draft for one in studio.queue.entries] == drafts[::-1]
    assert panel.list.currentRow() == 1
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert [one.draft for one in studio.queue.entries] == drafts[1:]
    panel.drop.click()
    assert panel.empty.isVisible()


def test_that_the_run_that_goes_stays_where_it_is(panel):
    panel.show_entries([entry("a", "going"), entry("b")], True)
    panel.list.setCurrentRow(0)
    assert not panel.drop.isEnabled()
    panel.list.setCurrentRow(1)
    assert not panel.up.isEnabled()
    assert panel.drop.isEnabled()


def test_that_what_waits_is_named_in_the_language_in_force(panel, emoji):
    waiting = [Entry(draft=tiny_draft(emoji))]
    i18n.use("zh_CN")
    panel.show_entries(waiting, False)
    assert "交叉熵" in panel.list.model().index(0, 0).data()


def test_that_an_entry_is_as_tall_as_its_words_need(panel):
    panel.show_entries([entry("a", "failed", why="The images are gone. " * 5)], False)
    heights = []
    for width in (600, 200):
        panel.list.resize(width, 400)
        heights.append(panel.list.sizeHintForRow(0))
    assert heights[0] < heights[1]
