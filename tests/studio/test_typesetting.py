from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextBlock, QTextCursor, QTextDocument

from studio import guide
from studio.typesetting import share_width, tables, typeset

CODE_THEN_TABLE = """
## Letters

    L_D = b - a

| letter | what it is |
|---|---|
| a | fakes |
"""


def page_of(text: str) -> QTextDocument:
    page = QTextDocument()
    page.setMarkdown(text)
    typeset(page)
    return page


def block_with(page: QTextDocument, text: str) -> QTextBlock:
    return page.find(text).block()


def test_that_what_is_bold_is_as_bold_as_the_own_font_and_chinese_stays_as_it_was(qapp):
    page = page_of("# Heading\n\nplain **strong** and **粗体** and **D(real) 和**\n")
    found, block = {}, page.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            found[pieces.fragment().text().strip()] = pieces.fragment().charFormat().fontWeight()
            pieces += 1
        block = block.next()
    assert found["Heading"] == found["strong"] == QFont.Weight.DemiBold
    assert found["D(real)"] == QFont.Weight.DemiBold
    assert found["粗体"] == found["和"] == QFont.Weight.Bold


def test_that_the_head_of_a_table_below_code_is_one_bold_line(qapp):
    page = page_of(CODE_THEN_TABLE)
    (table,) = tables(page)
    for column, name in enumerate(("letter", "what it is")):
        cell = table.cellAt(0, column)
        cursor = cell.firstCursorPosition()
        assert cursor.block().text() == name
        assert cursor.block() == cell.lastCursorPosition().block()
        cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        assert cursor.charFormat().fontWeight() == QFont.Weight.DemiBold


def test_that_a_table_stands_clear_of_what_is_above_it(qapp):
    page = page_of(CODE_THEN_TABLE)
    (table,) = tables(page)
    assert table.format().topMargin() > 0


def test_that_code_stands_in_and_is_no_larger_than_the_text(qapp):
    page = page_of(CODE_THEN_TABLE)
    code = block_with(page, "L_D")
    assert code.blockFormat().leftMargin() > 0
    pieces = code.begin()
    size = pieces.fragment().charFormat().fontPointSize()
    assert 0 < size < page.defaultFont().pointSizeF()


def test_that_tables_that_share_the_width_have_no_lines_between_their_columns(qapp):
    page = page_of(CODE_THEN_TABLE)
    (table,) = tables(page)
    share_width(table, (40, 60))
    assert table.format().border() == 0
    assert [part.rawValue() for part in table.format().columnWidthConstraints()] == [40, 60]


@pytest.mark.parametrize("key", guide.WRITTEN)
def test_that_no_table_of_the_guide_begins_with_an_empty_line(qapp, key):
    page = page_of(next(each.text for each in guide.pages() if each.key == key))
    for table in tables(page):
        for column in range(table.columns()):
            cell = table.cellAt(0, column)
            first = cell.firstCursorPosition().block()
            assert first.text() or first == cell.lastCursorPosition().block()
