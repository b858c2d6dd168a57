"""Metrics run beside the training, keep the best checkpoint, and never stop a run."""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.commands import Evaluate, Inbox, Stop
from gan_engine.config import RunConfig, parse
from gan_engine.errors import EngineError
from gan_engine.events import Finished, Notice, Scalars
from gan_engine.history import History
from gan_engine.metrics import SlicedWasserstein
from gan_engine.training import measuring, resume, train
from gan_engine.training.measuring import Measuring
from gan_engine.training.saver import Saver
from gan_engine.training.saves import BEST, best_of, saves_of
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
CHEAP = {"metrics": {"sliced_wasserstein": {"images": 16}}, "measuring": {"share": 0.5}}


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast the machine: metrics never have had their share, and a save is soon on disk."""
    clock, start = itertools.count(), Saver.start

    def start_and_wait(self: Saver, snapshot: Checkpoint, keep: int, powers: bool) -> None:
        start(self, snapshot, keep, powers)
        self.wait()

    monkeypatch.setattr(measuring, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(Saver, "start", start_and_wait)


@pytest.mark.usefixtures("unhurried")
def test_that_metrics_reach_the_history_and_the_best_save_is_kept(
    tiny: Make, tmp_path: Path
) -> None:
    config = tiny(**CHEAP, training={"images": 400}, checkpoint={"every_images": 100, "keep": 1})
    events = list(train(config, folder=tmp_path / "run"))
    measured = [e for e in of_kind(events, Scalars) if "metric/sliced_wasserstein" in e.values]
    assert measured
    history = History(tmp_path / "run")
    assert "metric/sliced_wasserstein" in history.scalars()[1]
    best = [images for images, _, kind, _ in history.events() if kind == "best"]
    history.close()
    assert best
    assert checkpoint.read(tmp_path / "run" / "checkpoints" / BEST).images_seen == best[-1]
    assert best_of(tmp_path / "run") == best[-1]
    assert best[-1] in dict(saves_of(tmp_path / "run"))


def test_that_a_damaged_best_save_is_none(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    assert best_of(tmp_path) is None
    (tmp_path / "checkpoints" / BEST).write_bytes(b"nonsense")
    assert best_of(tmp_path) is None
    assert saves_of(tmp_path) == []


@pytest.mark.usefixtures("unhurried")
def test_that_the_best_save_stays_the_best_over_a_resume(tiny: Make, tmp_path: Path) -> None:
    run = tmp_path / "run"
    saves = {"every_images": 100, "keep": 1}
    list(train(tiny(**CHEAP, training={"images": 400}, checkpoint=saves), folder=run))
    best = run / "checkpoints" / BEST
    before, told = checkpoint.read(best).images_seen, told_best(run)
    with contextlib.closing(sqlite3.connect(run / "history.sqlite", isolation_level=None)) as file:
        good = json.dumps({"metric/sliced_wasserstein": 1e-9})  # no other comes near it
        file.execute("update events set payload = ? where kind = 'best'", (good,))
    list(resume(run, images=700))
    assert checkpoint.read(best).images_seen == before
    assert told_best(run) == told


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_that_metrics_take_their_share_of_the_time_and_no_more(
    share: float, tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run whose rounds take a second, and whose metrics take three."""
    clock, spent = SimpleNamespace(now=0.0), 0.0
    monkeypatch.setattr(measuring, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def each(self: object, samples: object) -> Iterator[dict[str, float]]:
        for name in ("one", "two"):
            clock.now += 3.0
            yield {name: 1.0}

    monkeypatch.setattr(measuring.Judge, "each", each)
    session = session_of(tiny, metrics=CHEAP["metrics"], measuring={"share": share})
    found, turns = Measuring(session, tmp_path), 0
    for _ in range(1000):
        clock.now += 1.0
        before = clock.now
        turns += bool(found.turn())
        spent += clock.now - before
    assert turns > 3
    assert spent == pytest.approx(share * clock.now, abs=3.0)


def test_that_metrics_are_measured_when_asked_for_whatever_their_share(
    tiny: Make, tmp_path: Path
) -> None:
    rare = {"metrics": CHEAP["metrics"], "measuring": {"share": 0.0001}}
    inbox, measured, asked = Inbox(), [], 0
    for event in train(tiny(**rare, training={"images": 4000}), inbox, tmp_path / "run"):
        if isinstance(event, Scalars):
            if "metric/sliced_wasserstein" in event.values:
                measured.append(event.images_seen)
                inbox.post(Stop())
            elif not asked and event.images_seen > 0:
                asked = event.images_seen
                inbox.post(Evaluate())
    assert measured[-1] >= asked > 0


def test_that_who_asks_for_metrics_where_there_are_none_is_told(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Evaluate())
    config = parse({**tiny().draft(), "metrics": {}})
    events = list(train(config, inbox, tmp_path / "run"))
    assert "evaluate" in [notice.key for notice in of_kind(events, Notice)]


def told_best(run: Path) -> list[int]:
    history = History(run)
    found = [images for images, _, kind, _ in history.events() if kind == "best"]
    history.close()
    return found


def test_that_measuring_changes_nothing_of_the_training(tiny: Make, tmp_path: Path) -> None:
    import torch

    list(train(tiny(**CHEAP, training={"images": 200}), folder=tmp_path / "with"))
    list(train(tiny(metrics={}, training={"images": 200}), folder=tmp_path / "without"))
    one, two = (checkpoint.newest(tmp_path / name)[1].tensors for name in ("with", "without"))
    assert all(torch.equal(tensor, two[name]) for name, tensor in one.items())


def test_that_a_metric_that_fails_is_told_once_and_stops_nothing(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> dict[str, float]:
        raise EngineError("This metric is broken.")

    monkeypatch.setattr(SlicedWasserstein, "compare", fail)
    events = list(train(tiny(**CHEAP, training={"images": 400}), folder=tmp_path / "run"))
    assert of_kind(events, Finished)[0].reason == "done"
    notices = [notice for notice in of_kind(events, Notice) if notice.key == "metrics"]
    assert len(notices) == 1
    assert "broken" in notices[0].text
