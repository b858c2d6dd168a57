from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from studio.widgets.carrier import Carrier
from studio.widgets.image_view import ImageView, to_image

NONE = Qt.KeyboardModifier.NoModifier


def grid_of(rows: int, columns: int, side: int = 5, gap: int = 2):
    """A grid whose cell n is all of the grey n."""
    pitch = side + gap
    pixels = np.full((rows * pitch - gap, columns * pitch - gap, 3), 255, np.uint8)
    for cell in range(rows * columns):
        row, column = divmod(cell, columns)
        pixels[row * pitch :, column * pitch :][:side, :side] = cell
    return pixels


@pytest.fixture
def view(qtbot):
    made = ImageView()
    qtbot.addWidget(made)
    made.set_cells(3, 4, names=[f"seed {n}" for n in range(12)])
    made.show_pixels(grid_of(3, 4))
    made.resize(400, 300)
    made.show()
    return made


def middle_of(view, cell) -> QPointF:
    return view._on_screen(view.cell_rect(cell)).center()


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7])
def test_that_no_width_shears_the_picture(qapp, width):
    pixels = np.random.default_rng(0).integers(0, 256, (4, width, 3), np.uint8)
    image = to_image(pixels)
    for y in range(4):
        for x in range(width):
            assert image.pixelColor(x, y).getRgb()[:3] == tuple(pixels[y, x])


def test_that_grey_and_sliced_pictures_are_shown(qapp):
    wide = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert to_image(wide[:, ::2]).pixelColor(1, 0).red() == wide[0, 2, 0]
    assert to_image(wide[:, :, :1]).pixelColor(2, 1).red() == wide[1, 2, 0]


def test_that_a_picture_fits_and_keeps_its_shape(view):
    shown = view._on_screen(view._image.rect())
    assert view.rect().contains(shown.toRect())
    assert shown.width() / shown.height() == pytest.approx(26 / 19, rel=0.01)
    view.resize(200, 400)
    assert view._on_screen(view._image.rect()).width() == pytest.approx(184)


def test_that_the_wheel_enlarges_what_is_under_the_mouse(view):
    spot = middle_of(view, 6)
    turn = QWheelEvent(
        spot, spot, QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    before = view._scale
    view.wheelEvent(turn)
    assert view._scale > 2 * before
    assert (middle_of(view, 6) - spot).manhattanLength() < 1e-6
    view.fit()
    assert view._scale == before


def test_that_a_newer_picture_of_the_same_size_leaves_the_view_alone(view):
    view.zoom(3)
    offset = QPointF(view._offset)
    view.show_pixels(grid_of(3, 4)[::-1])
    assert view._offset == offset
    view.show_pixels(grid_of(2, 2))
    assert view._fitted


def test_that_every_cell_is_found_and_cut_out_exactly(view):
    for cell in range(12):
        assert view.cell_at(middle_of(view, cell)) == cell
        image = view.cell_image(cell)
        assert (image.width(), image.height()) == (5, 5)
        corners = {image.pixelColor(x, y).red() for x in (0, 4) for y in (0, 4)}
        assert corners == {cell}
    assert view.cell_at(QPointF(1, 1)) == -1


def test_that_pointing_and_activating_tell_which_cell(view, qtbot):
    with qtbot.waitSignal(view.cell_hovered) as hovered:
        qtbot.mouseMove(view, middle_of(view, 7).toPoint())
    assert hovered.args == [7]
    with qtbot.waitSignal(view.cell_activated) as activated:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle_of(view, 2).toPoint())
    assert activated.args == [2]


def test_that_the_keyboard_reaches_every_cell(view, qtbot):
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(view, key)
    assert view.selected == 5
    with qtbot.waitSignal(view.cell_activated) as activated:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert activated.args == [5]


def test_that_a_larger_picture_is_dragged_about(view, qtbot):
    view.zoom(8)
    before = QPointF(view._offset)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(230, 140))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(230, 140))
    assert view._offset - before == QPointF(30, -10)


def test_that_a_cell_is_dragged_out_as_a_picture_with_its_name(view, qtbot, monkeypatch):
    carried = []
    monkeypatch.setattr(Carrier, "carry", lambda self, *what: carried.append(what))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle_of(view, 3).toPoint())
    moved = middle_of(view, 3) + QPointF(90, 90)
    buttons = Qt.MouseButton.LeftButton
    at = QMouseEvent(
        QEvent.Type.MouseMove, moved, moved, buttons, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, at)
    (source, image, name) = carried[0]
    assert (source, image.size().toTuple(), name) == (view, (5, 5), "seed 3")


def test_that_a_cell_and_the_grid_can_be_copied(view):
    view.copy(4)
    assert QGuiApplication.clipboard().image().size().toTuple() == (5, 5)
    view.copy()
    assert QGuiApplication.clipboard().image().size().toTuple() == (26, 19)


def test_that_the_usual_keys_copy_the_chosen_cell_or_else_the_grid(view, qtbot):
    for chosen, size in ((False, (26, 19)), (True, (5, 5))):
        if chosen:
            qtbot.keyClick(view, Qt.Key.Key_Right)
        QGuiApplication.clipboard().clear()
        qtbot.keySequence(view, QKeySequence.StandardKey.Copy)
        assert QGuiApplication.clipboard().image().size().toTuple() == size


def test_that_saving_is_asked_for_by_menu(view, qtbot):
    menu = view.build_menu(9)
    texts = [action.text() for action in menu.actions()]
    assert texts[:2] == ["Copy seed 9", "Save seed 9…"]
    with qtbot.waitSignal(view.save_asked) as asked:
        menu.actions()[1].trigger()
    assert asked.args == [9]
    with qtbot.waitSignal(view.save_asked) as asked:
        next(a for a in menu.actions() if a.text() == "Save the grid…").trigger()
    assert asked.args == [-1]
    menu.deleteLater()


def test_that_the_menu_key_is_about_the_chosen_cell(view, qtbot, monkeypatch):
    asked, menu = [], SimpleNamespace(popup=lambda place: None)
    monkeypatch.setattr(view, "build_menu", lambda cell: asked.append(cell) or menu)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(view, key)
    middle = view.rect().center()
    for reason in (QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse):
        event = QContextMenuEvent(reason, middle, view.mapToGlobal(middle))
        QGuiApplication.sendEvent(view, event)
    assert asked == [1, view.cell_at(QPointF(middle))]


def test_that_an_empty_view_says_what_it_waits_for(qtbot):
    empty = ImageView()
    qtbot.addWidget(empty)
    empty.resize(300, 200)
    before = empty.grab().toImage()
    empty.show_text("The first samples come at once.")
    assert empty.grab().toImage() != before
    empty.show_pixels(grid_of(2, 2))
    empty.show_pixels(None)
    assert empty.cell_at(QPointF(10, 10)) == -1


def test_that_enlarged_pixels_stay_square_and_equal(qtbot):
    view = ImageView()
    qtbot.addWidget(view)
    board = (np.indices((20, 20)).sum(0) % 2 * 255).astype(np.uint8)
    view.show_pixels(np.repeat(board[:, :, None], 3, axis=2))
    view.resize(66, 66)  # 2.5 screen pixels a pixel
    image = view.grab().toImage()
    means = [
        np.mean([image.pixelColor(8 + x + shift, 30).red() for x in range(5)])
        for shift in range(0, 40, 5)
    ]
    assert max(means) - min(means) < 30
