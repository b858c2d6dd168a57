"""What can be taken away from a run, in the menu's order."""

from collections.abc import Iterator
from pathlib import Path

from gan_engine.export.animation import TimeLapse, Walk
from gan_engine.export.base import Exporter, ExportProgress
from gan_engine.export.curves import Curves, TensorBoard
from gan_engine.export.images import ImageGrid, SingleImages
from gan_engine.export.onnx import Onnx
from gan_engine.export.styles import MixedStyles
from gan_engine.export.translated import TranslatedPictures
from gan_engine.export.weights import FullCheckpoint, GeneratorWeights

EXPORTERS: tuple[type[Exporter], ...] = (
    GeneratorWeights,
    FullCheckpoint,
    Onnx,
    ImageGrid,
    SingleImages,
    MixedStyles,
    Walk,
    TimeLapse,
    TranslatedPictures,
    Curves,
    TensorBoard,
)


def export(source: Path, exporter: Exporter, out: Path) -> Iterator[ExportProgress]:
    """Write what `exporter` makes of `source` to `out`; the last report names what was written."""
    return exporter.export(source, out)


__all__ = [
    "EXPORTERS",
    "Curves",
    "ExportProgress",
    "Exporter",
    "GeneratorWeights",
    "ImageGrid",
    "MixedStyles",
    "Onnx",
    "SingleImages",
    "TensorBoard",
    "TimeLapse",
    "TranslatedPictures",
    "Walk",
    "export",
]
