"""The program's own files, as the rules of the house see them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """One module that a file imports; `name` is what it takes from it, if anything."""

    module: str
    name: str
    line: int
    for_types: bool
    in_function: bool


def python_files(*tops: str) -> list[Path]:
    """Return every Python file below the given folders, or the files themselves."""
    found: list[Path] = []
    for top in tops:
        path = ROOT / top
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found


def tracked_files() -> list[Path]:
    """Return what is under version control; every file where this is no checkout."""
    listed = _listed()
    if not listed:
        tops = ("main.py", "gan_engine", "studio", "tests")
        return python_files(*tops)
    return [path for path in listed if path.is_file()]


def tracked_links() -> list[Path]:
    """Return what is under version control as a link to another place; nothing where this is no checkout."""
    return [path for path in _listed() if path.is_symlink()]


def _listed() -> list[Path]:
    git = ["git", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        return []
    return [ROOT / name for name in listed if name]


def shown(path: Path) -> str:
    """Return a file's path as people write it here."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return a file's module name."""
    return shown(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def modules() -> frozenset[str]:
    """Return the names of all modules of the program."""
    return frozenset(module_of(path) for path in python_files("gan_engine", "studio", "main.py"))


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """Return everything a file imports, `from package import module` resolved to the module."""
    return tuple(_imports(tree(path), for_types=False, in_function=False))


def _imports(node: ast.AST, *, for_types: bool, in_function: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, "", node.lineno, for_types, in_function)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: write the module's whole name"
        base = node.module or ""
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            module, name = (inner, "") if inner in modules() else (base, alias.name)
            yield Import(module, name, node.lineno, for_types, in_function)
    inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    typing = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, for_types=for_types or typing, in_function=inside)
