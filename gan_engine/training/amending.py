"""Changes to the settings of a run that is going: a live value, or half the rates."""

from __future__ import annotations

from typing import Any

from gan_engine import paths
from gan_engine.config import RunConfig, check, live_paths
from gan_engine.drafts import get, put
from gan_engine.errors import EngineError, SettingsError
from gan_engine.problems import did_you_mean
from gan_engine.schema import Message, Ramp


def with_value(config: RunConfig, path: str, value: Any) -> tuple[RunConfig, Any]:
    """Return the settings with a new value at `path`, and the old value.

    Raises:
        SettingsError: The value is not valid.
        EngineError: Nothing at `path` may change while a run trains.
    """
    draft, live = config.draft(), live_paths(config)
    if path not in live:
        later = Message("It applies to the next run.")
        raise EngineError(
            "“{name}” cannot change while training.",
            hint=did_you_mean(path, sorted(live)) if get(draft, path) is None else later,
            name=path,
        )
    # The pictures may be gone by now: a run goes on from the prepared array.
    changed, problems = check(put(put(draft, path, value), "data.folder", paths.BUILTIN))
    if changed is None:
        raise SettingsError(problems)
    return changed.model_copy(update={"data": config.data}), get(draft, path)


def with_half_rates(config: RunConfig) -> RunConfig:
    """Return the settings with both learning rates halved."""
    for name in ("optimizer_g", "optimizer_d"):
        optimizer = getattr(config, name)
        rate = optimizer.rate
        half = (
            Ramp(**{**rate.model_dump(), "start": rate.start / 2, "end": rate.end / 2})
            if isinstance(rate, Ramp)
            else rate / 2
        )
        config = config.model_copy(update={name: optimizer.model_copy(update={"rate": half})})
    return config
