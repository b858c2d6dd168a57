"""A title with two groups beside it."""

from PySide6.QtWidgets import QPushButton, QWidget

from studio.widgets.folding import FoldingRow, row_of


def test_that_what_comes_where_there_is_no_room_beside_the_title_goes_below_it(qtbot):
    title, late, end = (
        QPushButton("A title"),
        QPushButton("What comes only later"),
        QPushButton("x"),
    )
    late.hide()
    row = FoldingRow(title, row_of(late, spacing=0), end)
    window = QWidget()
    qtbot.addWidget(window)
    row.setParent(window)
    window.show()
    row.resize(title.sizeHint().width() + late.sizeHint().width() + 24, 40)
    assert not row.is_folded
    late.show()
    qtbot.waitUntil(lambda: row.is_folded)
    late.hide()
    qtbot.waitUntil(lambda: not row.is_folded)
