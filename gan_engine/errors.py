"""Everything the engine can fail with: what happened, and one act that mends it."""

from __future__ import annotations

from pathlib import Path

from gan_engine.problems import Problem
from gan_engine.schema import Message


class EngineError(Exception):
    """A failure the user can understand and act on; `hint` names one act."""

    def __init__(self, text: str, /, *, hint: str = "", **values: object) -> None:
        self.text = Message(text, **values)
        self.hint = Message(hint, **values) if hint else ""
        super().__init__(" ".join(part for part in (self.text, self.hint) if part))


class SettingsError(EngineError):
    """A run's settings do not make a run; `problems` holds every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        errors = [problem for problem in problems if problem.severity == "error"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0] if errors else None
        super().__init__(
            "{path}: {what}{more}",
            path=first.path if first else "settings",
            what=first.text if first else "wrong",
            more=more,
            hint=str(first.hint) if first and first.hint else "Mend the setting, then start again.",
        )


class DataError(EngineError):
    """A folder does not hold images a run can learn from."""


class ImagesChangedError(DataError):
    """A run's pictures are others than those it began with, and somebody has to say what to do.

    Attributes:
        run: The run's folder.
        images: The new total that was asked for, if any.
        prepared: Whether it can go on with the images as they were prepared.
        there: Whether there are pictures that could be prepared anew.
    """

    def __init__(
        self,
        text: str,
        /,
        *,
        hint: str,
        run: Path,
        images: int | None,
        prepared: bool,
        there: bool,
        **values: object,
    ) -> None:
        super().__init__(text, hint=hint, **values)
        self.run, self.images, self.prepared, self.there = run, images, prepared, there


class FileError(EngineError):
    """A file cannot be read as what it claims to be."""


class ForeignFileError(FileError):
    """A file from elsewhere that is never opened, because opening it could run its code."""


class DamagedFileError(FileError):
    """A file's checksum does not match its contents."""


class OlderSaveError(DamagedFileError):
    """A run's newest saves cannot be read, an older one can; nobody has agreed to that yet."""

    def __init__(
        self, folder: Path, images: int | None, seen: int, damaged: tuple[str, ...]
    ) -> None:
        self.folder, self.images, self.seen, self.damaged = folder, images, seen, damaged
        super().__init__(
            "The newest save of “{run}” cannot be read: {names}.",
            hint="It is kept. The one before it is whole, after {seen:,} images.",
            run=folder.name,
            names=", ".join(f"“{name}”" for name in damaged),
            seen=seen,
        )


class MismatchError(EngineError):
    """A checkpoint's tensors do not belong to the architecture its settings build."""


class SpaceError(EngineError):
    """A disk is full, gone, or cannot be written or read."""


class BusyError(EngineError):
    """Another process is writing this run."""


class BrokenOffError(EngineError):
    """A run that was followed has ended without a last word."""


class RankLostError(EngineError):
    """Another process that trained the same run has ended."""


class MemoryFullError(EngineError):
    """The device has too little memory for this run."""


class DivergedError(EngineError):
    """The networks produced numbers that are no longer numbers, again and again."""


class NothingToDoError(EngineError):
    """A run is already as long as it was asked to be."""


class DeviceError(EngineError):
    """The asked-for processor is not there."""
