"""Pausing, stopping, leaving and coming back."""

import subprocess
import sys

import pytest

from gan_engine import get, paths, put, read_run, write_draft
from tests.studio.tiny import tiny_draft


def test_pause_resume_stop(visitor, endless):
    run = visitor.studio.run
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    visitor.chooses("pause")
    visitor.waits_for("paused")
    assert "Paused" in visitor.status
    assert visitor.window.acts["pause"].text() == "Resume"
    seen = run.images_seen
    visitor.chooses("pause")
    visitor.waits_until(lambda: run.images_seen > seen)
    visitor.chooses("stop")
    visitor.waits_for("idle")
    info = read_run(run.folder)
    assert info.state == "stopped"
    assert info.saved_images == run.images_seen
    assert "saved" in visitor.status
    assert "Ready" in visitor.status


def test_that_a_run_that_is_to_rest_while_it_is_prepared_can_be_asked_nothing_yet(visitor, endless):
    asked = [visitor.window.acts[key] for key in ("sample_now", "save_now", "evaluate")]
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.chooses("pause")
    assert visitor.studio.run.state == "pausing"
    assert not any(act.isEnabled() for act in asked)
    visitor.waits_for("paused")
    assert all(act.isEnabled() for act in asked)


def test_that_the_title_names_no_run_before_it_has_a_name(visitor, emoji):
    visitor.settings(tiny_draft(emoji, images=8))
    visitor.trains()
    assert visitor.studio.run.folder.name in visitor.window.windowTitle()
    visitor.chooses("start")
    assert visitor.window.windowTitle() == "GAN Studio"
    visitor.waits_for("idle")
    assert visitor.studio.run.folder.name in visitor.window.windowTitle()


def test_that_sample_now_and_save_now_are_obeyed(visitor, endless):
    run = visitor.studio.run
    visitor.settings(endless | {"samples": {**endless["samples"], "every_seconds": 3600.0}})
    visitor.chooses("start")
    visitor.waits_until(lambda: run.state == "training" and run.images_seen > 0)
    with visitor.qtbot.waitSignal(run.sample_arrived):
        visitor.chooses("sample_now")
    with visitor.qtbot.waitSignal(run.saved):
        visitor.chooses("save_now")


def test_that_closing_the_window_saves_first(visitor, endless):
    run = visitor.studio.run
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    with visitor.qtbot.waitSignal(visitor.window.left):
        visitor.chooses("quit")
        assert visitor.window.isVisible()
        assert "Saving the run" in visitor.notice
    assert not visitor.window.isVisible()
    info = read_run(run.folder)
    assert info.state == "stopped"
    assert info.saved_images == info.images_seen > 0


def test_that_one_can_think_better_of_leaving(visitor, endless):
    run, window = visitor.studio.run, visitor.window
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_until(lambda: run.images_seen > 0)
    folder = run.folder
    window.close()
    window.notices.act.emit("stay")
    with visitor.qtbot.waitSignal(run.started) as heard:
        pass
    assert heard.args[0].resumed
    visitor.waits_for("training")
    assert window.isVisible()
    assert run.folder == folder


def test_that_one_can_think_better_of_leaving_before_the_run_has_a_folder(visitor, endless):
    run, window = visitor.studio.run, visitor.window
    visitor.settings(endless)
    visitor.chooses("start")
    window.close()
    assert run.folder is None
    with visitor.qtbot.waitSignal(run.started):
        window.notices.act.emit("stay")
    visitor.waits_for("training")
    visitor.chooses("stop")
    visitor.waits_for("idle")
    assert not run.is_active


VICTIM = """
import sys
from pathlib import Path
from gan_engine import Change, Inbox, Saved, parse, read_draft, train

inbox = Inbox()
inbox.post(Change("optimizer_g.rate", 0.0007))
for event in train(parse(read_draft(Path(sys.argv[1]))), inbox, Path(sys.argv[2])):
    if isinstance(event, Saved):
        print(event.images_seen, flush=True)
"""


def kill_a_run_of(images, folder):
    """Leave behind what a kill leaves: a run that was saved at least once and then was gone."""
    wanted = folder.parent / "wanted.toml"
    write_draft(wanted, put(tiny_draft(images, images=10**9), "checkpoint.every_images", 40))
    command = [sys.executable, "-c", VICTIM, str(wanted), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        assert any(
            int(line) > 0 for line in victim.stdout
        )  # a live change is saved before it is made
        victim.kill()


def test_that_a_killed_run_is_found_and_continued_with_its_live_changes(visitor, emoji):
    folder = paths.runs() / "001-killed"
    kill_a_run_of(emoji, folder)
    studio, run = visitor.studio, visitor.studio.run
    studio.library.refresh()
    visitor.waits_until(lambda: "stopped unexpectedly" in visitor.notice)
    info = studio.library.runs[0]
    assert (info.folder, info.state) == (folder, "interrupted")
    with visitor.qtbot.waitSignal(run.viewed) as seen:
        visitor.window.notices.act.emit("look")
    assert seen.args[0].grids
    with visitor.qtbot.waitSignal(run.started) as heard:
        visitor.chooses("train_more")
    assert heard.args[0].images_seen == info.saved_images
    assert get(studio.document.draft, "optimizer_g.rate") == 0.0007
    visitor.waits_until(lambda: run.images_seen > info.saved_images)


@pytest.mark.slow
def test_that_a_killed_run_is_continued_from_the_notice(visitor, emoji):
    folder = paths.runs() / "001-killed"
    kill_a_run_of(emoji, folder)
    visitor.studio.library.refresh()
    visitor.waits_until(lambda: "stopped unexpectedly" in visitor.notice)
    with visitor.qtbot.waitSignal(visitor.studio.run.started) as heard:
        visitor.window.notices.act.emit("continue")
    assert heard.args[0].resumed
    assert heard.args[0].folder == folder
