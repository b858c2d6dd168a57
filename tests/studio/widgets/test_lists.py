"""Lists and trees are emptied without Qt deleting what Python made."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTreeWidget, QTreeWidgetItem

import studio
from studio.widgets.lists import empty


def test_that_an_emptied_list_holds_nothing_and_takes_more(qtbot) -> None:
    rows = QListWidget()
    qtbot.addWidget(rows)
    for _ in range(3):
        empty(rows)
        assert rows.count() == 0
        for text in "abc":
            rows.addItem(QListWidgetItem(text))
    assert [rows.item(row).text() for row in range(rows.count())] == ["a", "b", "c"]


def test_that_an_emptied_tree_holds_nothing_and_takes_more(qtbot) -> None:
    tree = QTreeWidget()
    qtbot.addWidget(tree)
    for _ in range(3):
        empty(tree)
        assert tree.topLevelItemCount() == 0
        top = QTreeWidgetItem(["a"])
        top.addChild(QTreeWidgetItem(["b"]))
        tree.addTopLevelItem(top)
    assert tree.topLevelItem(0).child(0).text(0) == "b"


def test_that_no_list_is_emptied_otherwise() -> None:
    made = re.compile(r"self\.(\w+) = (?:Q(?:List|Tree)Widget|_lines)\(")
    for path in sorted(Path(str(studio.__path__[0])).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for name in made.findall(text):
            assert f"self.{name}.clear()" not in text, path.name
