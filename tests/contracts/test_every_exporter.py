"""Every exporter says which networks have nothing of its kind, and only those refuse it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan_engine import checkpoint, parse
from gan_engine.architectures import ARCHITECTURES, Architecture, Pix2Pix, Style
from gan_engine.checkpoint import Checkpoint
from gan_engine.errors import EngineError
from gan_engine.export import EXPORTERS, onnx
from gan_engine.imaging import write_png
from gan_engine.schema import settings_of
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.session import Session

FEW: dict[str, Any] = {"rows": 1, "columns": 2, "count": 2, "layer": 1, "stops": 2, "steps": 2}


def saved(kind: type[Architecture], at: Path) -> Path:
    """Return a run's folder, as far as it is needed, whose networks of 16 px have learned nothing."""
    narrow = {s.name: s.low for s in settings_of(kind) if s.name in ("width", "w_dim")}
    latent = {} if kind.needs_pairs else {"z_dim": 8}
    data = {"size": 16, "pairs": "folders" if kind.needs_pairs else "off"}
    training = {"device": "cpu", "batch_size": 4}
    config = parse(
        {
            "data": data,
            "architecture": {"kind": kind.key(), **latent, **narrow},
            "training": training,
        }
    )
    pixels = np.zeros((12, 16, 16, 6 if kind.needs_pairs else 3), np.uint8)
    made = Session(config, pixels, torch.device("cpu")).snapshot()
    whole = Checkpoint("checkpoint", made.draft, made.counters, made.tensors)
    checkpoint.write(at / "run" / "checkpoints" / "000000000004.safetensors", whole)
    for seen in (0, 4):
        write_png(at / "run" / "grids" / f"{seen:012d}.png", np.zeros((16, 16, 3), np.uint8))
    history = HistoryWriter(at / "run", 0)
    history.scalars(4, 1.0, {"loss/g": 0.5})
    history.close()
    return at / "run"


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda kind: kind.key())
def test_that_an_exporter_tells_how_far_it_is_and_leaves_what_it_promised(exporter, tmp_path):
    kind = next(one for one in (Style, Pix2Pix) if not exporter.objection(one(), True))
    source, inputs, away = saved(kind, tmp_path), tmp_path / "inputs", tmp_path / "away"
    inputs.mkdir()
    away.mkdir()
    Image.new("RGB", (16, 16), "red").save(inputs / "a.png")
    before = kept(source)
    few = {s.name: FEW[s.name] for s in settings_of(exporter) if s.name in FEW}
    asked = {"inputs": str(inputs)} if exporter.key() == "pictures" else {}
    out = away / f"made{exporter.suffix}"
    reports = list(exporter(**few, **asked).export(source, out))
    done = [report.done for report in reports]
    assert done == sorted(done)
    assert reports[-1].done == reports[-1].total
    assert [path.name for path in away.iterdir()] == [reports[-1].path.name]
    assert reports[-1].path.is_file() == bool(exporter.suffix)
    assert kept(source) == before


def kept(run: Path) -> dict[Path, bytes]:
    """Return what is in a run's folder, without what SQLite leaves beside a file that was read."""
    files = (path for path in run.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.endswith(("-wal", "-shm"))}


@contextlib.contextmanager
def traced(path: Path, made: Path, truncation: float) -> Iterator[SimpleNamespace]:
    """Stand for the process that traces a generator."""
    made.touch()
    yield SimpleNamespace(poll=lambda: 0, returncode=0)


@pytest.mark.parametrize("kind", ARCHITECTURES, ids=lambda kind: kind.key())
def test_that_what_an_exporter_objects_to_is_what_it_refuses(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "_tracing", traced)  # seconds for each; has tests of its own
    source, inputs = saved(kind, tmp_path), tmp_path / "inputs"
    inputs.mkdir()
    Image.new("RGB", (16, 16), "red").save(inputs / "a.png")
    newest = checkpoint.newest(source)
    architecture = newest[1].config().architecture
    for exporter, given in itertools.product(EXPORTERS, (source, newest[0])):
        few = {s.name: FEW[s.name] for s in settings_of(exporter) if s.name in FEW}
        asked = {"inputs": str(inputs)} if exporter.key() == "pictures" else {}
        refused = ""
        try:
            list(exporter(**few, **asked).export(given, tmp_path / f"out-{exporter.key()}"))
        except EngineError as error:
            refused = error.text
        assert refused == exporter.objection(architecture, given.is_dir()), exporter.title
