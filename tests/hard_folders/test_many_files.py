"""Many files: each costs what it costs among few, is read once, and nothing goes on once cancelled."""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path

import pytest

from gan_engine import paths
from gan_engine.data import DatasetReport, ScanProgress, scan_folder
from gan_engine.imaging import ImageHeader, read_header

MANY, FEW = 20_000, 2_000


def linked(folder: Path, count: int) -> Path:
    """Fill a folder with hard links to real pictures that are a day old."""
    folder.mkdir()
    sources, yesterday = list[Path](), time.time() - 86_400
    for number, path in enumerate(sorted(paths.builtin_images().rglob("*.webp"))[:100]):
        sources.append(folder / f"{number:05}.webp")
        sources[-1].write_bytes(path.read_bytes())
        os.utime(sources[-1], (yesterday, yesterday))
    for number in range(len(sources), count):
        (folder / f"{number:05}.webp").hardlink_to(sources[number % len(sources)])
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return linked(tmp_path_factory.mktemp("twenty thousand") / "many", MANY)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every picture whose header is read from now on."""
    noted = list[Path]()

    def noting(path: Path) -> ImageHeader:
        noted.append(path)
        return read_header(path)

    monkeypatch.setattr("gan_engine.data.scan.read_header", noting)
    return noted


def scanned(folder: Path) -> DatasetReport:
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    return report


def memory_of(folder: Path) -> int:
    """Return how much a scan takes at most, beside what was there before."""
    tracemalloc.start()
    scanned(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.slow
def test_that_a_file_among_twenty_thousand_takes_the_memory_of_one_among_few(many, tmp_path):
    few = memory_of(linked(tmp_path / "few", FEW)) / FEW
    assert memory_of(many) / MANY < 1.2 * few < 5_000


def test_that_a_second_opening_reads_none_of_them(many, read):
    report = scanned(many)
    assert len(read) == len(report.files) == MANY
    assert report.sizes == {(64, 64): MANY}
    del read[:]
    assert scanned(many) == report
    assert read == []


def test_that_a_cancelled_scan_begins_nothing_more_and_what_it_read_is_kept(many, read):
    *_, last = scan_folder(many, lambda: len(read) > 500)
    assert isinstance(last, ScanProgress)
    begun = len(read)
    assert begun < 1_500
    assert len(scanned(many).files) == MANY
    assert len(read) - begun <= MANY - 200
