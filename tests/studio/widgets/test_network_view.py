from __future__ import annotations

from gan_engine import LayerRow
from studio.widgets.network_view import NetworkTable, shape_text

ROWS = (
    LayerRow("Start", "Dense layer as a map", (512, 4, 4), 1000, 0),
    LayerRow("Dense", "Linear", (8192,), 900, 1),
    LayerRow("Norm", "Batch norm", (512, 4, 4), 100, 1),
    LayerRow("Out", "Tanh", (3, 64, 64), 0, 0),
)


def test_that_a_network_shows_shapes_and_counts_every_weight_once(qtbot):
    table = NetworkTable("Generator G")
    qtbot.addWidget(table)
    table.show_rows(ROWS)
    model = table.table.model()
    assert [model.index(0, n).data() for n in range(3)] == ["Start", "512 × 4 × 4", "1,000"]
    assert model.index(3, 2).data() == "–"
    assert table._total.text() == "1,000 parameters"
    table.resize(500, 300)
    table.grab()


def test_that_a_network_keeps_its_scrolling_while_one_edits(qtbot):
    table = NetworkTable("G")
    qtbot.addWidget(table)
    table.resize(400, 120)
    table.show()
    table.show_rows(ROWS * 10)
    table.table.doItemsLayout()
    table.table.verticalScrollBar().setValue(200)
    table.show_rows(tuple(reversed(ROWS * 10)))
    table.table.doItemsLayout()
    assert table.table.verticalScrollBar().value() == 200
    table.show_rows(())
    assert table._total.text() == ""


def test_that_shapes_read_as_products():
    assert shape_text((3, 64, 64)) == "3 × 64 × 64"
