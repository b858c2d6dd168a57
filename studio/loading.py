"""The generator that the page Explore opens: of a run or a file, and of which save."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gan_engine import EngineError, Sampler, open_sampler, save_in, saves_of

Wanted = tuple[Path, int | str | None]
"""A run's folder or a file, and which save of it."""


@dataclass(frozen=True)
class Opened:
    """The generator that is explored.

    Attributes:
        source: The run's folder or the file that it is from.
        images_seen: After how many images its weights were saved.
        classes: The escaped names of what it can be asked for.
        needs_pictures: Whether it makes pictures from others: then there is nothing to choose.
        save: Which of the run's saves it is: after how many images, or "best"; None is the newest.
    """

    source: Path
    images_seen: int
    classes: tuple[str, ...]
    needs_pictures: bool
    save: int | str | None = None

    @property
    def name(self) -> str:
        """What the run or the file is called."""
        return self.source.stem if self.source.is_file() else self.source.name


def load(wanted: Wanted) -> tuple[Wanted, Wanted, Sampler | EngineError | None]:
    """Return what was wanted, what there is of it, and its generator or why that cannot be had.

    There is None while nothing is saved.
    """
    source, which = wanted
    try:
        if not source.is_dir():
            return wanted, wanted, open_sampler(source)
        if not saves_of(source):
            return wanted, wanted, None
        file = save_in(source, which)
        return wanted, (source, None if file == source else which), open_sampler(file)
    except EngineError as error:
        return wanted, wanted, error
