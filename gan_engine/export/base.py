"""What every exporter is: settings, and a way from a run's weights to files somebody can take away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from gan_engine.architectures.base import Architecture
from gan_engine.errors import EngineError
from gan_engine.schema import Message, Part

Need = Literal["weights", "seeds", "styles", "pictures", "run"]


ONLY_OF_RUNS = Message("A file of weights has no curves or grids: only a run's folder keeps them.")


@dataclass(frozen=True)
class ExportProgress:
    """How far an export is; when `done` is `total`, `path` is what was written.

    `note` is a sentence about what could not be, if anything.
    """

    done: int
    total: int
    path: Path
    note: str = ""


class Exporter(Part):
    """One kind of thing to take away."""

    kind: str
    suffix: ClassVar[str] = ""
    """How the written file's name ends; empty when a folder is written."""

    others: ClassVar[tuple[str, ...]] = ()
    """Other endings that say in which other format to write."""

    needs: ClassVar[Need] = "weights"
    """What it is made from, beside the run."""

    @classmethod
    def objection(cls, architecture: Architecture, of_run: bool = True) -> str:
        """Return why there is nothing of the kind; empty where there is.

        Args:
            architecture: Of the networks.
            of_run: Whether it is made from a run's folder, not from a file of weights.
        """
        if cls.needs == "run" and not of_run:
            return ONLY_OF_RUNS
        if cls.needs == "seeds" and architecture.needs_pairs:
            return Message("This generator makes a picture from another one, not from a seed.")
        if cls.needs == "styles" and not architecture.truncates:
            return Message("This generator has no styles that could be mixed.")
        if cls.needs == "pictures" and not architecture.needs_pairs:
            return Message("This generator makes pictures from seeds, not from other pictures.")
        return ""

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        """Write what this exporter makes of `source` (a run's folder or a file) to `out`.

        Raises:
            FileError: `source` cannot be read.
            SpaceError: `out` cannot be written.
        """
        raise NotImplementedError


def folder_of(source: Path) -> Path:
    """Return `source`, for what is made from a run's folder.

    Raises:
        EngineError: It is a file.
    """
    if not source.is_dir():
        raise EngineError(ONLY_OF_RUNS, hint="Choose a run.")
    return source
