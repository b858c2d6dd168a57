"""The guide beside whatever one is doing: contents, search, pages with links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QTextBlock, QTextCursor, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from studio import guide, theme
from studio.guide import Section
from studio.i18n import tr
from studio.panels.base import EmptyState, Panel
from studio.typesetting import typeset
from studio.widgets.lists import empty
from studio.widgets.search_field import SearchField

if TYPE_CHECKING:
    from gan_engine import Draft
    from studio.context import Studio

_ANCHOR = Qt.ItemDataRole.UserRole


class GuidePanel(Panel):
    """The dock that F1 opens; told what to show by `show_anchor`."""

    key, title = "guide", "Guide"

    def __init__(self) -> None:
        super().__init__()
        self._page, self._number = "", 0
        self._draft: Draft = {}
        self._been: list[tuple[str, int]] = []
        self.back = self._tool("undo", tr("Back to what was shown before"), self.go_back)
        self.list_button = self._tool("runs", tr("Contents of the guide"), self.show_contents)
        self.search = SearchField(tr("Search the guide"))
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_first)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setAccessibleName(tr("Contents of the guide"))
        self.tree.itemClicked.connect(self._open_item)
        self.tree.itemActivated.connect(self._open_item)
        self.text = QTextBrowser()
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(tr("A page of the guide"))
        self.text.document().setDocumentMargin(4)
        self.text.setWordWrapMode(QTextOption.WrapMode.WordWrap)  # never within a word
        self.text.anchorClicked.connect(self._follow)
        self._none = EmptyState(
            tr("Nothing found"),
            tr("The guide says nothing about that."),
            tr("Show the contents"),
            primary=False,
        )
        self._none.pressed.connect(self.show_contents)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.text)
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self._none)
        head = QHBoxLayout()
        head.setContentsMargins(8, 8, 8, 0)
        for widget in (self.list_button, self.back, self.search):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self._show(guide.pages()[0].sections[0])
        self._enable()

    def bind(self, studio: Studio) -> None:
        """Know the settings: a path leaves out which part it belongs to."""
        studio.document.changed.connect(self.show_document)
        self._draft = studio.document.draft

    def take_over(self, former: Panel) -> None:
        if isinstance(former, GuidePanel):
            sections = next(page for page in guide.pages() if page.key == former._page).sections
            self._show(sections[min(former._number, len(sections) - 1)])
        super().take_over(former)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(self, draft: Draft, config: object, problems: object) -> None:
        """Know which parts are chosen."""
        self._draft = draft

    @Slot(str)
    def show_anchor(self, anchor: str) -> None:
        """Open the section that a link means, for example `first-run` or `loss.hinge.margin`."""
        found = guide.find(anchor, self._draft) if anchor else None
        if found is not None:
            self._remember()
            self._show(found)

    @Slot()
    def show_contents(self) -> None:
        """List every page with its headings."""
        self.search.clear()
        empty(self.tree)
        for page in guide.pages():
            parents: list[QTreeWidgetItem] = []
            for section in page.sections:
                del parents[section.level - 1 :]
                item = _item(section)
                if parents:
                    parents[-1].addChild(item)
                else:
                    self.tree.addTopLevelItem(item)
                parents.append(item)
        for row in range(self.tree.topLevelItemCount()):
            if (top := self.tree.topLevelItem(row)) is not None:
                top.setExpanded(True)
        self._stack.setCurrentWidget(self.tree)
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def go_back(self) -> None:
        """Show what was shown before."""
        if self._stack.currentWidget() is not self.text:
            self._stack.setCurrentWidget(self.text)
        elif self._been:
            page, place = self._been.pop()
            self._load(page)
            self.text.verticalScrollBar().setValue(place)
        self._enable()

    @property
    def shown(self) -> str:
        """The heading at the top of what can be seen; empty while contents are listed."""
        if self._stack.currentWidget() is not self.text:
            return ""
        return self.text.textCursor().block().text()

    # --- inside ------------------------------------------------------------------------------

    def _tool(self, glyph: str, tip: str, act: object) -> QToolButton:
        made = QToolButton()
        theme.wear(made, glyph)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.clicked.connect(act)
        return made

    def _load(self, key: str) -> None:
        if key != self._page:
            self._page = key
            page = next(page for page in guide.pages() if page.key == key)
            self.text.setMarkdown(page.text)
            typeset(self.text.document())
        self._stack.setCurrentWidget(self.text)

    def _show(self, section: Section) -> None:
        self._load(section.page)
        self._number = section.number
        block = self._heading(section.number)
        cursor = QTextCursor(block)
        self.text.setTextCursor(cursor)
        top = self.text.document().documentLayout().blockBoundingRect(block).top()
        self.text.verticalScrollBar().setValue(round(top) - 8)
        self._enable()

    def _heading(self, number: int) -> QTextBlock:
        block = self.text.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                if not number:
                    return block
                number -= 1
            block = block.next()
        return self.text.document().begin()

    def _remember(self) -> None:
        self._been.append((self._page, self.text.verticalScrollBar().value()))

    def _enable(self) -> None:
        listing = self._stack.currentWidget() is not self.text
        self.back.setEnabled(bool(self._been) or listing)

    @Slot(QUrl)
    def _follow(self, link: QUrl) -> None:
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
        else:
            self.show_anchor(link.toString())

    @Slot(str)
    def _search(self, text: str) -> None:
        if not text.strip():
            self._stack.setCurrentWidget(self.text)
            return
        found = guide.search(text)
        empty(self.tree)
        self.tree.addTopLevelItems([_item(section, full=True) for section in found[:80]])
        self._stack.setCurrentWidget(self.tree if found else self._none)
        self._enable()

    @Slot()
    def _open_first(self) -> None:
        first = self.tree.topLevelItem(0)
        if self._stack.currentWidget() is self.tree and first is not None:
            self._open_item(first)

    @Slot(QTreeWidgetItem)
    def _open_item(self, item: QTreeWidgetItem) -> None:
        self.show_anchor(item.data(0, _ANCHOR))


def _item(section: Section, full: bool = False) -> QTreeWidgetItem:
    above = next(page.title for page in guide.pages() if page.key == section.page)
    name = f"{section.title}  ·  {section.path or above}" if full else section.title
    item = QTreeWidgetItem([name])
    item.setData(0, _ANCHOR, f"{section.page}#{section.anchor}")
    item.setToolTip(0, above)
    return item
