"""What holds for every panel in the list."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QSlider,
    QWidget,
)

from studio.panels import PANELS
from studio.panels.base import EmptyState
from studio.window import DOCKS

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QSlider,
)
EACH = pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.key)


def test_that_keys_and_titles_tell_panels_apart():
    assert len({kind.key for kind in PANELS}) == len({kind.title for kind in PANELS}) == len(PANELS)
    assert set(DOCKS) <= {kind.key for kind in PANELS}


@EACH
def test_that_what_can_be_used_has_a_name_and_can_be_reached_by_keyboard(kind, show):
    panel = show(kind)
    for widget in panel.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisible() or is_inner(widget):
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or text, f"{widget} has no name"
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{widget} is for the mouse only"


def is_inner(widget):
    """A part of a control: the text of a number, the list of a choice, the head of a table."""
    whole = (QAbstractSpinBox, QComboBox, QAbstractItemView, QAbstractScrollArea)
    return isinstance(widget, QHeaderView) or isinstance(widget.parentWidget(), whole)


@EACH
def test_that_an_empty_panel_offers_at_most_one_way_on(kind, show):
    states = [state for state in show(kind).findChildren(EmptyState) if state.isVisible()]
    for state in states:
        assert state.said()
        assert state.button.isVisible()


@EACH
def test_that_a_panel_is_ready_to_be_narrow(kind, show):
    wanted = 240 if kind.key == "runs" else 360 if kind.key == "settings" else 760
    assert show(kind).minimumSizeHint().width() <= wanted
