"""Everything can be reached, named and told apart without eyes for colour."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from studio import theme
from studio.panels.export import ExportDialog
from studio.panels.likes import LikesDialog
from tests.slowly import slowly

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QTextEdit,
)
BOTH = pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
# How the colours of a person without one kind of cone arise from linear red, green and blue.
# Source: Machado, Oliveira and Fernandes 2009, severity 1.0.
BLIND = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def is_inner(widget: QWidget) -> bool:
    """Whether a control is Qt's own piece of another one, which is named itself."""
    parent = widget.parentWidget()
    return (
        isinstance(widget, QScrollBar | QHeaderView)
        or widget.objectName().startswith("qt_")
        or isinstance(parent, QAbstractSpinBox | QComboBox | QLineEdit)
        or type(parent).__name__ in ("QDockWidget", "QComboBoxPrivateContainer", "QTabBar")
        or any(isinstance(up, QComboBox) for up in ancestors(widget))
        or isinstance(parent, QAbstractItemView)
    )


def ancestors(widget: QWidget):
    while (up := widget.parentWidget()) is not None:
        yield up
        widget = up


def unnamed(root: QWidget) -> list[str]:
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or is_inner(widget):
            continue
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not isinstance(
            widget, QAbstractButton
        ):
            continue
        if widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):
            continue
        if isinstance(widget, QPushButton) and not widget.text() and not widget.isVisible():
            continue  # it is shown when it has something to offer
        told = QAccessible.queryAccessibleInterface(widget)
        if told is not None and not told.text(QAccessible.Text.Name).strip():
            above = "/".join(type(up).__name__ for up in itertools.islice(ancestors(widget), 4))
            found.append(f"{type(widget).__name__} {widget.objectName()} in {above}")
    return found


def test_that_every_control_of_the_window_has_a_name(visitor):
    assert not unnamed(visitor.window)


def test_that_tab_begins_at_the_pages_and_passes_by_docks_nobody_sees(visitor, qtbot):
    window, seen = visitor.window, []
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.focusWidget() is window.tabs
    visitor.studio.queue.add(visitor.studio.document.draft)
    while (there := window.focusWidget()) not in seen:
        seen.append(there)
        qtbot.keyClick(there, Qt.Key.Key_Tab)
    inside = {
        panel.key for panel in window.panels.values() for one in seen if panel.isAncestorOf(one)
    }
    assert {"start", "settings"} <= inside
    assert not {"queue", "messages"} & inside


@pytest.mark.parametrize("page", slowly(["start", "design"], "design"))
def test_that_one_sees_where_the_keyboard_is(visitor, qtbot, page):
    window, seen, unseen = visitor.window, [], []
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_page(page)
    visitor.waits_until(lambda: not visitor.studio.jobs.active)  # presets are priced once
    while (there := window.focusWidget()) not in seen:
        seen.append(there)
        there.setFocus(Qt.FocusReason.TabFocusReason)
        at_it = window.grab().toImage()
        there.clearFocus()
        if window.grab().toImage() == at_it:
            unseen.append(f"{type(there).__name__} {there.accessibleName()}")
        there.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(there, Qt.Key.Key_Tab)
    assert len(seen) > 9
    assert not unseen


def test_that_no_page_is_framed_where_somebody_clicks_beside_its_controls(visitor, qtbot):
    visitor.window.activateWindow()
    visitor.chooses("show_start")
    page = visitor.window.panels["start"]
    page.builtin_button.setFocus()
    corner = QPoint(page.width() - 2, page.height() - 2)
    assert page.childAt(corner) is None
    qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=corner)
    assert visitor.window.focusWidget() is page.builtin_button


def test_that_keys_scroll_a_page_that_has_no_room(visitor, qtbot):
    visitor.window.resize(1300, 420)
    visitor.chooses("show_start")
    page = visitor.window.panels["start"]
    visitor.waits_until(lambda: page.height() > page.parentWidget().height())
    qtbot.keyClick(page.builtin_button, Qt.Key.Key_PageDown)
    assert page.y() < 0


@pytest.mark.parametrize("kind", [LikesDialog, ExportDialog])
def test_that_every_control_of_a_dialog_has_a_name(qtbot, studio, kind):
    dialog = kind()
    qtbot.addWidget(dialog)
    dialog.bind(studio)
    assert not unnamed(dialog)


def linear(color: str) -> tuple[float, ...]:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """Return CIE L*a*b* of linear sRGB under D65."""
    r, g, b = (min(1.0, max(0.0, part)) for part in rgb)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(color: str, blindness: str) -> tuple[float, float, float]:
    rgb = linear(color)
    matrix = BLIND[blindness]
    return lab(tuple(sum(m * part for m, part in zip(row, rgb, strict=True)) for row in matrix))


def difference(one: str, two: str, blindness: str) -> float:
    """Return CIE76's colour difference as such an eye sees it; 2.3 is just noticeable."""
    pairs = zip(seen(one, blindness), seen(two, blindness), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@BOTH
@pytest.mark.parametrize("blindness", BLIND)
def test_that_curves_differ_plainly_in_colour_for_every_eye(colors, blindness):
    for one, two in itertools.combinations(colors.series, 2):
        assert difference(one, two, blindness) > 12, (one, two)


@BOTH
@pytest.mark.parametrize("blindness", BLIND)
def test_that_the_two_networks_differ_in_colour_for_every_eye(colors, blindness):
    assert difference(colors.series[0], colors.series[1], blindness) > 25
