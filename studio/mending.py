"""What a person can do at once about a failure: an action of the table, or a setting to change."""

from __future__ import annotations

from gan_engine import (
    BusyError,
    DataError,
    DeviceError,
    DivergedError,
    FileError,
    MemoryFullError,
    MismatchError,
    NothingToDoError,
    SettingsError,
    SpaceError,
)
from studio.i18n import mark, tr

SETTING = "setting:"
"""What stands before the path of a setting, where an act is to show it."""

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


def acts_for(error: BaseException) -> list[tuple[str, str]]:
    """Return what can be done, each a label and the key of an action or `setting:PATH`."""
    if isinstance(error, SettingsError) and error.problems:
        return [(tr("Show the setting"), f"{SETTING}{error.problems[0].path}")]
    for kind in type(error).__mro__:
        if kind in _ACTS:
            return [(tr(label), name) for label, name in _ACTS[kind]]
    return [(tr(label), name) for label, name in _ANYTHING]


def acts_for_notice(key: str) -> list[tuple[str, str]]:
    """Return what can be done about what a run says; nothing where nothing needs to be done."""
    return [(tr(label), name) for label, name in _TOLD.get(key, ())]
