"""A run's readings for other programs: a table, or what TensorBoard shows."""

from __future__ import annotations

import csv
import io
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar, Literal

from gan_engine import durable
from gan_engine.errors import EngineError
from gan_engine.export.base import Exporter, ExportProgress, Need, folder_of
from gan_engine.extras import adding, missing
from gan_engine.history import History, ReadingRow
from gan_engine.imaging import read_png

_OFTEN = 1000
"""After so many readings it is told how far an export is."""


class Curves(Exporter):
    """Every reading of the run as a table: a row a moment, a column a curve."""

    title: ClassVar[str] = "Curves as a table (CSV)"
    kind: Literal["curves"] = "curves"
    needs: ClassVar[Need] = "run"
    suffix: ClassVar[str] = ".csv"

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        with closing(History(folder_of(source))) as history:
            readings = _readings(history, source)
        yield ExportProgress(0, len(readings), out)
        names = list(dict.fromkeys(name for reading in readings for name in reading.values))
        page = io.StringIO()
        table = csv.writer(page, lineterminator="\n")
        table.writerow(["images", "seconds", *names])
        for reading in readings:
            row = (reading.values.get(name, "") for name in names)
            table.writerow([reading.images_seen, f"{reading.seconds:.3f}", *row])
        durable.write(out, page.getvalue().encode())
        yield ExportProgress(len(readings), len(readings), out)


class TensorBoard(Exporter):
    """The run's curves and sample grids, in a folder that TensorBoard shows."""

    title: ClassVar[str] = "Curves and samples for TensorBoard"
    kind: Literal["tensorboard"] = "tensorboard"
    needs: ClassVar[Need] = "run"

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        if lacking := missing(["tensorboardX"]):
            raise EngineError(
                "TensorBoard's files need a package that is not installed: tensorboardX.",
                hint=adding(lacking),
            )
        from tensorboardX import SummaryWriter

        with closing(History(folder_of(source))) as history:
            readings, grids = _readings(history, source), history.grids()
            began = next((event.wall for event in history.events()), 0.0)
        total = len(readings) + len(grids)
        yield ExportProgress(0, total, out)
        when = {0: began}
        with SummaryWriter(str(out)) as writer:
            for number, reading in enumerate(readings, start=1):
                when[reading.images_seen] = began + reading.seconds
                for name, value in reading.values.items():
                    writer.add_scalar(
                        name, value, reading.images_seen, walltime=began + reading.seconds
                    )
                if number % _OFTEN == 0:
                    yield ExportProgress(number, total, out)
            for number, (seen, path) in enumerate(grids):
                yield ExportProgress(len(readings) + number, total, out)
                moment = max((images for images in when if images <= seen), default=0)
                writer.add_image(
                    "samples", read_png(path), seen, walltime=when[moment], dataformats="HWC"
                )
        host = f".{socket.gethostname()}"  # nobody else's business
        for path in out.glob(f"events.out.tfevents.*{host}"):
            path.rename(path.with_name(f"{path.name.removesuffix(host)}.gan-studio"))
        yield ExportProgress(total, total, out)


def _readings(history: History, source: Path) -> list[ReadingRow]:
    """Return a run's readings in the order of images seen; metrics are written down later."""
    found = sorted(history.readings_after(0), key=lambda reading: reading.images_seen)
    if not found:
        raise EngineError(
            "“{name}” has no readings yet.",
            hint="Let it train for a moment.",
            name=source.name,
        )
    return found
