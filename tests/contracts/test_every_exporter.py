"""Every exporter leaves what its settings say, and says which networks have nothing of its kind."""

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
from PIL import Image, ImageSequence

from gan_engine import checkpoint, parse
from gan_engine.architectures import ARCHITECTURES, Architecture, Pix2Pix, Style
from gan_engine.checkpoint import Checkpoint
from gan_engine.data.classes import Classes
from gan_engine.errors import EngineError
from gan_engine.export import EXPORTERS, Exporter, onnx
from gan_engine.imaging import write_png
from gan_engine.schema import settings_of
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.session import Session

FEW: dict[str, Any] = {
    "rows": 1, "columns": 2, "count": 2, "layer": 1, "stops": 2, "steps": 2, "rate": 2, "seconds": 1,
}  # fmt: skip


def saved(kind: type[Architecture], at: Path, classes: bool = False) -> Path:
    """Return a run's folder, as far as it is needed, whose networks of 16 px have learned nothing."""
    narrow = {s.name: s.low for s in settings_of(kind) if s.name in ("width", "w_dim")}
    latent = {} if kind.needs_pairs else {"z_dim": 8}
    data = {"size": 16, "pairs": "folders" if kind.needs_pairs else "off", "classes": classes}
    training = {"device": "cpu", "batch_size": 4}
    config = parse(
        {
            "data": data,
            "architecture": {"kind": kind.key(), **latent, **narrow},
            "training": training,
        }
    )
    pixels = np.zeros((12, 16, 16, 6 if kind.needs_pairs else 3), np.uint8)
    told = Classes(("cat", "dog"), np.arange(12) % 2) if classes else None
    made = Session(config, pixels, torch.device("cpu"), told).snapshot()
    whole = Checkpoint("checkpoint", made.draft, made.counters, made.tensors)
    checkpoint.write(at / "run" / "checkpoints" / "000000000004.safetensors", whole)
    for seen in (0, 2, 4):
        pixels = np.full((16, 16, 3), 50 * seen, np.uint8)
        write_png(at / "run" / "grids" / f"{seen:012d}.png", pixels)
    history = HistoryWriter(at / "run", 0)
    history.scalars(4, 1.0, {"loss/g": 0.5})
    history.close()
    return at / "run"


def able(exporter: type[Exporter], at: Path) -> Path:
    """Return a run's folder that `exporter` can take something away from."""
    kind = next(one for one in (Style, Pix2Pix) if not exporter.objection(one(), True))
    return saved(kind, at, classes="of_class" in exporter.model_fields)


def few(exporter: type[Exporter], at: Path) -> Exporter:
    """Return an exporter that makes no more than it must, of one picture where it starts from some."""
    chosen = {s.name: FEW[s.name] for s in settings_of(exporter) if s.name in FEW}
    if "inputs" in exporter.model_fields:
        chosen["inputs"] = str(pictures(at / "inputs", 1))
    if "near" in exporter.model_fields:
        chosen["near"] = "3"
    return exporter(**chosen)


def pictures(at: Path, count: int) -> Path:
    at.mkdir()
    for number in range(count):
        Image.new("RGB", (16, 16), "red").save(at / f"{number}.png")
    return at


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda kind: kind.key())
def test_that_an_exporter_tells_how_far_it_is_and_leaves_what_it_promised(exporter, tmp_path):
    source, away = able(exporter, tmp_path), tmp_path / "away"
    away.mkdir()
    before = kept(source)
    out = away / f"made{exporter.suffix}"
    reports = list(few(exporter, tmp_path).export(source, out))
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
    """Stand for the process that traces a generator, and note what it is told."""
    made.write_text(str(truncation))
    yield SimpleNamespace(poll=lambda: 0, returncode=0)


@pytest.mark.parametrize("kind", ARCHITECTURES, ids=lambda kind: kind.key())
def test_that_what_an_exporter_objects_to_is_what_it_refuses(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "_tracing", traced)  # seconds for each; has tests of its own
    source = saved(kind, tmp_path)
    newest = checkpoint.newest(source)
    architecture = newest[1].config().architecture
    exporters = [few(exporter, tmp_path) for exporter in EXPORTERS]
    for exporter, given in itertools.product(exporters, (source, newest[0])):
        refused = ""
        try:
            list(exporter.export(given, tmp_path / f"out-{exporter.kind}"))
        except EngineError as error:
            refused = error.text
        assert refused == exporter.objection(architecture, given.is_dir()), exporter.title


@pytest.mark.parametrize(
    "exporter", [e for e in EXPORTERS if settings_of(e)], ids=lambda kind: kind.key()
)
def test_that_every_setting_of_an_exporter_counts(exporter, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx, "_tracing", traced)  # that its graph has it, its own tests see
    source, usual = able(exporter, tmp_path), few(exporter, tmp_path)
    others = {"inputs": str(pictures(tmp_path / "more", 2)), "through": "3, 9", "format": "webp"}
    others |= {"chosen": "3, 5>8:0.3", "near": "4>5:0.5", "distance": 0.7, "of_class": "cat"}
    made = [shown(usual, source, tmp_path / f"usual-{number}") for number in range(2)]
    assert made[0] == made[1]
    for setting in settings_of(exporter):
        value = others.get(setting.name)
        value = getattr(usual, setting.name) + 1 if value is None else value
        one = exporter.model_validate({**usual.model_dump(), setting.name: value})
        assert shown(one, source, tmp_path / setting.name) != made[0], setting.label


def shown(exporter: Exporter, source: Path, at: Path) -> list[Any]:
    """Return what somebody sees in the files that are made; their words and names do not count."""
    *_, last = exporter.export(source, at / f"made{exporter.suffix}")
    files = sorted(last.path.rglob("*")) if last.path.is_dir() else [last.path]
    return [_seen(path) for path in files if path.is_file()]


def _seen(path: Path) -> Any:
    if path.suffix not in (".png", ".webp"):
        return path.read_bytes()
    frames = []
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()  # only then WebP knows how long it is shown
            frames.append((np.asarray(frame).tolist(), frame.info.get("duration")))
        return image.format, frames
