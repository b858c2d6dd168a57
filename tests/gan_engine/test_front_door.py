"""Importing the engine loads no library, and settles what torch will find when it is loaded."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import gan_engine

NAMES = ("OMP_WAIT_POLICY", "PYTORCH_ENABLE_MPS_FALLBACK")
SAYS = f"""
import os, sys
import gan_engine
print(*(os.environ[name] for name in {NAMES}), *({{"torch", "numpy"}} & sys.modules.keys()))
"""


def said(**surroundings: str) -> str:
    plain = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-c", SAYS]
    return subprocess.check_output(command, env=plain | surroundings, text=True).strip()


def test_that_idle_threads_sleep_and_what_an_apple_gpu_cannot_do_is_done_by_the_cpu() -> None:
    assert said() == "PASSIVE 1"


def test_that_what_a_person_has_set_stays() -> None:
    assert said(OMP_WAIT_POLICY="ACTIVE", PYTORCH_ENABLE_MPS_FALLBACK="0") == "ACTIVE 0"


def test_that_who_reads_types_finds_the_names_that_there_are() -> None:
    """What is imported for a type checker or an editor is what is loaded when it is asked for."""
    tree = ast.parse(Path(gan_engine.__file__).read_text(encoding="utf-8"))
    (told,) = (n for n in tree.body if isinstance(n, ast.If) and "CHECKING" in ast.unparse(n.test))
    imports = [statement for statement in told.body if isinstance(statement, ast.ImportFrom)]
    names = [(one.module, alias.name) for one in imports for alias in one.names]
    there = {"__version__", *(name for _, name in names)}
    assert there == set(dir(gan_engine)), "a name stands in _HOME and below TYPE_CHECKING"
    for module, name in names:
        if name != "paths":
            found = getattr(importlib.import_module(str(module)), name)
            assert found is getattr(gan_engine, name), name
