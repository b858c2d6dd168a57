"""Weights to take away: the averaged G alone, or everything a run needs to go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.configfile import anonymous
from gan_engine.errors import EngineError
from gan_engine.export.base import Exporter, ExportProgress


class GeneratorWeights(Exporter):
    """The averaged G with the settings that rebuild it: small, and all that making images needs."""

    title: ClassVar[str] = "Generator (averaged)"
    kind: Literal["ema"] = "ema"
    suffix: ClassVar[str] = ".safetensors"

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        yield ExportProgress(0, 1, out)
        _, saved = _read(source)
        kept = {name: tensor for name, tensor in saved.tensors.items() if name.startswith("ema.")}
        draft = anonymous(saved.draft)
        counters = {k: v for k, v in saved.counters.items() if k in ("images_seen", "classes")}
        checkpoint.write(out, Checkpoint("generator", draft, counters, kept, saved.versions))
        yield ExportProgress(1, 1, out)


class FullCheckpoint(Exporter):
    """G, D, both optimisers and counters: training can go on from it."""

    title: ClassVar[str] = "Full checkpoint"
    kind: Literal["checkpoint"] = "checkpoint"
    suffix: ClassVar[str] = ".safetensors"

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        yield ExportProgress(0, 1, out)
        path, saved = _read(source)
        if saved.holds != "checkpoint":
            raise EngineError(
                "“{name}” holds a generator only.",
                hint="Export it from the run's folder.",
                name=path.name,
            )
        checkpoint.write(out, saved)
        yield ExportProgress(1, 1, out)


def _read(source: Path) -> tuple[Path, Checkpoint]:
    if source.is_dir():
        path, saved, _ = checkpoint.newest(source)
        return path, saved
    return source, checkpoint.read(source)
