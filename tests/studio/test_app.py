"""From the first paint to the exit code, in a process of its own."""

import argparse
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

import gan_engine
from gan_engine import Message, UnusedCard, list_runs, paths
from studio.app import App, Loader, main
from studio.preferences import Preferences


def python(code, *arguments):
    return [sys.executable, "-c", textwrap.dedent(code), *arguments]


def test_that_the_window_is_painted_before_torch_and_pyqtgraph_are_loaded():
    code = """
    import json, os, sys
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication
    from studio import app

    class Watcher(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint and watched.objectName() == "main":
                print(json.dumps(sorted(sys.modules)), flush=True)
                os._exit(0)
            return False

    application, watcher = QApplication([]), Watcher()
    application.installEventFilter(watcher)
    app.main([])
    """
    done = subprocess.run(python(code), capture_output=True, text=True, timeout=100)
    loaded = json.loads(done.stdout)
    assert not {"torch", "pyqtgraph", "PIL", "gan_engine.config"} & set(loaded)


def test_that_the_bounded_demo_trains_saves_and_says_where(tmp_path):
    code = (
        "import sys; from studio.app import main; sys.exit(main(['--demo', '--demo-seconds', '3']))"
    )
    done = subprocess.run(python(code), capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert set(said) == {"window", "sample grid", "checkpoint"}
    assert all(os.path.getsize(path) > 0 for path in said.values())
    assert [info.state for info in list_runs()] == ["stopped"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
)
@pytest.mark.slow  # windows that are left in every way are in tests/reliability
def test_that_a_signal_saves_and_ends_with_its_own_code(qtbot, number, code):
    program = "import sys; from studio.app import main; sys.exit(main(['--demo', '--demo-seconds', '900']))"
    with subprocess.Popen(python(program)) as studio:
        qtbot.waitUntil(lambda: any(paths.runs().glob("*/grids/*.png")))
        studio.send_signal(number)
        try:
            assert studio.wait(100) == code
        finally:
            studio.kill()
    info = list_runs()[0]
    assert info.state == "stopped"
    assert info.saved_images == info.images_seen


def test_that_a_signal_heard_while_it_paints_closes_the_window_afterwards():
    code = """
    import signal, sys
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication
    from studio import app

    class Watcher(QObject):
        heard = False

        def eventFilter(self, watched, event):
            painting = event.type() == QEvent.Type.Paint and watched.objectName() == "main"
            if painting and not self.heard:
                self.heard = True
                signal.raise_signal(signal.SIGTERM)
                print("still there" if watched.isVisible() else "closed", flush=True)
            return False

    application, watcher = QApplication([]), Watcher()
    application.installEventFilter(watcher)
    sys.exit(app.main([]))
    """
    done = subprocess.run(python(code), capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (143, "still there\n")


IDLE = UnusedCard(
    Message("“GeForce” is not used."), Message("Install: {it}", it="x"), "C:\\py -m x"
)


@pytest.fixture
def unused():
    """A card of this computer that stands idle."""
    return None


@pytest.fixture
def app(qapp, tmp_path, unused):
    """The program itself, filled; nothing of it is left when the test ends."""
    preferences = Preferences(tmp_path / "state")
    preferences.set("tour_seen", True)
    made = App(qapp, preferences, argparse.Namespace(open=None, demo=False))
    made._app = SimpleNamespace(exit=lambda code: None)  # Qt's would end the other tests' waiting
    made._fill(("CPU", unused))
    made.window.show()
    yield made
    made._studio.shut_down()
    made._garbage.end()
    made.window.deleteLater()
    made.deleteLater()


def test_that_the_next_signal_saves_again_where_somebody_thought_better_of_leaving(
    qtbot, app, endless
):
    run = app._studio.run
    app._studio.document.load(endless)
    app.window.acts["start"].trigger()
    qtbot.waitUntil(lambda: run.images_seen > 0)
    with qtbot.waitSignal(run.state_changed, check_params_cb="stopping".__eq__):
        app.interrupt(130)
    with qtbot.waitSignal(run.started):
        app.window.notices.act.emit("stay")
    assert app.code == 0


def test_that_a_signal_asks_nothing_of_a_run_that_goes_on_without_the_window(qtbot, app, tmp_path):
    app._studio.run.ours = tmp_path
    app._studio.run.follow(tmp_path)
    with qtbot.waitSignal(app.window.left):
        app.interrupt(143)


@pytest.mark.parametrize("unused", [IDLE])
def test_that_a_card_that_stands_idle_is_told_with_the_command_that_mends_it(
    qtbot, qapp, app, unused
):
    window = app.window
    assert (window.notices.text, window.notices.hint) == (unused.text, unused.hint)
    assert unused.text in window.device.toolTip()
    assert not window.device.icon().isNull()
    qapp.clipboard().clear()
    qtbot.mouseClick(window.notices.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert qapp.clipboard().text() == unused.command
    with qtbot.waitSignal(window.renewed) as heard:
        app.preferences.set("language", "zh_CN")
    qtbot.waitUntil(heard.args[0].isVisible)
    assert unused.text in app.window.device.toolTip()


def test_that_help_and_version_need_no_window(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.strip()


def test_that_what_suits_the_device_is_found_beside_the_window(qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr("studio.app.settle", lambda: None)  # for the whole process
    monkeypatch.setattr(gan_engine, "first_draft", lambda: asked.append(threading.get_ident()))
    loader = Loader()
    with qtbot.waitSignal(loader.loaded):
        loader.start()
    loader.wait()
    assert len(asked) == 1
    assert threading.get_ident() not in asked
