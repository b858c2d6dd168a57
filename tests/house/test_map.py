"""The map in CONTRIBUTING.md is the modules' own words."""

from __future__ import annotations

import ast

from tests.house.make_map import BEGIN, END, GUIDE, first_line, make_map
from tests.house.source import python_files, shown, tree


def test_that_the_map_is_fresh() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    written = text.partition(BEGIN)[2].partition(END)[0].strip()
    assert written == make_map(), "run: python -m tests.house.make_map"


def test_that_a_module_says_in_one_line_what_it_is_for() -> None:
    files = python_files("main.py", "gan_engine", "studio")
    lines = {shown(path): first_line(ast.get_docstring(tree(path))) for path in files}
    assert not {name: line for name, line in lines.items() if line[-1:] not in (".", "?", "!")}
