"""Every failure is told in a sentence, with something to do about it."""

import importlib
import inspect
import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog, QPushButton

import gan_engine
from gan_engine import (
    BusyError,
    EngineError,
    Problem,
    RunConfig,
    SettingsError,
    default_draft,
    walk,
)
from studio.actions import ACTIONS
from studio.failures import sentence_of
from studio.mending import SETTING, RefusedError, acts_for, show
from tests.house.source import module_of, python_files


def kinds(root):
    return [root, *(kind for child in root.__subclasses__() for kind in kinds(child))]


for source in python_files("gan_engine"):
    if source.name != "foreign_child.py":
        importlib.import_module(module_of(source))  # so that every kind there is is known
KINDS = sorted(set(kinds(EngineError)), key=lambda kind: kind.__name__)
PATHS = {s.path for s in walk(RunConfig, default_draft())} | {"penalties.r1"}


def made(kind):
    if kind is SettingsError:
        return SettingsError([Problem("data.size", "Is too small.", "Use 32.")])
    some = {"path": Path("x"), "folder": Path("x"), "run": Path("x"), "damaged": ("a",)}
    some |= {"images": 8, "seen": 4, "text": "It broke.", "hint": "Mend it."}
    some |= {"acts": (("Stop", "stop"),)}
    plain, named = [], {}
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        if parameter.kind == parameter.KEYWORD_ONLY:
            named[parameter.name] = some.get(parameter.name, True)
        elif parameter.kind != parameter.VAR_KEYWORD:
            plain.append(some.get(parameter.name, "x"))
    return kind(*plain, **named)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_that_a_failure_has_a_sentence_and_an_act_that_exists(kind):
    error = made(kind)
    text, hint = sentence_of(error)
    assert text.strip()
    assert hint.strip()
    acts = acts_for(error)
    assert acts
    for label, name in acts:
        assert label.strip()
        known = {spec.key for spec in ACTIONS}
        assert name in known or name.removeprefix(SETTING) in PATHS, name


@pytest.mark.parametrize("error", [OSError(28, "full"), ValueError("x"), MemoryError()], ids=repr)
def test_that_anything_else_leads_to_the_log(error):
    assert [name for _, name in acts_for(error)] == ["show_log", "save_report"]


def test_that_a_failure_in_the_window_offers_its_acts_and_does_them(visitor):
    window = visitor.window
    visitor.studio.run.failed.emit(gan_engine.DivergedError("Too wild.", hint="Halve it."))
    assert "Too wild." in visitor.notice
    window.notices.act.emit(f"{SETTING}optimizer_d.rate")
    assert window.panels["settings"].isVisible()
    assert "Too wild." not in visitor.notice


def answers(visitor, label):
    """Press the answer of this name above the page."""
    visitor.waits_until(lambda: visitor.window.notices.level == "error")
    found = visitor.window.notices.findChildren(QPushButton)
    next(button for button in found if button.text() == label and button.isVisible()).click()


def test_that_a_preset_without_a_name_is_asked_for_one_again(visitor):
    visitor.chooses("save_preset")
    visitor.window.findChild(QInputDialog).accept()
    visitor.waits_until(lambda: visitor.window.findChild(QInputDialog) is None)
    answers(visitor, "Name it…")
    dialog = visitor.window.findChild(QInputDialog)
    assert dialog.isVisible()
    dialog.setTextValue("Mine")
    dialog.accept()
    assert "Mine" in visitor.window.notices.text.title()


def test_that_a_run_trained_elsewhere_is_watched_instead_of_thrown_away(visitor, draft):
    visitor.settings(draft)
    visitor.trains()
    folder = visitor.studio.run.folder
    (folder / "lock").write_text(json.dumps({"pid": 1, "host": "elsewhere", "boot": "x"}))
    visitor.studio.run.leave()
    visitor.studio.library.move_to_trash(folder)
    with visitor.qtbot.waitSignal(visitor.studio.run.viewed) as seen:
        answers(visitor, "Watch it")
    assert seen.args[0].info.folder == folder
    assert "being trained" not in visitor.notice


def test_that_a_run_trained_here_is_stopped_before_it_is_thrown_away(visitor, endless):
    visitor.settings(endless)
    visitor.chooses("start")
    visitor.waits_for("training")
    visitor.studio.library.move_to_trash(visitor.studio.run.folder, shown=True)
    answers(visitor, "Stop")
    visitor.waits_for("idle")


def test_that_a_run_busy_elsewhere_is_watched_where_one_knows_which_it_is():
    assert acts_for(BusyError("It is busy.", hint="Wait."), Path("x")) == [("Watch it", "open:x")]


def test_that_a_folder_is_shown_where_only_a_person_can_go_on(visitor, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("studio.deeds.reveal", shown.append)
    acts = (show(tmp_path / "odd\udcff name"),)
    visitor.window.show_failure(RefusedError("It stays.", hint="Look.", acts=acts))
    answers(visitor, "Show in folder")
    assert shown == [tmp_path / "odd\udcff name"]
