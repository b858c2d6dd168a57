"""The dependencies are the ones that were tried, and each is used."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

import main
from tests.house.source import ROOT, imports, python_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!\[ ]", text)[0].lower().replace("_", "-") for text in requirements}


def used_by(*tops: str) -> set[str]:
    """Return the distributions that files below these folders import."""
    provided = packages_distributions()
    found = {f.module.split(".")[0] for path in python_files(*tops) for f in imports(path)}
    outside = found - set(sys.stdlib_module_names) - {"gan_engine", "studio", "main", "tests"}
    owners = {owner for name in outside for owner in provided.get(name, [name])}
    return {owner.lower().replace("_", "-") for owner in owners}


def test_that_qt_is_a_release_that_counts_its_references() -> None:
    assert PySide6.__version_info__[:2] < (6, 12)
    assert PySide6.__version_info__[:3] not in ((6, 11, 0), (6, 11, 1))


def test_that_painting_does_not_use_none_up() -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.setPen(Qt.GlobalColor.red)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 100


def test_that_what_the_program_imports_is_declared_and_the_reverse() -> None:
    declared = names(PROJECT["project"]["dependencies"])
    implied = {"pydantic-core", "shiboken6"}  # come with pydantic and PySide6
    optional = PROJECT["project"]["optional-dependencies"]
    extras = names(
        [*optional["metrics"], *optional["tensorboard"], *optional["video"]]
    )  # torch itself asks for onnx
    assert used_by("gan_engine", "studio") - implied == declared | extras


def test_that_tests_have_what_an_extra_brings() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    for extra in ("metrics", "onnx", "tensorboard", "video"):
        assert names(extras[extra]) <= names(extras["test"])


def test_that_what_the_tests_import_is_declared() -> None:
    project = PROJECT["project"]
    declared = names([*project["dependencies"], *project["optional-dependencies"]["test"]])
    implied = {"pydantic-core", "shiboken6", "packaging"}  # packaging comes with pytest
    assert used_by("tests") <= declared | implied


def test_that_the_constraints_satisfy_the_declaration() -> None:
    torch = next(r for r in PROJECT["project"]["dependencies"] if r.startswith("torch"))
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split():
        name, _, version = line.partition("==")
        assert name == "torch"
        assert main.satisfies(version, torch.removeprefix("torch"))


def test_that_every_package_and_the_resources_go_into_the_wheel() -> None:
    folders = {path.parent for path in python_files("gan_engine", "studio")}
    packages = {folder.relative_to(ROOT).as_posix().replace("/", ".") for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == {*packages, "gan_engine.resources"}
