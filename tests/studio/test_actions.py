"""The table of actions."""

import ast
import inspect

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from studio import keeping, leaving, offers, originals, recovery, taking_back
from studio.actions import ACTIONS, MENUS
from studio.acts import Actions
from studio.deeds import Deeds


@pytest.fixture
def done():
    return []


@pytest.fixture
def actions(qapp, done):
    owner = QObject(qapp)
    return Actions({spec.key: lambda key=spec.key: done.append(key) for spec in ACTIONS}, owner)


def test_that_keys_and_shortcuts_are_unique():
    keys = [spec.key for spec in ACTIONS]
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(keys) == len(set(keys))
    assert len(shortcuts) == len(set(shortcuts))


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.key)
def test_that_every_action_has_a_deed_a_menu_and_a_shortcut_that_qt_knows(spec):
    assert callable(getattr(Deeds, spec.key))
    assert spec.menu in MENUS
    assert not spec.shortcut or QKeySequence(spec.shortcut).toString()


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.key)
def test_that_every_action_does_its_own_deed(actions, done, spec):
    actions.enable({"loaded", spec.when})
    actions[spec.key].trigger()
    assert done == [spec.key]


def test_that_an_action_whose_condition_does_not_hold_is_off(actions, done):
    actions.enable({"loaded"})
    actions["start"].trigger()
    assert done == []
    assert actions["open_folder"].isEnabled()
    assert actions["quit"].isEnabled()


def test_that_an_action_that_is_off_says_why(actions):
    actions.explain(start="Size: too small.")
    assert actions["start"].toolTip() == "Size: too small."
    actions.explain()
    assert "F5" in actions["start"].toolTip()


def test_that_no_answer_to_a_question_has_the_name_of_an_action():
    """The window does the action a notice names: such an answer would do both."""
    taken = {spec.key for spec in ACTIONS}
    for module in (keeping, leaving, offers, originals, recovery, taking_back):
        tree = ast.parse(inspect.getsource(module))
        (answer,) = (n for n in ast.walk(tree) if getattr(n, "name", "") == "answer")
        names = {n.value for n in ast.walk(answer) if isinstance(n, ast.Constant)}
        assert len(names) > 1
        assert not names & taken, module.__name__


def test_that_what_is_beside_pause_stays_where_it_is_while_it_is_called_resume(visitor):
    window = visitor.window
    stop = window.toolbar.widgetForAction(window.acts["stop"])
    places = set()
    for name in ("Pause", "Resume"):
        window.acts["pause"].setText(name)
        window.toolbar.layout().activate()
        places.add(stop.x())
    assert len(places) == 1
