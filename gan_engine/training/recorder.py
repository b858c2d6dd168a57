"""Keeps what a run says in its history, so that others can follow it while it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any, Literal

from gan_engine import events
from gan_engine.events import Event
from gan_engine.schema import Message
from gan_engine.training.history_writer import HistoryWriter


def recorded(
    said: Generator[Event, None, None], history: HistoryWriter
) -> Generator[Event, None, None]:
    """Yield what a run says, each once it is kept."""
    with contextlib.closing(said):
        for event in said:
            _keep(event, history)
            yield event


def _keep(event: Event, history: HistoryWriter) -> None:
    """Keep what the run does not write down itself: words, waiting, and signs of life."""
    seen = event.images_seen
    match event:
        case events.Preparing(done=done, total=total):
            history.pulse(seen, state="preparing", done=done, total=total)
        case events.Started():
            history.pulse(seen, state="training")
        case events.SampleGrid(path=path) if path is not None:
            history.pulse(seen, grid=path.name, drawn=path.stat().st_mtime if path.exists() else 0)
        case events.Scalars():
            history.pulse(None if event.is_late else seen)
        case events.Notice(level=level, text=text, hint=hint, key=key):
            words = {"text": plain(text), "hint": plain(hint)}
            history.event(seen, "notice", level=level, key=key, **words)
        case events.Paused(reason=reason):
            history.event(seen, "paused", reason=reason)
            history.pulse(seen, state="paused")
        case events.Resumed():
            history.event(seen, "resumed")
            history.pulse(seen, state="training")
        case events.Finished():
            history.pulse(seen, state="finished")


def plain(text: str) -> object:
    """Return a sentence as JSON can hold it; one with gaps stays one, to be said in any language."""
    if isinstance(text, Message) and text.values:
        return [text.template, {name: _value(value) for name, value in text.values.items()}]
    return str(text)


def _value(value: object) -> object:
    if isinstance(value, str):  # perhaps a sentence in a sentence
        return plain(value)
    return value if isinstance(value, int | float) else str(value)


def notice_of(images_seen: int, kept: dict[str, Any]) -> events.Notice:
    """Return the words that a history kept at `images_seen`."""
    text, hint = sentence(kept.get("text", "")), sentence(kept.get("hint", ""))
    level, key = kept.get("level"), str(kept.get("key", ""))
    known: Literal["info", "warning", "error"] = "info"
    if level == "warning" or level == "error":
        known = level
    return events.Notice(images_seen, known, text, hint, key=key)


def sentence(kept: object) -> str:
    """Return the sentence that `plain` made JSON of; what is damaged is shown as it is."""
    if isinstance(kept, list) and len(kept) == 2 and isinstance(kept[1], dict):
        with contextlib.suppress(KeyError, ValueError, IndexError, TypeError, AttributeError):
            values = {name: _said(value) for name, value in kept[1].items()}
            return Message(str(kept[0]), **values)
    return str(kept)


def _said(value: object) -> object:
    return sentence(value) if isinstance(value, list) else value
