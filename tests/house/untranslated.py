"""List what the catalogues lack: `python -m tests.house.untranslated [LANGUAGE]`."""

from __future__ import annotations

import ast
import re
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.source import ROOT, python_files, shown, tree

SPEAKERS = {"tr", "mark", "Message"}
"""Whoever is handed a sentence as its first word."""
SHOWERS = {
    *[
        "setText",
        "setToolTip",
        "setStatusTip",
        "setWindowTitle",
        "setAccessibleName",
        "setAccessibleDescription",
    ],
    *[
        "setPlaceholderText",
        "setLabelText",
        "setOkButtonText",
        "setTitle",
        "addAction",
        "addMenu",
        "addTab",
    ],
    *[
        "setNameFilters",
        "words",
        "button",
        "show_text",
        "show_notice",
        "EmptyState",
        "QLabel",
        "QPushButton",
    ],
    *["QCheckBox", "QRadioButton", "QGroupBox", "QDockWidget", "QToolBar", "QFileDialog", "Fold"],
}
"""Whoever shows what it is handed."""
_PHRASE = re.compile(r"^[A-Z“{0-9].* ", re.DOTALL)
_NO_PHRASES = {  # what looks like a sentence there is read by programs, or by nobody in the window
    "gan_engine/__init__.py",
    "gan_engine/cli.py",
    "gan_engine/foreign_child.py",
    "gan_engine/paths.py",
    "gan_engine/watching.py",
}


@cache
def wanted() -> dict[str, str]:
    """Return every English template that the window may say, and where it is from."""
    found: dict[str, str] = {}
    for text, where in (*_spoken(), *_engine_phrases(), *_declared(), *_presets(), *_tables()):
        if gaps(text) or any(letter.isalpha() for letter in text):
            found.setdefault(text, where)
    return found


def gaps(template: str) -> list[str]:
    """Return the named gaps of a template, sorted."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


# --- where sentences are -----------------------------------------------------------------------


def _spoken() -> Iterator[tuple[str, str]]:
    """Yield what the code hands to whoever speaks."""
    for path in python_files("studio", "gan_engine"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            name = _name(node.func)
            said = [*node.args[:1]] if name in SPEAKERS or name.endswith("Error") else []
            said += [word.value for word in node.keywords if word.arg == "hint"]
            for text in (text for part in said for text in _texts(part)):
                yield text, f"{shown(path)}:{node.lineno}"


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def patched(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every sentence of a file that is put together of pieces, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            said = node.args[:1] if name in SPEAKERS or name in _errors() else []
            said += [word.value for word in node.keywords if word.arg == "hint"]
            for part in said:
                if isinstance(part, ast.JoinedStr | ast.BinOp):
                    yield node.lineno, ast.unparse(part)


@cache
def _errors() -> frozenset[str]:
    from gan_engine import errors

    return frozenset(name for name in vars(errors) if name.endswith("Error"))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def phrases(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every literal of a file that looks like a phrase, with its line; no docstrings."""
    silent: set[int] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            text = node.value
            if _PHRASE.match(text) and "<sub>" not in text and not text.startswith("Value error"):
                yield node.lineno, text


def unspoken(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every literal word that a file shows without asking the catalogue, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWERS:
            for argument in (*node.args, *(word.value for word in node.keywords)):
                for text in _literals(argument):
                    if (
                        re.search(r"[A-Za-z]{2}", text)
                        and "<sub>" not in text
                        and not _is_name(text)
                    ):
                        yield node.lineno, text


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _literals(item)
    elif isinstance(node, ast.BinOp):
        yield from (*_literals(node.left), *_literals(node.right))
    else:
        yield from _texts(node)


def _is_name(text: str) -> bool:
    """Return whether a word is for programs: a role, an icon, an object's name, or a proper name."""
    return bool(re.fullmatch(r"[a-z][\w-]*", text)) or text in ("GAN Studio", "{name} (*)")


def _engine_phrases() -> Iterator[tuple[str, str]]:
    for path in python_files("gan_engine"):
        if shown(path) not in _NO_PHRASES:
            for line, text in phrases(path):
                yield text, f"{shown(path)}:{line}"


def _declared() -> Iterator[tuple[str, str]]:
    """Yield what parts and settings say about themselves."""
    from gan_engine import EXPORTERS, METRICS, Part, Ramp, RunConfig, settings_of
    from studio.meanings import about, rest
    from studio.preferences import Likes

    todo: list[type[Part]] = [RunConfig, Likes, Ramp, *EXPORTERS, *METRICS]
    seen: set[type[Part]] = set()
    while todo:
        part = todo.pop()
        if part in seen:
            continue
        seen.add(part)
        where = part.__name__
        if part not in (RunConfig, Likes, Ramp):
            yield from ((text, where) for text in (part.title, about(part), rest(part)) if text)
        for setting in settings_of(part):
            if part is Likes and not setting.help:
                continue
            names = [str(name) for _, name in setting.choices]
            for text in (setting.label, setting.help, setting.unit, *names):
                if text:
                    yield text, f"{where}.{setting.name}"
            todo += setting.parts


def _presets() -> Iterator[tuple[str, str]]:
    import tomllib

    for path in sorted((ROOT / "resources" / "presets").glob("*.toml")):
        preset = tomllib.loads(path.read_text(encoding="utf-8"))
        for text in (preset.get("title"), preset.get("about")):
            if text:
                yield text, path.name


def _tables() -> Iterator[tuple[str, str]]:
    """Yield what stands in tables of the window: actions, menus, titles of pages and docks."""
    from studio.actions import ACTIONS, MENUS

    for spec in ACTIONS:
        yield from ((text, f"action {spec.key}") for text in (spec.text, spec.tip) if text)
    yield from ((menu, "menu") for menu in MENUS)
    for path in python_files("studio/panels"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.Assign):
                        yield from ((text, shown(path)) for text in _titles(line))


def _titles(line: ast.Assign) -> Iterator[str]:
    target, value = line.targets[0], line.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
    else:
        pairs = zip([target], [value], strict=True)
    for name, text in pairs:
        if isinstance(name, ast.Name) and name.id == "title":
            yield from _texts(text)


def main(language: str = "zh_CN") -> int:
    """Print every entry that is missing or not needed any more; return 1 if there are any."""
    from studio.i18n import catalogue

    have = catalogue(language)
    missing = {text: where for text, where in wanted().items() if text not in have}
    for text, where in missing.items():
        sys.stdout.write(f"missing ({where}): {text!r}\n")
    for text in have:
        if text not in wanted():
            sys.stdout.write(f"unused: {text!r}\n")
    sys.stdout.write(f"{len(missing)} missing of {len(wanted())}\n")
    return 1 if missing or set(have) - set(wanted()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
