"""What is left out of a run, what is put back, and that a look ahead says what a run will do."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.data import (
    DatasetReport,
    Inspection,
    Prepared,
    diagnose,
    inspect_folder,
    left_out,
    prepare,
    scan_folder,
)
from gan_engine.data_settings import DataSettings


def scene(seed: int, side: int = 48) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)
    return Image.fromarray(rough).resize((side, side), Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    root.mkdir()
    for seed in range(4):
        scene(seed).save(root / f"{seed}.png")
    (root / "copy.png").write_bytes((root / "0.png").read_bytes())
    scene(5, 20).save(root / "small.png")
    scene(6).convert("L").save(root / "grey.png")
    scene(7).convert("L").convert("RGB").save(root / "hidden grey.png")
    scene(8).save(root / "moving.gif", save_all=True, append_images=[scene(9)])
    Image.new("RGB", (40, 40), (250, 250, 250)).save(root / "blank.png")
    (root / "broken.png").write_bytes(b"")
    return root


def foreseen(folder: Path, settings: DataSettings) -> dict[str, str]:
    *_, report = scan_folder(folder)
    *_, inspection = inspect_folder(folder)
    assert isinstance(report, DatasetReport)
    assert isinstance(inspection, Inspection)
    return left_out(settings, report, inspection)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({}, set()),
        ({"exclude": "0.png | s*"}, {"0.png", "small.png"}),
        ({"min_side": 40}, {"small.png"}),
        ({"skip_blank": True}, {"blank.png"}),
        ({"skip_duplicates": True}, {"copy.png"}),
        ({"skip_duplicates": True, "exclude": "0.png"}, {"0.png"}),
        ({"skip_kinds": "animated"}, {"moving.gif"}),
        ({"skip_kinds": "grey"}, {"grey.png", "hidden grey.png", "blank.png"}),
        ({"skip_kinds": "animated | palette", "keep": "moving.gif"}, set()),
        ({"skip_duplicates": True, "skip_blank": True, "keep": "copy.png"}, {"blank.png"}),
        ({"exclude": "*", "keep": "?.png"}, None),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),  # a set has no order
)
def test_that_a_look_ahead_names_what_a_run_leaves_out(folder, change, gone):
    settings = DataSettings(folder=str(folder), size=8, **change)
    *_, prepared = prepare(settings)
    assert isinstance(prepared, Prepared)
    told = {one.path: one.reason for one in prepared.excluded}
    assert foreseen(folder, settings) == told
    assert gone is None or told.keys() == gone
    assert len(prepared.files) + len(told) + len(prepared.bad) == len(list(folder.iterdir()))
    assert all(told.values())


def test_that_the_shorter_side_is_the_one_that_counts():
    sizes = ((100, 20), (20, 100), (40, 40))
    report = DatasetReport(Path(), ("a", "b", "c"), (), 0, {}, {}, {}, {}, dimensions=sizes)
    assert left_out(DataSettings(min_side=40), report).keys() == {"a", "b"}


def test_that_pictures_leave_and_come_back_one_by_one_whatever_they_are_called():
    rng = random.Random(0)
    letters = "ab[]|*? -/!#;\n猫"
    for _ in range(500):
        names = {"".join(rng.choices(letters, k=rng.randint(1, 7))) for _ in range(4)}
        names = sorted(name for name in names if name.strip())
        if len(names) < 3:
            continue
        first, *rest = names
        settings = changed(DataSettings(), DataSettings().without(names[:-1]))
        assert all(settings.excludes(name) for name in names[:-1])
        assert not settings.keep
        settings = changed(settings, settings.with_again([first]))
        assert settings.keeps(first)
        assert not any(settings.keeps(name) for name in rest)
        settings = changed(settings, settings.without([first]))
        assert settings.excludes(first)
        assert not settings.keeps(first)


def changed(settings: DataSettings, by_path: dict[str, str]) -> DataSettings:
    return settings.model_copy(update={path[5:]: value for path, value in by_path.items()})


def test_that_a_finding_s_pictures_are_left_out_and_back_by_its_own_settings(folder):
    *_, report = scan_folder(folder)
    *_, inspection = inspect_folder(folder)
    before = DataSettings(folder=str(folder), size=16)
    for finding in diagnose(report, before, inspection):
        assert not finding.done
        assert not finding.undo
        act = {**finding.fix, **finding.leave_out}
        if not act or finding.key == "few":
            continue
        after = changed(before, act)
        (same,) = [f for f in diagnose(report, after, inspection) if f.key == finding.key] or [None]
        if same is not None:
            assert same.done, finding.key
            assert changed(after, same.undo) == before
        gone = left_out(after, report, inspection)
        assert not finding.leave_out or set(finding.files) <= gone.keys()


def test_that_few_pictures_are_one_click_from_augmentation(folder):
    *_, report = scan_folder(folder)
    (few,) = [f for f in diagnose(report, DataSettings(), augmented=False) if f.key == "few"]
    assert few.fix == {"augment.kind": "diff_augment"}
    assert few.act
    assert not few.safe_fix
