"""Pages of Markdown set as one reads them: headings, lists, code and tables with room around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)

from studio.theme import GRID

_OWN = re.compile(r"[^\u2e80-\uffff]+")
"""What is drawn with the own font; Chinese letters are drawn with one of the system's."""
_LINE_PERCENT = 125
"""How far apart lines are that are read one after the other; those of a table are looked up."""
_CODE_SHARE = 12 / 13
"""Fixed-width letters look larger than others of their size."""
_RULE, _HEAD = QColor(128, 134, 148, 90), QColor(128, 134, 148, 28)
"""Lines of tables and what is behind their heads: seen through, so that they suit both themes."""
_CODE = QTextFormat.Property.BlockCodeLanguage


def typeset(document: QTextDocument) -> None:
    """Set a page that was made from Markdown; once, before it is shown."""
    document.setIndentWidth(2.5 * GRID)
    for block in list(_blocks(document)):
        if QTextCursor(block).currentTable() is None:
            _set_block(block)
    for table in tables(document):
        _set_table(table)
    _lighten(document)


def tables(document: QTextDocument) -> list[QTextTable]:
    """Return the tables of a page, in order."""
    return [f for f in document.rootFrame().childFrames() if isinstance(f, QTextTable)]


def share_width(table: QTextTable, percents: tuple[int, ...]) -> None:
    """Let a table take the page's width, its columns these parts of it, without any lines."""
    look = table.format()
    percent = QTextLength.Type.PercentageLength
    look.setWidth(QTextLength(percent, 100))
    look.setColumnWidthConstraints([QTextLength(percent, part) for part in percents])
    look.setBorder(0)
    table.setFormat(look)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _set_block(block: QTextBlock) -> None:
    look = block.blockFormat()
    if level := look.headingLevel():
        look.setTopMargin(2.5 * GRID if level < 4 else 1.5 * GRID)
        look.setBottomMargin(GRID / 2)
    elif look.hasProperty(_CODE):
        _set_code(block, look)
    elif block.text():
        height = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        look.setLineHeight(_LINE_PERCENT, height)
    QTextCursor(block).setBlockFormat(look)


def _set_code(block: QTextBlock, look: QTextBlockFormat) -> None:
    """Let code stand in a little, with room above its first line and below its last."""
    look.setLeftMargin(GRID)
    before, after = block.previous().blockFormat(), block.next().blockFormat()
    look.setTopMargin(0 if before.hasProperty(_CODE) else GRID / 2)
    look.setBottomMargin(0 if after.hasProperty(_CODE) else GRID)
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    small = QTextCharFormat()
    small.setFontPointSize(block.document().defaultFont().pointSizeF() * _CODE_SHARE)
    cursor.mergeCharFormat(small)


def _set_table(table: QTextTable) -> None:
    look = table.format()
    look.setCellPadding(6)
    look.setBorder(1)
    look.setBorderBrush(QBrush(_RULE))
    look.setBorderCollapse(True)
    look.setTopMargin(GRID)
    table.setFormat(look)
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.Bold)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        shade = cell.format()
        shade.setBackground(_HEAD)
        cell.setFormat(shade)
        cursor = cell.firstCursorPosition()
        if not cursor.block().text() and cursor.block() != cell.lastCursorPosition().block():
            cursor.deleteChar()  # Qt begins a table below code with an empty line
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        plain = cursor.blockFormat()
        plain.setTopMargin(0)
        plain.setBottomMargin(0)
        cursor.setBlockFormat(plain)
        cursor.mergeCharFormat(bold)


def _lighten(document: QTextDocument) -> None:
    """Make what is bold as bold as the own font is; Qt would smear it to be bolder still."""
    bold: list[tuple[int, int]] = []
    for block in _blocks(document):
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.charFormat().fontWeight() > QFont.Weight.DemiBold:
                at = piece.position()
                bold += [(at + run.start(), at + run.end()) for run in _OWN.finditer(piece.text())]
            pieces += 1
    cursor, look = QTextCursor(document), QTextCharFormat()
    look.setFontWeight(QFont.Weight.DemiBold)
    for start, end in bold:
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)
