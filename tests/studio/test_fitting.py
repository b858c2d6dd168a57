"""What stands on the screen is shown whole, in every language and in a small window too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)

from studio import i18n
from tests.studio.visitor import Visitor

SIZES = [(1440, 900), (1024, 700)]


@pytest.fixture(params=i18n.LANGUAGES)
def somebody(request, qtbot, tmp_path) -> Iterator[Visitor]:
    i18n.use(request.param)
    made = Visitor(qtbot, tmp_path / "state")
    yield made
    made.leaves()


def cut_short(inside: QWidget) -> Iterator[str]:
    """Yield what buttons and labels one sees say that have less room than that takes."""
    for widget in inside.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        wanted = widget.sizeHint()
        if isinstance(widget, QPushButton | QToolButton | QCheckBox | QRadioButton):
            if widget.text() and wanted.width() > widget.width() + 1:
                yield widget.text()
        elif type(widget) is QLabel and widget.text():
            high = widget.heightForWidth(widget.width()) if widget.wordWrap() else 0
            if high > widget.height() + 1 or (
                not widget.wordWrap() and wanted.width() > widget.width() + 1
            ):
                yield widget.text()


def test_that_nothing_is_cut_short(somebody, emoji):
    window, studio = somebody.window, somebody.studio
    studio.document.set("data.folder", str(emoji))
    studio.document.set("data.size", 50)  # something is wrong, and is told at three places
    somebody.waits_until(
        lambda: studio.clinic.diagnosis is not None and not studio.clinic.is_looking
    )
    found = set()
    for size in SIZES:
        window.resize(*size)
        for key, panel in window.panels.items():
            window.show_page(key)
            window.show_dock(key)
            found |= {(size, key, text) for text in _stays_cut_short(panel)}
    assert not found


def _stays_cut_short(panel: QWidget) -> set[str]:
    """Return what is cut short when wrapping has found its height and its surroundings a place."""
    found = set()
    for _ in range(20):
        QTest.qWait(10)
        found = set(cut_short(panel))
        if not found:
            break
    return found
