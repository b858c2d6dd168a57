"""The map in CONTRIBUTING.md: each module with the first line of its docstring.

`python -m tests.house.make_map` writes it anew.
"""

from __future__ import annotations

import ast

from tests.house.source import ROOT, python_files, tree

GUIDE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- map: python -m tests.house.make_map -->", "<!-- end of map -->"


def first_line(docstring: str | None) -> str:
    """Return what a module says it is for."""
    return (docstring or "").strip().partition("\n")[0]


def make_map() -> str:
    """Return the map as Markdown: a table of modules for each folder."""
    lines: list[str] = []
    folder = None
    for path in sorted(python_files("main.py", "gan_engine", "studio"), key=_order):
        here = path.parent.relative_to(ROOT).as_posix()
        if here != folder:
            lines += ["", f"**{'top level' if here == '.' else here + '/'}**", ""]
            folder = here
        lines.append(f"- `{path.name}`: {first_line(ast.get_docstring(tree(path)))}")
    return "\n".join(lines).strip()


def _order(path: object) -> tuple[str, str]:
    text = str(path)
    folder, _, name = text.rpartition("/")
    return folder, "" if name == "__init__.py" else name


def with_map(text: str) -> str:
    """Return the guide's text with today's map between its marks."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{make_map()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    GUIDE.write_text(with_map(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
