"""The dock of runs."""

import pytest

from gan_engine import Scalars
from studio.panels.runs import RunsPanel
from tests.studio.panels.conftest import grid, info, picture, start


@pytest.fixture
def panel(show):
    return show(RunsPanel)


def test_that_with_no_runs_it_says_what_runs_are_and_leads_to_images(panel, qtbot):
    assert panel.empty.isVisible()
    with qtbot.waitSignal(panel.page_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["dataset"]


def test_that_a_run_is_shown_with_its_state_and_how_far_it_came(panel, tmp_path):
    panel.show_runs([info(tmp_path / "002-b", "interrupted", images_seen=2_700_000)])
    row = panel.list.runs.rows[0]
    assert (row.name, row.about, row.mood) == (
        "002-b",
        "Interrupted · 2.7 M images",
        "warning",
    )
    assert panel.list.isVisible()


def test_that_opening_and_going_on_name_the_run(panel, tmp_path, qtbot):
    panel.show_runs([info(tmp_path / "001-a", "stopped"), info(tmp_path / "002-b", "done")])
    panel.run_opened.disconnect()
    panel.run_continued.disconnect()
    with qtbot.waitSignal(panel.run_opened) as opened:
        panel.open_button.click()
    assert opened.args == [tmp_path / "001-a"]
    with qtbot.waitSignal(panel.run_continued) as asked, qtbot.waitSignal(panel.page_asked):
        panel.continue_button.click()
    assert asked.args == [tmp_path / "001-a", None]


def test_that_a_finished_run_is_trained_for_more_images(panel, tmp_path, qtbot):
    panel.run_continued.disconnect()
    panel.show_runs([info(tmp_path / "002-b", "done")])
    assert panel.continue_button.text() == "Train more"
    with qtbot.waitSignal(panel.run_continued) as asked:
        panel.continue_button.click()
    assert asked.args == [tmp_path / "002-b", 48 + 100_000]


def test_that_a_run_without_a_save_cannot_go_on_but_can_be_looked_at(panel, tmp_path):
    panel.show_runs([info(tmp_path / "002-b", "interrupted", saved_images=0)])
    assert panel.open_button.isEnabled()
    assert not panel.continue_button.isEnabled()


def test_that_an_unreadable_run_can_only_be_shown_and_discarded(panel, tmp_path):
    panel.show_runs([info(tmp_path / "002-b", "unreadable", problem="run.toml is broken")])
    assert not panel.open_button.isEnabled()
    assert not panel.continue_button.isEnabled()
    assert panel.discard_action.isEnabled()
    assert panel.list.runs.rows[0].tip == "run.toml is broken"


def test_that_nothing_is_opened_or_discarded_while_a_run_goes_on(panel, tmp_path):
    panel.show_runs([info(tmp_path / "001-a", "training")])
    panel.show_state("training")
    for thing in (panel.open_button, panel.continue_button, panel.discard_action):
        assert not thing.isEnabled()
    assert panel.reveal_action.isEnabled()


def test_that_the_going_run_is_chosen_and_counted_along_with_its_samples(panel, tmp_path, draft):
    folder = tmp_path / "002-b"
    panel.show_runs([info(tmp_path / "001-a")])
    panel.show_start(start(folder, draft))
    panel.show_runs([info(folder, "training"), info(tmp_path / "001-a")])
    assert panel.chosen.folder == folder
    panel.show_readings([Scalars(12_345, {"loss/g": 1.0}, 2.0)])
    assert panel.list.runs.rows[0].about == "Training · 12.3 k images"
    panel.show_sample(grid(12_345))
    assert panel.list.runs.picture_of(panel.list.runs.rows[0]) is not None


def test_that_the_choice_stays_when_the_list_is_read_again(panel, tmp_path):
    runs = [info(tmp_path / name) for name in ("003-c", "002-b", "001-a")]
    panel.show_runs(runs)
    panel.list.choose(tmp_path / "002-b")
    panel.show_runs([info(tmp_path / "004-d"), *runs])
    assert panel.chosen.folder == tmp_path / "002-b"


def test_that_a_picture_is_asked_for_once_and_shown_when_it_comes(panel, tmp_path, qtbot):
    panel.pictures_asked.disconnect()
    path = tmp_path / "grid.png"
    with qtbot.waitSignal(panel.pictures_asked) as asked:
        panel.show_runs([info(tmp_path / "001-a", thumbnail=path)])
    assert asked.args == [[path]]
    panel.show_picture((path, picture()))
    with qtbot.assertNotEmitted(panel.pictures_asked):
        panel.show_runs([info(tmp_path / "001-a", thumbnail=path)])


def test_that_a_long_name_takes_more_lines_instead_of_being_cut(panel, tmp_path):
    panel.resize(240, 600)
    long = "017-photographs-of-my-grandmothers-garden-in-spring-resnet"
    panel.show_runs([info(tmp_path / long), info(tmp_path / "001-a")])
    heights = [panel.list.sizeHintForRow(row) for row in (0, 1)]
    assert heights[0] > heights[1]


def test_that_a_run_moved_to_the_trash_leaves_the_list(panel, studio, run_folder, qtbot):
    panel.run_discarded.disconnect()
    panel.show_runs([info(run_folder, "stopped")])
    with qtbot.waitSignal(panel.run_discarded) as asked:
        panel.discard_action.trigger()
    assert asked.args == [run_folder]
    panel.show_runs([])
    assert panel.empty.isVisible()
