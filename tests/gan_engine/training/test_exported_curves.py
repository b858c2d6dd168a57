"""What a run measured, as a table and as TensorBoard reads it: every reading, at its moment."""

from __future__ import annotations

import csv
import importlib.util
import io
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tensorboardX.proto import event_pb2

from gan_engine import read_png
from gan_engine.config import RunConfig
from gan_engine.errors import EngineError
from gan_engine.export import Curves, TensorBoard, export
from gan_engine.history import History
from gan_engine.training import train


@pytest.fixture
def run(tiny: Callable[..., RunConfig], tmp_path: Path) -> Path:
    list(train(tiny(training={"images": 40}), folder=tmp_path / "run"))
    return tmp_path / "run"


def series_of(run: Path) -> dict[str, dict[int, float]]:
    """Return what the run read, by name and images seen."""
    history = History(run)
    _, found = history.scalars()
    history.close()
    return {
        n: dict(zip(x.astype(int).tolist(), y.tolist(), strict=True)) for n, (x, y) in found.items()
    }


def events_of(folder: Path) -> list[Any]:
    """Return what is in the one file of a folder; each record is framed by its length and two sums."""
    (path,) = folder.iterdir()
    data, found, at = path.read_bytes(), [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        found.append(event_pb2.Event.FromString(data[at + 12 : at + 12 + size]))
        at += size + 16
    return found


def test_that_the_table_has_every_reading_at_its_moment(run: Path, tmp_path: Path) -> None:
    *_, last = export(run, Curves(), tmp_path / "c.csv")
    assert last.done == last.total > 0
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()))
    wanted = series_of(run)
    assert set(rows[0]) == {"images", "seconds", *wanted}
    assert [int(row["images"]) for row in rows] == sorted(int(row["images"]) for row in rows)
    for name, values in wanted.items():
        read = {int(row["images"]): float(row[name]) for row in rows if row[name]}
        assert read == pytest.approx(values)


def test_that_tensorboard_gets_every_reading_and_grid(run: Path, tmp_path: Path) -> None:
    list(export(run, TensorBoard(), tmp_path / "tb"))
    found, pictures = dict[str, dict[int, float]](), {}
    for event in events_of(tmp_path / "tb"):
        for value in event.summary.value:
            if value.HasField("image"):
                png = Image.open(io.BytesIO(value.image.encoded_image_string))
                pictures[event.step] = np.asarray(png)
            else:
                found.setdefault(value.tag, {})[event.step] = value.simple_value
    for name, values in series_of(run).items():
        assert found[name] == pytest.approx(values, rel=1e-6)
    grids = {int(path.stem): path for path in (run / "grids").glob("*.png")}
    assert pictures.keys() == grids.keys()
    assert all((pictures[seen] == read_png(path)).all() for seen, path in grids.items())


def test_that_times_are_those_of_the_training(run: Path, tmp_path: Path) -> None:
    list(export(run, TensorBoard(), tmp_path / "tb"))
    history = History(run)
    began, seconds = history.events()[0].wall, history.seconds()
    history.close()
    times = [event.wall_time for event in events_of(tmp_path / "tb") if event.summary.value]
    assert min(times) == pytest.approx(began)
    assert max(times) == pytest.approx(began + seconds)


def test_that_no_name_of_a_computer_is_told(run: Path, tmp_path: Path) -> None:
    list(export(run, TensorBoard(), tmp_path / "tb"))
    (path,) = (tmp_path / "tb").iterdir()
    assert path.name.endswith(".gan-studio")
    assert socket.gethostname() not in path.name


def test_that_a_missing_package_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match="not installed: tensorboardX") as error:
        list(export(run, TensorBoard(), run / "tb"))
    assert "-m pip install tensorboardX" in str(error.value.hint)


@pytest.mark.parametrize("exporter", [Curves(), TensorBoard()], ids=lambda one: one.kind)
def test_that_a_run_without_readings_says_what_to_do(exporter: Any, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no readings yet"):
        list(export(tmp_path, exporter, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
