"""What no file of the program does, each rule with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import imports, module_of, python_files, shown, tree

ENGINE, STUDIO = python_files("gan_engine"), python_files("studio")
PROGRAM = [*ENGINE, *STUDIO, *python_files("main.py")]
TESTS = python_files("tests")

# Where anything at all may go wrong, and is told: the last stop of a thread, a stranger's image.
CATCH_ALL = (
    "studio/app.py",
    "studio/failures.py",
    "studio/worker.py",
    "studio/jobs.py",
    "gan_engine/pictures.py",
)


@cache
def calls(path: Path) -> tuple[ast.Call, ...]:
    return tuple(node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@cache
def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


def keyword(call: ast.Call, name: str) -> str:
    return next((ast.unparse(k.value) for k in call.keywords if k.arg == name), "")


def lines(paths: Iterable[Path], found: Callable[[ast.Call], bool]) -> list[str]:
    return [f"{shown(path)}:{call.lineno}" for path in paths for call in calls(path) if found(call)]


def taken(paths: Iterable[Path], packages: Iterable[str]) -> list[str]:
    """Return where files import one of these packages."""
    return [
        f"{shown(path)}:{found.line} imports {found.module}"
        for path in paths
        for found in imports(path)
        if found.module.split(".")[0] in packages
    ]


def test_that_the_engine_knows_no_window() -> None:
    assert not taken(ENGINE, ("PySide6", "shiboken6", "pyqtgraph", "superqt", "studio"))


def test_that_the_studio_knows_no_tensors() -> None:
    assert not taken(STUDIO, ("torch",))
    inner = re.compile(r"^\s*(?:from|import) gan_engine\.", re.MULTILINE)
    assert not [shown(path) for path in STUDIO if inner.search(path.read_text(encoding="utf-8"))]


def test_that_no_item_of_a_layout_is_touched() -> None:
    """Qt deletes it unseen: PySide takes its object for whatever is made at that address next."""
    items = (".itemAt", ".takeAt", ".itemAtPosition")
    layouts = [path for path in STUDIO if "QGraphics" not in path.read_text(encoding="utf-8")]
    assert not lines(layouts, lambda call: name_of(call).endswith(items))


def test_that_only_the_command_line_prints() -> None:
    silent = [path for path in (*ENGINE, *STUDIO) if shown(path) != "gan_engine/cli.py"]
    assert not lines(silent, lambda call: name_of(call) == "print")


def test_that_no_error_is_swallowed_unseen() -> None:
    careful = [path for path in PROGRAM if shown(path) not in CATCH_ALL]
    assert not [line for path in careful for line in swallowed(path)]


def swallowed(path: Path) -> list[str]:
    """Return where a file catches everything and does not raise it again."""
    wrong = []
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef) and function.name == "contained":
            continue  # the one helper for optional work: metrics, previews
        for node in ast.iter_child_nodes(function):
            for handler in getattr(node, "handlers", ()):
                caught = ast.unparse(handler.type) if handler.type else "everything"
                again = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(handler))
                wide = re.search(r"\b(everything|Exception|BaseException)\b", caught)
                if wide and not again:
                    wrong.append(f"{shown(path)}:{handler.lineno} catches {caught}")
    return wrong


def call_in(source: str) -> ast.Call:
    return next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


# What may write without `gan_engine/durable.py`, and why nothing is lost where it is cut short.
WRITES_ITSELF = {
    "gan_engine/durable.py": "it is the one way",
    "gan_engine/data/store.py": "an array with a journal of its own, put in place by durable",
    "gan_engine/export/onnx.py": "what a process says, in a folder that goes at once",
    "gan_engine/foreign_child.py": "a copy in a folder that goes at once",
    "gan_engine/training/branching.py": "copies of small pictures, where a disk knows no links",
    "gan_engine/training/logbook.py": "a log: a line that is cut short costs the line",
    "studio/demo.py": "a picture of the window, said to be missing where it is",
    "studio/failures.py": "what Python writes when the process breaks",
    "studio/several.py": "what processes say, as a log",
    "studio/widgets/carrier.py": "a picture in a folder that goes with the window, to be dragged out",
    "main.py": "notes about the environment, which is made again where they are missing",
}


def writes(call: ast.Call) -> bool:
    """Whether a call makes, changes or renames a file by itself; Path.replace looks like str's."""
    name = name_of(call)
    last = name.rpartition(".")[2]
    if last in ("write_text", "write_bytes", "copyfile", "copy2", "copytree"):
        return True
    if name in ("os.replace", "os.rename", "os.link", "shutil.copy", "shutil.move"):
        return True
    if last == "save" and call.args:  # perhaps into memory; or a painter's state
        to, by = ast.unparse(call.args[0]), name.lower()
        kept = name == "np.save" or re.search(r"image|picture|pixmap|grab", by)
        return bool(kept) and to not in ("buffer", "file")
    if name == "zipfile.ZipFile" and len(call.args) > 1:
        return "data" not in ast.unparse(call.args[0])
    place = 1 if name in ("open", "os.fdopen", "gzip.open") else 0
    given = call.args[place] if last == "open" and len(call.args) > place else None
    mode = str(given.value) if isinstance(given, ast.Constant) else keyword(call, "mode")
    return bool(re.fullmatch("'?[rwax][bt]?[+]?[bt]?'?", mode) and set(mode) & set("wax+"))


