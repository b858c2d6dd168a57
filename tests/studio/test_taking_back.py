"""Undo while a run trains."""

import pytest

from gan_engine import History, get


@pytest.fixture
def changed(visitor, endless):
    """Somebody whose run has taken a live change."""
    changes = []
    visitor.studio.run.setting_changed.connect(changes.append)
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_for("training")
    visitor.was = get(visitor.studio.document.draft, "optimizer_g.rate")
    visitor.studio.document.set("optimizer_g.rate", 0.0005)
    visitor.waits_until(lambda: bool(changes))
    visitor.changes = changes
    return visitor


def answers(visitor, name):
    visitor.window.notices.act.emit(name)


def test_that_undo_asks_and_sets_the_value_back(changed):
    changed.chooses("undo")
    assert "was changed after" in changed.notice
    assert get(changed.studio.document.draft, "optimizer_g.rate") == 0.0005
    answers(changed, "set_back")
    changed.waits_until(lambda: len(changed.changes) == 2)
    assert changed.changes[1].new == changed.was
    assert changed.notice == ""


def test_that_undo_branches_from_the_save_before(changed):
    run, first = changed.studio.run, changed.studio.run.folder
    changed.chooses("undo")
    assert "begin a new run" in changed.notice
    answers(changed, "branch_before")
    changed.waits_until(lambda: run.folder not in (None, first) and run.state == "training")
    assert get(run.draft, "optimizer_g.rate") == changed.was
    assert get(changed.studio.document.draft, "optimizer_g.rate") == changed.was
    past = History(run.folder)
    told = [payload for _, _, kind, payload in past.events() if kind == "branched"]
    past.close()
    assert told[0]["parent"] == first.name
    assert told[0]["images"] <= changed.changes[0].images_seen


def test_that_a_branch_from_a_save_that_was_an_end_goes_as_far_as_the_run_would(visitor, draft):
    run, changes = visitor.studio.run, []
    run.setting_changed.connect(changes.append)
    visitor.settings(draft)
    visitor.trains()
    visitor.studio.preferences.set("train_more_images", 10_000_000)
    first, end = run.folder, run.images_seen
    visitor.chooses("train_more")
    visitor.waits_for("training")
    visitor.studio.document.set("optimizer_g.rate", 0.0005)
    visitor.waits_until(lambda: bool(changes))
    visitor.chooses("undo")
    answers(visitor, "branch_before")
    visitor.waits_until(lambda: run.folder != first and run.state == "training")
    assert run.images_total == end + 10_000_000


def test_that_a_run_with_nothing_left_to_do_offers_what_helps(visitor, draft):
    run = visitor.studio.run
    visitor.settings(draft)
    visitor.trains()
    visitor.studio.preferences.set("train_more_images", 100)
    first, end = run.folder, run.images_seen
    run.images_total = 10**9  # what is known of the run before it
    run.resume(first)
    visitor.waits_until(lambda: "already" in visitor.notice and not run.is_active)
    answers(visitor, "train_more")
    visitor.waits_until(lambda: run.images_seen == end + 100 and not run.is_active)


def test_that_what_the_run_did_not_take_is_undone_at_once(changed):
    changed.studio.document.set("training.batch_size", 6)
    changed.chooses("undo")
    assert changed.notice == ""
    assert get(changed.studio.document.draft, "training.batch_size") == 4


def test_that_undo_asks_nothing_once_the_run_is_over(changed):
    changed.chooses("stop")
    changed.waits_for("idle")
    changed.chooses("undo")
    assert changed.notice == ""
    assert get(changed.studio.document.draft, "optimizer_g.rate") == changed.was


def test_that_the_question_goes_with_the_run_it_was_about(changed):
    changed.chooses("undo")
    assert "was changed after" in changed.notice
    changed.chooses("stop")
    changed.waits_for("idle")
    assert "was changed after" not in changed.notice


def test_that_leaving_while_a_branch_is_on_its_way_starts_nothing(changed, qtbot):
    run = changed.studio.run
    run.branch(10**9)
    run.shut_down()
    assert not run.is_active
    qtbot.wait(50)
    assert not run.is_active


def test_that_rates_that_a_run_halves_by_itself_are_so_in_the_settings(changed):
    from gan_engine import Changed

    document, run = changed.studio.document, changed.studio.run
    run.setting_changed.emit(Changed(64, "optimizer_d.rate", 0.0002, 0.0001))
    assert get(document.draft, "optimizer_d.rate") == 0.0001
