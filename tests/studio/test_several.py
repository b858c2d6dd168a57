"""Starting a run in several processes from the window."""

import contextlib
import shlex
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from gan_engine import get, lock_holder, merge, parse, read_draft
from studio.leaving import Leaving
from studio.panels.several import SeveralDialog


@pytest.fixture
def loopback(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_that_without_two_gpus_only_the_advanced_choice_starts_anything(qtbot, studio, draft):
    dialog, asked = SeveralDialog(), []
    qtbot.addWidget(dialog)
    studio.document.load(draft)
    dialog.bind(studio)
    dialog.start_asked.disconnect(studio.several.start)
    dialog.start_asked.connect(lambda *what: asked.append(what))
    dialog.show()
    assert studio.several.gpus < 2
    assert "takes two GPUs" in dialog.situation.text()
    assert not dialog.start.isEnabled()
    dialog.on_cpu.setChecked(True)
    assert dialog.start.isEnabled()
    dialog.count.setValue(3)
    assert "make the batch size 3" in dialog.objection.text()
    assert not dialog.start.isEnabled()
    dialog.count.setValue(2)
    dialog.copy.click()
    words = shlex.split(QApplication.clipboard().text())
    assert words[words.index("--nproc-per-node") + 1] == "2"
    assert words[words.index("train") + 1].endswith("start.toml")
    folder = Path(words[words.index("--out") + 1])
    assert get(read_draft(folder / "start.toml"), "training.device") == "cpu"
    dialog.start.click()
    assert asked == [(folder, 2)]
    assert not dialog.isVisible()


def test_that_processes_that_cannot_begin_are_told_of(qtbot, studio, draft, monkeypatch):
    words = studio.several.words
    monkeypatch.setattr(
        type(studio.several), "words", lambda self, folder, count: [words(folder, 2)[0], "-c", "print('No way.')"]
    )  # fmt: skip
    with qtbot.waitSignal(studio.several.failed) as heard:
        studio.several.start(studio.several.prepare(parse(draft), on_cpu=True), 2)
    assert "No way." in heard.args[0].text
    qtbot.waitUntil(lambda: not studio.run.is_active)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_that_a_run_of_several_processes_outlives_the_window(qtbot, studio, endless, loopback):
    run, told, closed = studio.run, [], []
    leaving = Leaving(run, studio)
    leaving.told.connect(lambda *what: told.append(what))
    leaving.ready.connect(lambda: closed.append(True))
    config = parse(merge(endless, {"training": {"batch_size": 4}}))
    studio.several.start(studio.several.prepare(config, on_cpu=True), 2)
    launcher = studio.several._launcher.pid
    try:
        qtbot.waitUntil(lambda: run.state == "training")
        folder = run.folder
        assert run.is_following
        assert "2 ×" in run.device
        assert not leaving.begin()
        assert [name for _, name in told[-1][3]] == ["leave_running", "stop_elsewhere"]
        leaving.answer("leave_running")
        assert closed
        assert leaving.begin()
        run.shut_down()
        assert lock_holder(folder)
        run.follow(folder)
        qtbot.waitUntil(lambda: run.state == "training")
        run.stop()
        qtbot.waitUntil(lambda: not run.is_active)
        assert not lock_holder(folder)
    finally:
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(launcher).children(recursive=True):
                process.kill()
