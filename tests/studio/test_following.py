"""A run that another process trains, watched and steered from the window."""

import subprocess
import sys
from pathlib import Path

import pytest

from gan_engine import get, lock_holder, read_run, write_draft
from studio.status import StatusLine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def elsewhere(endless, tmp_path):
    """The folder of a run that a process of its own trains."""
    folder, settings = tmp_path / "elsewhere", tmp_path / "settings.toml"
    write_draft(settings, endless)
    words = ["-m", "gan_engine.cli", "train", str(settings), "--out", str(folder)]
    child = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield folder
    child.kill()
    child.wait()


def wait_for(qtbot, run, state):
    qtbot.waitUntil(lambda: run.state == state)


def test_that_a_run_elsewhere_is_watched_and_steered_like_one_here(qtbot, studio, elsewhere):
    run, story, ages = studio.run, [], []
    for name in ("viewed", "started", "sample_arrived", "scalars_arrived", "saved", "finished"):
        getattr(run, name).connect(lambda event, name=name: story.append(name))
    run.heard.connect(ages.append)
    qtbot.waitUntil(lambda: bool(lock_holder(elsewhere)))
    qtbot.waitUntil((elsewhere / "history.sqlite").is_file)
    run.open_folder(elsewhere)
    wait_for(qtbot, run, "training")
    assert run.is_following
    assert get(studio.document.draft, "training.batch_size") == 4
    changes = []
    run.setting_changed.connect(changes.append)
    studio.document.set("optimizer_g.rate", 0.0005)
    qtbot.waitUntil(lambda: bool(changes))
    assert changes[0].new == 0.0005
    run.pause()
    wait_for(qtbot, run, "paused")
    run.go_on()
    wait_for(qtbot, run, "training")
    run.save_now()
    qtbot.waitUntil(lambda: "saved" in story)
    run.stop()
    wait_for(qtbot, run, "idle")
    assert story[0] == "viewed"
    assert story[-1] == "finished"
    assert {"started", "sample_arrived", "scalars_arrived", "saved"} <= set(story)
    assert ages
    assert read_run(elsewhere).state == "stopped"


def test_that_leaving_a_run_that_is_watched_does_not_end_it(qtbot, studio, elsewhere):
    run = studio.run
    run.follow(elsewhere)  # before it has begun
    wait_for(qtbot, run, "training")
    run.leave()
    wait_for(qtbot, run, "idle")
    assert not run.is_active
    assert lock_holder(elsewhere)
    run.follow(elsewhere)
    wait_for(qtbot, run, "training")
    run.shut_down()
    assert lock_holder(elsewhere)


def test_that_the_status_line_says_when_it_was_last_heard(qtbot):
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_state("training", 10, 100, following=True)
    line.show_heard(4.0)
    assert "Watching: Training" in line.said()
    assert "last heard 4 s ago" in line.said()
    line.show_state("idle", 10, 100)
    assert "heard" not in line.said()
