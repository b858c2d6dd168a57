"""A history can be read while it is written, and has one value at each moment."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from gan_engine import durable
from gan_engine.events import Scalars
from gan_engine.history import History
from gan_engine.training.folder import SETTINGS, read_run
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.recorder import recorded


def test_that_a_reader_sees_what_a_writer_has_written_so_far(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path, 0)
    writer.scalars(64, 1.0, {"loss/g": 0.5})
    reader = History(tmp_path)
    row, series = reader.scalars()
    assert series["loss/g"][1].tolist() == [0.5]
    writer.scalars(128, 2.0, {"loss/g": float("nan"), "loss/d": 1.0})
    _, more = reader.scalars(row)
    assert more["loss/g"][0].tolist() == [128]
    assert np.isnan(more["loss/g"][1]).all()
    assert more["loss/d"][1].tolist() == [1.0]
    assert reader.seconds() == 2.0
    reader.close()
    writer.close()


def test_that_a_metric_that_comes_late_stands_at_its_own_moment_and_leaves_no_gap_elsewhere(
    tmp_path: Path,
) -> None:
    writer = HistoryWriter(tmp_path, 0)
    writer.scalars(64, 1.0, {"loss/g": 0.5})
    writer.scalars(128, 2.0, {"loss/g": 0.4})
    writer.scalars(64, 2.5, {"metric/kid": 9.0})
    writer.scalars(192, 3.0, {"loss/g": 0.3})
    writer.scalars(96, 3.5, {"loss/g": 0.45})
    series = History(tmp_path).scalars()[1]
    assert [column.tolist() for column in series["metric/kid"]] == [[64], [9.0]]
    assert [column.tolist() for column in series["loss/g"]] == [
        [64, 96, 128, 192],
        [0.5, 0.45, 0.4, 0.3],
    ]
    writer.close()


def test_that_what_a_crash_lost_is_left_out_of_the_curves(tmp_path: Path) -> None:
    first = HistoryWriter(tmp_path, 0)
    for images in (100, 200, 300):
        first.scalars(images, 1.0, {"x": float(images)})
    first.close()
    second = HistoryWriter(tmp_path, 200)
    second.scalars(250, 1.0, {"x": -250.0})
    second.close()
    reader = History(tmp_path)
    assert reader.scalars()[1]["x"][1].tolist() == [100.0, 200.0, -250.0]
    reader.close()


class Unplugged:
    """A connection to a file whose disk is not there any more."""

    closed = False

    def execute(self, *_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    def close(self) -> None:
        self.closed = True


def test_that_a_history_is_opened_anew_once_its_disk_is_back(tmp_path: Path) -> None:
    run, away, other = (tmp_path / name for name in ("run", "away", "other"))
    other.mkdir()
    HistoryWriter(other, 0).close()
    with durable.lock(run):
        writer = HistoryWriter(run, 0)
        writer.event(1, "first")
        plugged, writer._file = writer._file, Unplugged()
        plugged.close()
        run.rename(away)
        writer.event(2, "second")
        writer.event(3, "third")
        assert writer.trouble
        assert not run.exists()
        other.rename(run)  # another disk in its place is let be
        writer.event(4, "fourth")
        assert writer.trouble
        run.rename(other)
        away.rename(run)
        writer.event(5, "fifth")
        assert not writer.trouble
        writer.close()
    reader = History(other)
    assert not reader.events()
    reader.close()
    reader = History(run)
    assert [kind for _, _, kind, _ in reader.events()] == [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
    ]
    reader.close()


def test_that_events_and_grids_come_back_in_order(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path, 0)
    writer.event(5, "changed", path="loss.margin", old=1.0, new=2.0)
    writer.event(9, "saved", path="x")
    writer.close()
    (tmp_path / "grids").mkdir()
    for name in ("000000000020.png", "000000000003.png", "notes.txt"):
        (tmp_path / "grids" / name).write_bytes(b"")
    reader = History(tmp_path)
    assert [(e[0], e[2]) for e in reader.events()] == [(5, "changed"), (9, "saved")]
    assert reader.events()[0][3]["new"] == 2.0
    assert [images for images, _ in reader.grids()] == [3, 20]
    reader.close()


def test_that_a_folder_without_a_history_reads_as_empty(tmp_path: Path) -> None:
    reader = History(tmp_path)
    assert reader.scalars() == (0, {})
    assert reader.events() == []
    reader.close()


def test_that_a_run_that_was_cut_short_is_known_to_have_come_as_far_as_its_last_sign_of_life(
    tmp_path: Path,
) -> None:
    (tmp_path / SETTINGS).touch()
    writer = HistoryWriter(tmp_path, 0)
    writer.event(0, "started", images=100)
    writer.event(32, "saved")
    writer.pulse(64)
    writer.close()
    info = read_run(tmp_path)
    assert (info.state, info.images_seen) == ("interrupted", 64)


def test_that_a_metric_of_an_earlier_moment_takes_no_sign_of_life_back(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path, 0)
    told = [Scalars(64, {"loss/d": 1.0}, 1.0), Scalars(8, {"metric/kid": 0.1}, 1.0)]
    list(recorded((event for event in told), writer))
    writer.pulse(state="paused")  # news, which are written at once
    writer.close()
    reader = History(tmp_path)
    pulse = reader.pulse()
    reader.close()
    assert pulse is not None
    assert pulse.images_seen == 64


def test_that_what_waited_for_the_disk_when_a_run_went_back_is_left_out(tmp_path: Path) -> None:
    writer, other = HistoryWriter(tmp_path, 0), sqlite3.connect(tmp_path / "history.sqlite")
    writer._file.execute("pragma busy_timeout = 1")
    other.execute("begin immediate")  # as a disk that is full
    for images in (8, 16):
        writer.scalars(images, 1.0, {"loss/d": 99.0})
        writer.counts(images, [1], [images])
        writer.event(images, "sample")
    assert writer.trouble
    writer.go_back(8)
    other.close()
    writer.scalars(12, 2.0, {"loss/d": 2.0})
    writer.close()
    history = History(tmp_path)
    images, losses = history.scalars()[1]["loss/d"]
    assert (images.tolist(), losses.tolist()) == ([8, 12], [99.0, 2.0])
    assert [row.images_seen for row in history.counts_after(0, 4)] == [8]
    assert [happened.images_seen for happened in history.events()] == [8, 16]
    history.close()
