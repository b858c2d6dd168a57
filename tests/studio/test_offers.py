"""What is offered when a run is in trouble, and that taking an offer does it."""

import pytest

from gan_engine import MemoryFullError, Message, Notice, get


def damaged(folder):
    """Spoil the newest save of a run; return its file."""
    path = max((folder / "checkpoints").glob("0*.safetensors"))
    path.write_bytes(path.read_bytes()[:-9])
    return path


@pytest.fixture
def two_saves(run_folder, studio):
    """A run with two saves, of which the newest is damaged."""
    from gan_engine import resume

    list(resume(run_folder, images=80))
    return run_folder, damaged(run_folder)


def test_that_an_older_save_is_offered_before_it_is_used(visitor, two_saves):
    folder, path = two_saves
    bad = path.read_bytes()
    window, run = visitor.window, visitor.studio.run
    run.resume(folder, 120)
    visitor.waits_until(lambda: "cannot be read" in window.notices.text)
    assert path.name in window.notices.text
    assert path.read_bytes() == bad
    visitor.waits_for("idle")
    with visitor.qtbot.waitSignal(run.started) as heard:
        window.notices.act.emit("older")
    assert 0 < heard.args[0].images_seen < 80
    visitor.waits_for("idle")
    assert run.images_seen == 120
    aside = path.with_name(f"{path.stem}.damaged.safetensors")
    assert aside.read_bytes() == bad


def test_that_one_may_only_look_at_a_run_whose_newest_save_is_damaged(visitor, two_saves):
    folder, path = two_saves
    visitor.studio.run.resume(folder, 120)
    visitor.waits_until(lambda: "cannot be read" in visitor.window.notices.text)
    visitor.waits_for("idle")
    with visitor.qtbot.waitSignal(visitor.studio.run.viewed):
        visitor.window.notices.act.emit("look at it")
    assert path.exists()


@pytest.mark.parametrize("how", ["went on", "ended"])
def test_that_memory_that_ran_out_is_told_with_settings_that_take_less(visitor, draft, how):
    window, run, document = visitor.window, visitor.studio.run, visitor.studio.document
    document.load(draft)
    run.draft = document.draft
    if how == "ended":
        run.failed.emit(MemoryFullError("Memory ran out.", hint="Take less."))
    else:
        run.noticed.emit(Notice(8, "warning", Message("Memory ran out."), key="memory"))
    visitor.waits_until(lambda: bool(window.notices._said[3]))
    offered = window.notices._said[3]
    assert "Memory ran out." in window.notices.text
    names = [name for _, name in offered]
    assert "training.batch_size" in names
    before = get(document.draft, "training.batch_size")
    window.notices.act.emit("training.batch_size")
    assert get(document.draft, "training.batch_size") == before // 2


def test_that_want_of_memory_is_told_also_where_nothing_is_found_to_offer(visitor, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("studio.offers.reliefs_of", broken)
    visitor.studio.run.failed.emit(MemoryFullError("Too little memory.", hint="Halve something."))
    visitor.waits_until(lambda: "Too little memory. Halve something." in visitor.notice)


def test_that_a_failure_nobody_waits_for_stands_above_the_page(visitor):
    visitor.studio.jobs.call(lambda: 1 // 0)
    visitor.waits_until(lambda: "ZeroDivisionError" in visitor.notice)
