"""What a person can do at once about a failure: an action of the table, a setting or run to see."""

from __future__ import annotations

from pathlib import Path

from gan_engine import (
    BusyError,
    DataError,
    DeviceError,
    DivergedError,
    EngineError,
    FileError,
    MemoryFullError,
    MismatchError,
    NothingToDoError,
    SettingsError,
    SpaceError,
    escape,
)
from studio.i18n import mark, tr

SETTING, OPEN, REVEAL = "setting:", "open:", "reveal:"
"""What stands before the path of a setting, or of a run or folder, that an act is to show."""


class RefusedError(EngineError):
    """Something the window itself did not do; it knows what can be done at once about that.

    Attributes:
        acts: Labels, each with the key of an action, or `setting:`, `open:` or `reveal:` and a path.
    """

    def __init__(
        self, text: str, /, *, hint: str, acts: tuple[tuple[str, str], ...], **values: object
    ) -> None:
        super().__init__(text, hint=hint, **values)
        self.acts = acts


def watch(run: Path) -> tuple[str, str]:
    """Return the act that looks at a run which another program trains."""
    return mark("Watch it"), f"{OPEN}{escape(str(run))}"


def show(folder: Path) -> tuple[str, str]:
    """Return the act that opens a folder in the system's file manager."""
    return mark("Show in folder"), f"{REVEAL}{escape(str(folder))}"


_ACTS: dict[type[BaseException], tuple[tuple[str, str], ...]] = {
    DataError: (
        (mark("Choose other images"), "open_folder"),
        (mark("Use the built-in images"), "open_builtin"),
    ),
    FileError: ((mark("Open another"), "open_weights"), (mark("Open a run"), "open_run")),
    MismatchError: (
        (mark("Open another"), "open_weights"),
        (mark("Change the architecture"), f"{SETTING}architecture"),
    ),
    SpaceError: (
        (mark("Show run folder"), "reveal_run"),
        (mark("Preferences…"), "show_preferences"),
    ),
    BusyError: ((mark("Open another run"), "open_run"),),
    MemoryFullError: (
        (mark("Change the batch size"), f"{SETTING}training.batch_size"),
        (mark("Change the image size"), f"{SETTING}data.size"),
    ),
    DivergedError: (
        (mark("Change the learning rate"), f"{SETTING}optimizer_d.rate"),
        (mark("Change R1"), f"{SETTING}penalties.r1"),
    ),
    NothingToDoError: ((mark("Train more"), "train_more"),),
    DeviceError: ((mark("Choose the device"), f"{SETTING}training.device"),),
}
_TOLD: dict[str, tuple[tuple[str, str], ...]] = {
    "space": ((mark("Try again"), "pause"), (mark("Show run folder"), "reveal_run")),
    "diverged": _ACTS[DivergedError],
    "busy": ((mark("Stop"), "stop"),),
}
"""By the key of a notice: what a run that goes on, or waits, wants a person to act on."""
_ANYTHING = ((mark("Show log"), "show_log"), (mark("Save a report…"), "save_report"))


def acts_for(error: BaseException, run: Path | None = None) -> list[tuple[str, str]]:
    """Return what can be done, each a label and the key of an action or of what is to be shown.

    Args:
        error: What went wrong.
        run: The run it went wrong with, if any.
    """
    if isinstance(error, RefusedError):
        return [(tr(label), name) for label, name in error.acts]
    if isinstance(error, BusyError) and run is not None:
        label, name = watch(run)
        return [(tr(label), name)]
    if isinstance(error, SettingsError) and error.problems:
        return [(tr("Show the setting"), f"{SETTING}{error.problems[0].path}")]
    for kind in type(error).__mro__:
        if kind in _ACTS:
            return [(tr(label), name) for label, name in _ACTS[kind]]
    return [(tr(label), name) for label, name in _ANYTHING]


def acts_for_notice(key: str) -> list[tuple[str, str]]:
    """Return what can be done about what a run says; nothing where nothing needs to be done."""
    return [(tr(label), name) for label, name in _TOLD.get(key, ())]
