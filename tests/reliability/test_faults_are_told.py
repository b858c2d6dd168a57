"""Whatever goes wrong in a run is an event with its evidence, a mark on the curves and a line in the log."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from gan_engine import checkpoint
from gan_engine.commands import Inbox, Resume, SaveNow
from gan_engine.durable import space_error
from gan_engine.events import Event, Finished, Notice, Paused, Saved
from gan_engine.history import History
from gan_engine.metrics import Judge
from gan_engine.training import conductor, train
from gan_engine.training.session import Session
from gan_engine.training.step import Step
from studio.panels import marks
from tests.reliability.helpers import of_kind, tiny
from tests.reliability.test_no_numbers import huge, poisoned, weight
from tests.reliability.test_short_of_memory import short, whole_batch

Fault = Callable[[], AbstractContextManager[Any]]


@contextmanager
def full_once() -> Iterator[None]:
    """A disk that is full at the second save, and has room again."""
    plain, saves = checkpoint.write, [0]

    def write(path: Path, *rest: Any) -> int:
        saves[0] += 1
        if saves[0] == 2:
            raise space_error(OSError(errno.ENOSPC, "No space left on device"), path, 2**20)
        return plain(path, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "write", write)
        yield


FAULTS: dict[str, tuple[Fault, str, str, str]] = {
    "number": (lambda: poisoned(weight, {4}), "diverged", "no longer numbers", "are no longer numbers"),
    "bounds": (lambda: poisoned(huge, {4}), "diverged", "no longer numbers", "left all bounds"),
    "return": (lambda: poisoned(weight, {4}), "rollback", "went back", "went back to 8 images"),
    "rates": (lambda: poisoned(weight, {4}), "changed", "→", "changed optimizer_g.rate"),
    "memory": (lambda: short(Step, "_teach_d", whole_batch), "memory", "smaller parts", "Memory ran out"),
    "space": (full_once, "trouble", "waited for the disk", "The disk is full"),
    "grid": (lambda: short(Session, "grid", lambda *_: True), "notice", "grid is missing", "could not be drawn"),
    "metrics": (lambda: short(Judge, "each", lambda *_: True), "notice", "metrics are off", "Metrics are off"),
}  # fmt: skip
"""What goes wrong, the event it becomes, what its mark says, what the log says."""


def followed(images: Path, folder: Path) -> list[Event]:
    inbox, events = Inbox(), list[Event]()
    more = {"metrics": {"sliced_wasserstein": {"images": 16}}, "measuring": {"share": 0.5}}
    for event in train(tiny(images, **more), inbox, folder=folder):
        events.append(event)
        if isinstance(event, Paused):
            inbox.post(Resume())
    return events


@pytest.mark.parametrize("name", FAULTS)
def test_that_a_fault_is_an_event_a_mark_and_a_line(
    name: str, emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", 10**9)  # after every round
    fault, kind, mark, line = FAULTS[name]
    with fault():
        events = followed(emoji, tmp_path / "run")
    assert isinstance(events[-1], Finished)
    history = History(tmp_path / "run")
    rows = history.events()
    history.close()
    evidence = [payload for _, _, each, payload in rows if each == kind]
    assert evidence
    assert all(json.dumps(payload) != "{}" for payload in evidence)
    marked = [marks.of_event(each, payload, tiny(emoji).draft()) for _, _, each, payload in rows]
    assert any(mark in text for text, _ in filter(None, marked))
    log = (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    assert line in log
    # A return is only said by what is yielded: a window that watches hears of everything, too.
    told = " ".join(str(notice.text) for notice in of_kind(events, Notice))
    assert line in told or name == "rates"


def test_that_a_run_without_faults_tells_of_none(emoji: Path, tmp_path: Path) -> None:
    with nullcontext():
        events = followed(emoji, tmp_path / "run")
    assert not of_kind(events, Notice)
    history = History(tmp_path / "run")
    kinds = {kind for _, _, kind, _ in history.events()}
    history.close()
    assert kinds <= {"started", "images", "saved", "best", "finished"}


def test_that_training_goes_on_while_a_save_is_written(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, goes_on, rounds = checkpoint.write, threading.Event(), list[int]()
    writing = threading.Event()

    def slow(*args: Any) -> int:
        writing.set()
        assert goes_on.wait(60)  # until three rounds later
        return plain(*args)

    def counted(session: Session) -> None:
        if writing.is_set():
            rounds.append(session.images_seen)
            if len(rounds) > 3:
                goes_on.set()
        round_(session)

    round_ = Session.round
    monkeypatch.setattr(Session, "round", counted)
    monkeypatch.setattr(checkpoint, "write", slow)
    inbox = Inbox()
    inbox.post(SaveNow())
    config = tiny(emoji, checkpoint={"every_images": 10**6})
    events = list(train(config, inbox, folder=tmp_path / "run"))
    assert of_kind(events, Saved)[0].images_seen == 0
    assert rounds[3] >= 12
    # What is on disk is the moment that the save was begun at, whatever was learned meanwhile.
    assert checkpoint.read(of_kind(events, Saved)[0].path).counters["updates_g"] == 0
