"""Every failure is told in a sentence, with something to do about it."""

import importlib
import inspect
from pathlib import Path

import pytest

import gan_engine
from gan_engine import EngineError, Problem, RunConfig, SettingsError, default_draft, walk
from studio.actions import ACTIONS
from studio.failures import sentence_of
from studio.mending import SETTING, acts_for
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
