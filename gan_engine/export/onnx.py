"""The generator as ONNX, for programs that know nothing of this one: game engines, browsers, shaders.

Torch traces it in a process of its own, started as `python -m gan_engine.export.onnx FILE OUT TRUNCATION`:
meanwhile it changes what torch does everywhere in a program, and a run may be training.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine import durable, paths
from gan_engine.errors import EngineError
from gan_engine.export.base import Exporter, ExportProgress
from gan_engine.export.images import words_of
from gan_engine.extras import adding, missing
from gan_engine.route import truncation
from gan_engine.sampling import Sampler, open_sampler

NEEDED = ("onnx", "onnxscript")
_PATIENCE_S = 0.1
_SAID = "said.txt"
BATCH = 2
"""Images that are made while the graph is traced; any number can be asked of it."""


class Onnx(Exporter):
    """The averaged G for programs that run ONNX: latents in, images in [-1, 1] out."""

    title: ClassVar[str] = "Generator for other programs (ONNX)"
    kind: Literal["onnx"] = "onnx"
    suffix: ClassVar[str] = ".onnx"
    truncation: float = truncation()

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        if lacking := missing(NEEDED):
            raise EngineError(
                "ONNX needs packages that are not installed: {names}.",
                hint=adding(lacking),
                names=", ".join(lacking),
            )
        yield ExportProgress(0, 1, out)
        path = open_sampler(source, "cpu").path  # what cannot be read says so here
        with tempfile.TemporaryDirectory(prefix="gan-studio-") as folder:
            made = Path(folder) / "g.onnx"
            with _tracing(path, made, self.truncation) as child:
                while child.poll() is None:
                    yield ExportProgress(0, 1, out)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        child.wait(_PATIENCE_S)
            if child.returncode or not made.is_file():
                said = Path(folder, _SAID).read_text(encoding="utf-8", errors="replace").split("\n")
                raise EngineError(
                    "It could not be written as ONNX: {why}",
                    hint="Another version of onnx or onnxscript may help.",
                    why=next((line for line in reversed(said) if line.strip()), child.returncode),
                )
            durable.write(out, made.read_bytes())
        yield ExportProgress(1, 1, out)


@contextlib.contextmanager
def _tracing(path: Path, made: Path, truncation: float) -> Iterator[subprocess.Popen[bytes]]:
    """Start what traces a generator; it is ended where nobody waits for it any more."""
    words = [str(path.absolute()), str(made), str(truncation)]
    with (
        open(made.with_name(_SAID), "wb") as said,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "gan_engine.export.onnx", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=paths.for_a_child(),
            start_new_session=True,
        ) as child,
    ):
        try:
            yield child
        finally:
            child.kill()  # one that has ended is left alone


class _Made(nn.Module):
    """A G as others call it: what it needs in order, pixels within their range out."""

    def __init__(self, sampler: Sampler, truncation: float) -> None:
        super().__init__()
        self.g = sampler.network
        self.truncates = sampler.config.architecture.truncates
        self.truncation = 1.0 if sampler.needs_pictures else truncation

    def forward(self, given: Tensor, *labels: Tensor) -> Tensor:
        if self.truncates:
            images: Tensor = self.g(given, *labels, truncation=self.truncation)
        else:
            images = self.g(given * self.truncation, *labels)
        return images.clamp(-1, 1)


def graph_of(sampler: Sampler, truncation: float = 1.0) -> bytes:
    """Return a generator as an ONNX model.

    Its inputs are `latents` (N, Z), or `pictures` (N, C, H, W) of a G that makes images from others,
    and `labels` (N,) of whole numbers where there are classes; its output is `images`.
    """
    given = torch.randn(BATCH, *sampler.takes)
    names, inputs = ["pictures" if sampler.needs_pictures else "latents"], [given]
    shapes: list[Any] = [{0: "N"}]
    if sampler.classes:
        names, inputs = [*names, "labels"], [given, torch.zeros(BATCH, dtype=torch.int64)]
        shapes = [*shapes, ({0: "N"},)]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Made(sampler, truncation).eval(),
            tuple(inputs),
            dynamo=True,
            verbose=False,
            input_names=names,
            output_names=["images"],
            dynamic_shapes=tuple(shapes),
        )
    assert program is not None  # it is one where no file is named
    model = program.model_proto
    _forget_origins(model)
    words = words_of(sampler) | {"classes": ", ".join(sampler.classes)}
    for key, value in words.items():
        model.metadata_props.add(key=key, value=value)
    written: bytes = model.SerializeToString()
    return written


def _forget_origins(model: Any) -> None:
    """Take out where in the program each node comes from: an exported file holds no path."""
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        del graph.metadata_props[:]
        for part in (*graph.node, *graph.value_info, *getattr(graph, "initializer", ())):
            part.doc_string = ""
            del part.metadata_props[:]


def main(path: str, made: str, truncation: str) -> None:
    """Trace a generator for `Onnx.export`."""
    sampler = open_sampler(Path(path), "cpu")
    durable.write(Path(made), graph_of(sampler, float(truncation)))


if __name__ == "__main__":
    main(*sys.argv[1:])
