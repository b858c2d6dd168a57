"""A network as blocks."""

import pytest
from PySide6.QtCore import Qt

from gan_engine import LayerRow
from studio.widgets.network_blocks import Block, blocks_of
from studio.widgets.network_graph import NetworkGraph

ROWS = (
    LayerRow("Start", "Dense layer as a map", (64, 4, 4), 300, 0, 1024),
    LayerRow("Dense", "Dense", (1024,), 300, 1),
    LayerRow("Image", "Convolution, tanh", (3, 8, 8), 100, 0),
)


@pytest.fixture
def graph(qtbot):
    made = NetworkGraph("Generator G")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show_blocks(blocks_of(ROWS, Block("Latent z", "", (32,))), "Generator G")
    made.show()
    return made


def test_that_blocks_are_the_outer_rows_with_their_share_and_content(graph):
    assert [block.name for block in graph.blocks] == ["Latent z", "Start", "Image"]
    assert [block.share for block in graph.blocks] == [0, 0.75, 0.25]
    assert graph.blocks[1].inside == ("Dense",)


def test_that_a_block_keeps_so_much_of_every_image_of_a_batch():
    shown = blocks_of(ROWS, Block("Latent z", "", (32,)), batch=64)
    assert shown[1].memory == 64 * 1024
    assert shown[1].weight == "300 · 64 kB"


def test_that_larger_maps_are_taller_and_more_channels_wider(graph):
    start, image = graph.items[1].box(), graph.items[2].box()
    assert start.height() < image.height()
    assert start.width() > image.width()


def test_that_arrow_keys_choose_a_block_and_it_is_told(graph, qtbot):
    qtbot.keyClick(graph.view, Qt.Key.Key_Right)
    qtbot.keyClick(graph.view, Qt.Key.Key_Right)
    assert "64 × 4 × 4" in graph.told
    assert "300 parameters (75 %)" in graph.told
    assert graph.view.accessibleDescription() == graph.told
    qtbot.keyClick(graph.view, Qt.Key.Key_Left)
    assert "Latent z" in graph.told


def test_that_a_chosen_block_stays_chosen_while_one_edits(graph):
    graph.choose(2)
    graph.show_blocks(blocks_of(ROWS, Block("Latent z", "", (64,))), "Generator G")
    assert graph.chosen == 2


def test_that_it_zooms_and_fits_again(graph, qtbot):
    fitted = graph.scale
    qtbot.keyClick(graph.view, Qt.Key.Key_Plus)
    assert graph.scale > fitted
    qtbot.keyClick(graph.view, Qt.Key.Key_0)
    assert graph.scale == fitted


def test_that_numbers_are_broken_in_two_lines_rather_than_cut(graph):
    low = graph.view.height()
    wide = LayerRow("Wide", "Linear", (512, 16, 16), 24_000_000, 0, 192_000_000)
    graph.show_blocks(blocks_of([wide] * 9, Block("Latent z", "", (32,))), "Generator G")
    _, kind, shape, weight = graph.items[1].wanted()
    column = graph.items[1].pos().x()
    assert max(kind, shape) <= column < weight
    assert graph.view.height() > low


def test_that_a_deep_network_scrolls_rather_than_shrinks_out_of_sight(graph):
    many = [LayerRow(f"Up {n}", "Convolution", (8, 4, 4), 10, 0) for n in range(40)]
    graph.show_blocks(blocks_of(many, Block("Latent z", "", (8,))), "G")
    assert graph.scale == 1.0
    assert graph.view.horizontalScrollBar().maximum() > 0


def test_that_words_have_room_where_the_view_has_it(graph):
    rows = (LayerRow("Start", "A dense layer as a map", (64, 4, 4), 300, 0, 1024),)
    graph.show_blocks(blocks_of(rows, Block("Latent z", "", (32,))), "Generator G")
    wanted = max(graph.items[1].wanted())
    assert 96 < wanted < 160
    assert graph.items[1].pos().x() == wanted
    graph.show_blocks(blocks_of(5 * rows, Block("Latent z", "", (32,))), "Generator G")
    assert graph.items[1].pos().x() == 96
