"""A resume whose pictures have changed asks above the page, and goes on as answered."""

import shutil

import pytest

from gan_engine import Started, parse, train
from tests.studio.tiny import tiny_draft


@pytest.fixture
def run_folder(emoji, tmp_path):
    list(train(parse(tiny_draft(emoji, images=16)), folder=tmp_path / "runs" / "001-emoji"))
    return tmp_path / "runs" / "001-emoji"


def resumed(visitor, answer):
    """Press a button of the notice, wait for the run's end, and return what it said of images."""
    started = []
    visitor.studio.run.started.connect(started.append)
    visitor.window.notices.act.emit(answer)
    visitor.waits_until(lambda: bool(started) and visitor.studio.run.state == "idle")
    assert isinstance(started[0], Started)
    return started[0].dataset_images


@pytest.mark.parametrize(("answer", "images"), [("images_prepared", 48), ("images_anew", 47)])
def test_that_a_changed_folder_is_asked_about(visitor, run_folder, emoji, answer, images):
    next(emoji.iterdir()).unlink()
    notices, failed = visitor.window.notices, []
    visitor.studio.run.failed.connect(failed.append)
    visitor.studio.run.resume(run_folder, 32)
    visitor.waits_until(lambda: bool(failed) and visitor.studio.run.state == "idle")
    assert "has changed" in notices.text
    labels = [notices._buttons.itemAt(i).widget().text() for i in range(notices._buttons.count())]
    assert labels == ["Go on with the prepared images", "Prepare anew"]
    assert resumed(visitor, answer) == images
    assert "has changed" not in notices.text


def test_that_a_branch_is_asked_about_too(visitor, run_folder, emoji):
    next(emoji.iterdir()).unlink()
    run, failed, views = visitor.studio.run, [], []
    run.failed.connect(failed.append)
    run.viewed.connect(views.append)
    run.open_folder(run_folder)
    visitor.waits_until(lambda: bool(views))
    run.branch(16, {"training.images": 32})
    visitor.waits_until(lambda: bool(failed) and run.state == "idle")
    assert "has changed" in visitor.window.notices.text
    assert resumed(visitor, "images_prepared") == 48
    assert run.folder != run_folder


def test_that_only_what_is_possible_is_offered(visitor, run_folder, emoji):
    shutil.rmtree(emoji)
    notices, failed = visitor.window.notices, []
    visitor.studio.run.failed.connect(failed.append)
    visitor.studio.run.resume(run_folder, 32)
    visitor.waits_until(lambda: bool(failed) and visitor.studio.run.state == "idle")
    assert notices._buttons.count() == 1
    assert resumed(visitor, "images_prepared") == 48
