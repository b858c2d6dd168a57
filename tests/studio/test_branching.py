"""A new run from an earlier moment of another, by the menu."""

from gan_engine import History, saves_of


def test_that_a_run_branches_from_the_moment_on_the_screen(visitor, draft):
    visitor.settings({**draft, "checkpoint": {**draft["checkpoint"], "every_images": 8, "keep": 9}})
    visitor.trains()
    run, first = visitor.studio.run, visitor.studio.run.folder
    visitor.studio.run.open_folder(first)
    stage = visitor.window.panels["train"].stage
    visitor.waits_until(lambda: len(stage.moments) > 0 and stage.pixels is not None)
    visitor.studio.looking.take_moment(20)
    visitor.chooses("branch")
    visitor.waits_until(lambda: run.folder not in (None, first) and not run.is_active)
    past = History(run.folder)
    told = past.events("branched")
    past.close()
    assert told[0][3]["parent"] == first.name
    assert told[0][0] == max(seen for seen, _ in saves_of(first) if seen <= 20)
    assert run.images_seen == 48


def test_that_a_branch_from_the_end_of_a_run_goes_on_from_there(visitor, draft):
    visitor.studio.preferences.set("train_more_images", 1000)
    visitor.settings(draft)
    visitor.trains()
    run, first = visitor.studio.run, visitor.studio.run.folder
    seen = run.images_seen
    visitor.studio.looking.take_moment(seen)
    visitor.chooses("branch")
    visitor.waits_until(lambda: run.folder not in (None, first) and not run.is_active)
    assert "is finished" in visitor.window.panels["train"].ending.text.text()
    assert run.images_seen >= seen + 1000


def test_that_a_window_that_is_closed_begins_no_branch(visitor, endless):
    run, window = visitor.studio.run, visitor.window
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    visitor.chooses("branch")
    with visitor.qtbot.waitSignal(window.left):
        window.close()
    assert not run.is_active
