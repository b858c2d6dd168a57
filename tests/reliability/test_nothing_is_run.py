"""No file of the program has a way to run what a file holds."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import python_files, shown, tree

PROGRAM = python_files("gan_engine", "studio", "main.py")
MODULES = {
    "pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "code",
    "runpy", "yaml", "jsonpickle",
}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
ENDS = ("extractall", "unpack_archive", ".extract", "popen", "torch.hub.load", "cpp_extension.load")
WHOLE = {"os.system", "torch.package.PackageImporter", "torch.jit.load", "torch.export.load"}
LOADERS = {"np.load", "numpy.load"}


def risks(parsed: ast.AST) -> list[str]:
    """Return what in a file could run what another file holds."""
    found = []
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module for _ in [0] if (node.module or "").split(".")[0] in MODULES]
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            told = {k.arg: ast.unparse(k.value) for k in node.keywords}
            # torch's own modules have an eval() that only changes their mode.
            if name in CALLS | WHOLE or name.endswith(ENDS):
                found.append(name)
            if told.get("weights_only", "False" if name == "torch.load" else "True") != "True":
                found.append("a load without weights_only")
            if name in LOADERS and told.get("allow_pickle", "False") != "False":
                found.append("a loader that unpickles")
            if told.get("shell", "False") != "False":
                found.append("a shell")
    return [str(risk) for risk in found]


def test_that_nothing_a_file_holds_can_be_run() -> None:
    assert not [(shown(path), found) for path in PROGRAM for found in risks(tree(path))]


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "import cloudpickle.compat", "from pickle import load", "import marshal",
        "eval(text)", "exec(text)", "compile(text, '', 'exec')", "__import__(name)",
        "archive.extractall(folder)", "archive.extract(member, folder)", "shutil.unpack_archive(a)", "os.system(text)", "os.popen(a)",
        "subprocess.run(text, shell=True)", "subprocess.run(text, shell=shell)", "torch.load(path)",
        "torch.load(path, weights_only=False)", "load(path, weights_only=False)", "torch.load(path, weights_only=safe)",
        "np.load(path, allow_pickle=True)", "torch.jit.load(path)", "torch.hub.load(a, b)",
    ],
)  # fmt: skip
def test_that_the_rule_sees_each_way_there_is(source: str) -> None:
    assert risks(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    ["torch.load(p, weights_only=True)", "network.eval()", "re.compile(a)", "json.load(f)"],
)
def test_that_the_rule_lets_harmless_calls_be(source: str) -> None:
    assert not risks(ast.parse(source))


READERS = {"gan_engine/archives.py", "gan_engine/stacks.py", "gan_engine/foreign_child.py"}
"""Read members in place, each within limits; nothing is ever unpacked to disk."""
WRITERS = {"studio/report.py"}


def test_that_archives_are_opened_in_few_places() -> None:
    opening = ("zipfile.ZipFile", "tarfile.open", "gzip.open")
    found = {
        shown(path)
        for path in PROGRAM
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in opening
    }
    assert found <= READERS | WRITERS