def test_that_what_is_kept_is_written_in_the_one_durable_way() -> None:
    found = {shown(path): lines([path], writes) for path in PROGRAM}
    by_itself = {name: places for name, places in found.items() if places}
    told = (
        "write with gan_engine.durable.write_durably, or say in WRITES_ITSELF why nothing is lost"
    )
    assert by_itself.keys() == WRITES_ITSELF.keys(), told


@pytest.mark.parametrize(
    "source",
    [
        "open(path, 'w')", "open(path, 'wb')", "open(path, mode='a')", "path.open('r+b')",
        "path.write_text(text)", "path.write_bytes(data)", "os.replace(a, b)", "os.link(a, b)",
        "shutil.copyfile(a, b)", "image.save(str(path), 'PNG')", "np.save(path, array)",
        "zipfile.ZipFile(path, 'w')",
    ],
)  # fmt: skip
def test_that_the_rule_sees_each_way_to_write(source: str) -> None:
    assert writes(call_in(source))


def test_that_a_workers_signal_reaches_a_method_of_a_qobject() -> None:
    # A lambda, a partial or a plain function would run in the worker's thread.
    threads = {"studio.worker", "studio.jobs"}
    near = [p for p in STUDIO if threads & {module_of(p), *(found.module for found in imports(p))}]
    assert near
    assert not lines(near, lambda call: name_of(call).endswith(".connect") and not to_method(call))


def to_method(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Attribute)


def test_that_no_thread_is_killed_and_the_window_never_sleeps() -> None:
    assert not lines(STUDIO, lambda call: name_of(call).endswith((".terminate", "sleep")))


def test_that_text_files_say_their_encoding() -> None:
    # Windows would read and write something else.
    def forgets(call: ast.Call) -> bool:
        name = name_of(call).rpartition(".")[2]
        if name in ("read_text", "write_text"):
            return not keyword(call, "encoding")
        place = 1 if name_of(call) == "open" else 0  # open(path, mode), path.open(mode)
        second = call.args[place] if len(call.args) > place else None
        given = second.value if isinstance(second, ast.Constant) else ""
        mode = keyword(call, "mode").strip("'\"") or str(given)
        opens = name_of(call) == "open" or (name == "open" and re.fullmatch("[rwax][t+]*", mode))
        return bool(opens) and "b" not in mode and not keyword(call, "encoding")

    assert not lines(PROGRAM, forgets)


def test_that_the_window_gives_numbers_their_point_back() -> None:
    # QApplication takes the system's locale, in which 0.5 may be written 0,5.
    app = next(path for path in STUDIO if shown(path) == "studio/app.py")
    arguments = [ast.unparse(call) for call in calls(app) if name_of(call).endswith("setlocale")]
    assert any("LC_NUMERIC" in text and "'C'" in text for text in arguments)


def test_that_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
    texts = {path: path.read_text(encoding="utf-8") for path in (*PROGRAM, *TESTS)}
    assert not [shown(path) for path, text in texts.items() if later.search(text)]
    expected = "x" + "fail"
    assert not [shown(p) for p in TESTS if re.search(rf"\b(?:mark|pytest)\.{expected}", texts[p])]


def test_that_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {shown(p): len(p.read_text(encoding="utf-8").splitlines()) for p in PROGRAM}
    assert not {name: length for name, length in lengths.items() if length > 400}
