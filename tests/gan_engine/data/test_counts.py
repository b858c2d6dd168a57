"""Whatever a folder holds, every file in it is counted exactly once, by everyone who counts."""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
from pathlib import Path

import pytest

from gan_engine.cli import app
from gan_engine.data import (
    DatasetReport,
    Inspection,
    diagnose,
    inspect_folder,
    prepare,
    scan_folder,
)
from gan_engine.data_settings import DataSettings
from gan_engine.errors import DataError
from tests.hard_folders.hostile import ENTRIES, JPEG, PNG, encoded, photo

_HOSTILE = [entry for name, entry in ENTRIES.items() if name != b"texts.png"]  # needs its name
_NAMES = [
    "a.png",
    "B.JPG",
    "c",
    ".hidden.png",
    "notes.txt",
    "d.heic",
    "e.gif",
    "Thumbs.db",
    "f.tif",
]


def fill(folder: Path, rng: random.Random) -> int:
    """Fill a folder with whatever comes up, folders and archives too; return how many files it has."""
    files = 0
    for number in range(rng.randint(1, 25)):
        place = folder / rng.choice(["", "cats", "dogs/old", ".secret"])
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{number} {rng.choice(_NAMES)}"
        kind = rng.random()
        if kind < 0.4:
            path.write_bytes(encoded(photo(number, (rng.randint(1, 60), 30)), "PNG"))
        elif kind < 0.7:
            make, verdict = rng.choice(_HOSTILE)
            make(path)
            if not verdict:  # links that lead round, folders
                continue
        else:
            path.write_bytes(rng.choice([PNG, JPEG, b"", rng.randbytes(50), PNG[:40]]))
        files += 1
    return files


@pytest.mark.parametrize("seed", range(12))
def test_that_the_counts_add_up_to_the_number_of_files(tmp_path, seed, capsys):
    rng, folder = random.Random(seed), tmp_path / "set"
    folder.mkdir()
    files = fill(folder, rng)
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    assert report.total == len(report.files) + len(report.bad) + report.others == files
    for counts in (report.sizes, report.modes, report.formats):
        assert sum(counts.values()) == len(report.files)
    assert len(report.dimensions) == len(report.files) == len(set(report.files))
    assert sum(report.other_kinds.values()) == report.others
    *_, inspection = inspect_folder(folder)
    assert isinstance(inspection, Inspection)
    assert sum(inspection.brightness) + len(inspection.bad) == inspection.looked_at
    settings = DataSettings(folder=str(folder), size=8, skip_blank=True, exclude="cats/*")
    for finding in diagnose(report, settings, inspection):
        assert finding.count == len(finding.files) == len(set(finding.files))
    told = said(folder, capsys)
    assert told["total"] == told["images"] + len(told["bad"]) + told["others"] == files
    unreadable = {one.path for one in (*report.bad, *inspection.bad)}
    assert [one["path"] for one in told["bad"]] == sorted(unreadable)
    plain = diagnose(report, DataSettings(folder=str(folder)), inspection, augmented=False)
    assert [one["key"] for one in told["findings"]] == [one.key for one in plain]
    assert [tuple(one["files"]) for one in told["findings"]] == [one.files for one in plain]
    try:
        *_, prepared = prepare(settings)
    except DataError:
        return
    names = [*prepared.files, *(one.path for one in (*prepared.bad, *prepared.excluded))]
    assert len(names) == len(set(names)) == files - report.others


def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    app(["scan", os.fspath(folder), "--json"], standalone_mode=False)
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_that_the_counts_of_an_archive_add_up_too(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    rng, files = random.Random(1), 0
    with tarfile.open(path, "w:gz" if ending == "tar.gz" else "w") as archive:
        for number in range(60):
            data = rng.choice([PNG, JPEG, b"", b"text", PNG[:50]])
            info = tarfile.TarInfo(f"{rng.choice(['a/', 'b/', ''])}{number} {rng.choice(_NAMES)}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            files += 1
    *_, report = scan_folder(path)
    assert isinstance(report, DatasetReport)
    assert report.total == len(report.files) + len(report.bad) + report.others == files
