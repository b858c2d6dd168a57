"""What a run will take, as lines for the command line: an estimate, then a few real updates."""

from __future__ import annotations

from collections.abc import Iterator

from gan_engine.config import RunConfig
from gan_engine.costs import cost_of
from gan_engine.errors import MemoryFullError
from gan_engine.summary import summarize
from gan_engine.training.trial import try_out
from gan_engine.words import size_of


def checked(config: RunConfig, name: str) -> Iterator[str]:
    """Yield what is to say of settings that mean a run."""
    networks = summarize(config)
    yield f"{name} is a run: {config.architecture.kind} at {config.data.shape}."
    yield f"G has {networks.parameters_g:,} parameters, D {networks.parameters_d:,}."


def priced(config: RunConfig) -> Iterator[str]:
    """Yield what the run takes; the speed is measured, which takes seconds to a minute.

    Raises:
        DeviceError: The device it asks for is not there.
    """
    cost, training = cost_of(config), config.training
    yield (
        f"G {_flop(cost.macs_g)} and D {_flop(cost.macs_d)} for one image's way through; training"
        " takes several times as many."
    )
    yield (
        f"Memory, estimated: {size_of(cost.memory)} of {size_of(cost.memory_total)} on"
        f" {cost.device}; a checkpoint takes {size_of(cost.checkpoint)}."
    )
    if not cost.has_room(keep := config.checkpoint.keep):
        needed, free = size_of((keep + 1) * cost.checkpoint), size_of(cost.disk_free or 0)
        yield f"Disk: its saves need {needed}; {free} are free where runs are kept."
    if not cost.fits:
        yield "This will probably not fit."
    for relief in cost.reliefs:
        value = str(relief.value).lower()
        yield f"  {relief.path} = {value}: {size_of(relief.memory)}"
    try:
        found = try_out(config)
    except MemoryFullError as error:
        yield f"Speed, not measured: {error}"
        return
    assert found is not None  # nobody cancels it
    if found.memory is not None:
        yield f"Memory, measured: {size_of(found.memory)}."
    order = "channels last" if found.formats.channels_last else "contiguous"
    if found.formats.threads:
        order += f", {found.formats.threads} threads" if found.formats.threads > 1 else ", 1 thread"
    yield (
        f"Speed, measured: {found.images_per_second:,.1f} images/s in {found.formats.precision},"
        f" {order}: {_time(found.seconds_total)} for {training.images:,} images."
    )


def _flop(multiply_adds: float) -> str:
    done = 2 * multiply_adds
    scale, letter = next((pair for pair in ((1e9, "G"), (1e6, "M")) if done >= pair[0]), (1e3, "k"))
    return f"{done / scale:,.1f} {letter}FLOP"


def _time(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"
