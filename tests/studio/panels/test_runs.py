"""The dock of runs."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from gan_engine import Message, RunNotes, Scalars
from studio.panels.runs import RunsPanel
from studio.worker import RunView
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


def test_that_its_buttons_ask_for_actions_of_the_table_on_the_chosen_run(panel, studio, tmp_path):
    here = info(tmp_path / "001-a", "stopped")
    panel.show_runs([here, info(tmp_path / "002-b", "done")])
    assert studio.library.chosen == (here,)
    asked = []
    panel.action_asked.connect(asked.append)
    panel.open_button.click()
    panel.continue_button.click()
    panel.reveal_action.trigger()
    assert asked == ["open_chosen", "continue_chosen", "reveal_chosen"]


def test_that_the_run_on_the_screen_is_the_chosen_one_wherever_it_was_opened(panel, tmp_path):
    here, other = info(tmp_path / "001-a", "done"), info(tmp_path / "002-b", "done")
    panel.show_runs([other, here])
    assert panel.chosen == other
    panel.show_view(RunView(here, {}, [], []))
    assert panel.chosen == here


def test_that_a_finished_run_is_trained_for_more_images(panel, tmp_path, qtbot):
    panel.show_runs([info(tmp_path / "002-b", "done")])
    assert panel.continue_button.text() == "Train more"
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.continue_button.click()
    assert asked.args == ["continue_chosen"]


def test_that_a_run_without_a_save_cannot_go_on_but_can_be_looked_at(panel, tmp_path):
    panel.show_runs([info(tmp_path / "002-b", "interrupted", saved_images=0)])
    assert panel.open_button.isEnabled()
    assert not panel.continue_button.isEnabled()


def test_that_an_unreadable_run_can_only_be_shown_and_discarded(panel, tmp_path):
    panel.show_runs([info(tmp_path / "002-b", "unreadable", problem="run.toml is broken")])
    assert not panel.open_button.isEnabled()
    assert not panel.continue_button.isEnabled()
    assert panel.discard_action.isEnabled()
    assert "run.toml is broken" in panel.list.runs.rows[0].tip


def test_that_nothing_is_opened_or_discarded_while_a_run_goes_on(panel, tmp_path):
    panel.show_runs([info(tmp_path / "001-a", "training")])
    panel.show_state("training")
    for thing in (panel.open_button, panel.continue_button, panel.discard_action):
        assert not thing.isEnabled()
    assert panel.reveal_action.isEnabled()


def test_that_the_going_run_is_chosen_and_counted_along_with_its_samples(panel, tmp_path, draft):
    folder = tmp_path / "002-b"
    panel.show_runs([info(tmp_path / "001-a")])
    panel.show_state("training")
    panel.show_start(start(folder, draft))
    runs = [info(folder, "training"), info(tmp_path / "001-a")]
    panel.show_runs(runs)
    assert panel.chosen.folder == folder
    panel.show_readings([Scalars(12_345, {"loss/g": 1.0}, 2.0)])
    assert panel.list.runs.rows[0].about == "Training · 12.3 k images"
    panel.show_state("paused")
    assert panel.list.runs.rows[0].about == "Paused · 12.3 k images"
    panel.show_runs(runs)  # as after a run was given a title
    assert panel.list.runs.rows[0].about == "Paused · 12.3 k images"
    panel.show_state("training")
    assert panel.list.runs.rows[0].about == "Training · 12.3 k images"
    panel.show_sample(grid(12_345))
    assert panel.list.runs.picture_of(panel.list.runs.rows[0]) is not None


def test_that_the_choice_stays_when_the_list_is_read_again(panel, tmp_path):
    runs = [info(tmp_path / name) for name in ("003-c", "002-b", "001-a")]
    panel.show_runs(runs)
    panel.list.choose(tmp_path / "002-b")
    panel.show_runs([info(tmp_path / "004-d"), *runs])
    assert panel.chosen.folder == tmp_path / "002-b"


def test_that_pictures_on_the_screen_are_asked_for_until_they_come(panel, tmp_path, qtbot):
    panel.list.wanted.disconnect()
    runs = [info(tmp_path / f"{n:03d}-a", thumbnail=tmp_path / f"{n}.png") for n in range(100)]
    with qtbot.waitSignal(panel.list.wanted) as asked:
        panel.show_runs(runs)
    shown = asked.args[0]
    assert shown[0] == tmp_path / "0.png"
    assert len(shown) < 50  # what is further down has time
    for path in shown:
        panel.show_picture((path, picture()))
    with qtbot.assertNotEmitted(panel.list.wanted):
        panel.list.ask()


def test_that_a_long_name_takes_more_lines_instead_of_being_cut(panel, tmp_path):
    panel.resize(240, 600)
    long = "017-photographs-of-my-grandmothers-garden-in-spring-resnet"
    panel.show_runs([info(tmp_path / long), info(tmp_path / "001-a")])
    heights = [panel.list.sizeHintForRow(row) for row in (0, 1)]
    assert heights[0] > heights[1]


def test_that_a_run_moved_to_the_trash_leaves_the_list(panel, tmp_path, qtbot):
    panel.show_runs([info(tmp_path / "001-a", "stopped")])
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.discard_action.trigger()
    assert asked.args == ["discard_runs"]
    panel.show_runs([])
    assert panel.empty.isVisible()


def test_that_an_interrupted_run_without_a_save_says_so(panel, tmp_path):
    panel.show_runs([info(tmp_path / "a", "interrupted", images_seen=0, saved_images=0)])
    assert panel.list.runs.rows[0].about == "Interrupted · no save yet"
    assert "never saved" in panel.continue_button.toolTip()


def test_that_a_run_in_another_program_is_told_from_ones_own(panel, tmp_path):
    panel.show_runs([info(tmp_path / "a", "training", writer="77 @ studio-pc")])
    row = panel.list.runs.rows[0]
    assert "Elsewhere" in row.about
    assert "77 @ studio-pc" in row.tip
    assert panel.open_button.isEnabled()  # one may look on
    for thing in (panel.continue_button, panel.discard_action):
        assert not thing.isEnabled()


def test_that_title_tags_note_and_best_metric_are_shown(panel, tmp_path):
    notes = RunNotes("lsgan b=0.9", "Too high a rate.", ("cats", "keep"))
    panel.show_runs([info(tmp_path / "007-a", notes=notes, best=("metric/kid", 31.25))])
    row = panel.list.runs.rows[0]
    assert (row.name, row.tag_line) == ("lsgan b=0.9", "#cats  #keep")
    assert "best 31.25" in row.when
    assert "007-a" in row.tip
    assert "Too high a rate." in row.tip


def test_that_a_branch_says_of_which_run_and_at_how_many_images(panel, tmp_path):
    first = info(tmp_path / "001-cats-dcgan")
    second = info(tmp_path / "002-cats-dcgan", branched=("001-cats-dcgan", 2016))
    panel.show_runs([second, first])
    shown, plain = panel.list.runs.rows
    assert shown.origin == "Branch of 001 at 2,016 images"
    assert "Branch of 001-cats-dcgan at 2,016 images" in shown.tip.splitlines()
    assert not plain.origin
    assert "Branch" not in plain.tip
    index = panel.list.runs.index(0)
    assert shown.origin in index.data(Qt.ItemDataRole.AccessibleTextRole)
    heights = [panel.list.visualRect(panel.list.runs.index(row)).height() for row in range(2)]
    assert heights[0] > heights[1]  # it has a line of its own
    panel.show_runs([second, replace(first, notes=RunNotes(title="Cats in boxes"))])
    assert panel.list.runs.rows[0].origin == "Branch of Cats in boxes at 2,016 images"
    panel.show_runs([second])  # the other may be gone
    assert panel.list.runs.rows[0].origin == "Branch of 001 at 2,016 images"


def test_that_what_is_typed_about_a_run_is_kept_when_another_is_chosen(panel, tmp_path, qtbot):
    panel.notes.noted.disconnect()
    panel.show_runs([info(tmp_path / "001-a"), info(tmp_path / "002-b")])
    panel.edit_title()
    assert panel.notes.isVisible()
    qtbot.keyClicks(panel.notes.title, "mine")
    qtbot.keyClicks(panel.notes.tags, "keep, #cats, keep")
    with qtbot.waitSignal(panel.notes.noted) as noted:
        panel.list.choose(tmp_path / "002-b")
    assert noted.args == [tmp_path / "001-a", RunNotes("mine", "", ("keep", "cats"))]
    assert panel.notes.title.text() == ""


def test_that_reading_the_list_again_disturbs_nobody_who_types(panel, tmp_path, qtbot):
    panel.notes.noted.disconnect()
    panel.show_runs([info(tmp_path / "001-a")])
    panel.edit_title()
    qtbot.keyClicks(panel.notes.title, "mi")
    panel.show_runs([info(tmp_path / "002-b"), info(tmp_path / "001-a")])
    qtbot.keyClicks(panel.notes.title, "ne")
    assert panel.notes.title.text() == "mine"
    assert panel.chosen.folder == tmp_path / "001-a"


def test_that_only_what_is_found_is_shown_and_all_can_be_shown_again(panel, studio, tmp_path):
    runs = [info(tmp_path / "001-cats"), info(tmp_path / "002-dogs")]
    studio.library.runs = runs
    panel.show_runs(runs)
    panel.search.setText("dogs")
    assert [row.name for row in panel.list.runs.rows] == ["002-dogs"]
    panel.search.setText("birds")
    assert panel.nothing.isVisible()
    assert panel.chosen is None
    panel.nothing.button.click()
    assert len(panel.list.runs.rows) == 2
    assert panel.chosen is not None


def test_that_several_runs_are_chosen_at_once(panel, studio, tmp_path):
    panel.show_runs([info(tmp_path / f"{n:03d}") for n in range(4)])
    panel.list.choose(tmp_path / "001", [tmp_path / "003"])
    assert [run.name for run in studio.library.chosen] == ["001", "003"]
    assert not panel.open_button.isVisible()
    assert panel.discard_action.isEnabled()
    asked = []
    panel.action_asked.connect(asked.append)
    panel.compare_button.click()
    assert asked == ["compare_runs"]
    panel.list.selectAll()
    assert panel.compare_button.isEnabled()
    panel.show_runs([info(tmp_path / f"{n:03d}") for n in range(7)])
    panel.list.selectAll()
    assert not panel.compare_button.isEnabled()


def test_that_runs_that_are_found_later_leave_the_choice_and_the_rest_alone(panel, tmp_path):
    runs = [info(tmp_path / f"{n:03d}") for n in range(40)]
    panel.show_runs(runs[:20])
    panel.list.choose(tmp_path / "007")
    resets = []
    panel.list.runs.modelReset.connect(lambda: resets.append(1))
    panel.show_runs(runs)
    assert len(panel.list.runs.rows) == 40
    assert panel.chosen.name == "007"
    assert not resets


def test_that_a_run_that_did_not_start_says_why_and_is_one_click_from_the_trash(
    panel, tmp_path, qtbot
):
    why = Message("{what} {hint}", what="There are no images in “cats”.", hint="Choose others.")
    panel.show_runs([info(tmp_path / "a", "unstarted", problem=why, saved_images=0)])
    row = panel.list.runs.rows[0]
    assert row.about == f"Did not start · {why}"
    assert why in row.tip
    assert not panel.continue_button.isVisible()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.discard_button.click()
    assert asked.args == ["discard_runs"]
    panel.show_runs([info(tmp_path / "b", "stopped")])
    assert not panel.discard_button.isVisible()
