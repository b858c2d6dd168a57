"""Readings come at most ten times a second, and tell the speed even when one of them comes late."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_engine.commands import Inbox, Pause, Resume, StepOnce
from gan_engine.config import RunConfig
from gan_engine.events import Paused, Scalars, Started
from gan_engine.training import conductor, train
from gan_engine.training.meters import Meters
from gan_engine.training.session import Session

Make = Callable[..., RunConfig]
ROUND_S, BATCH, ROUNDS = 0.03, 4, 60


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let the conductor's clock be moved by rounds alone; return the clock."""
    wall = SimpleNamespace(now=0.0)
    train_round = Session.round

    def round_(session: Session) -> None:
        train_round(session)
        wall.now += ROUND_S

    monkeypatch.setattr(Session, "round", round_)
    monkeypatch.setattr(conductor, "time", SimpleNamespace(monotonic=lambda: wall.now))
    return wall


def readings(config: RunConfig, folder: Path) -> list[Scalars]:
    events = train(config, folder=folder)
    return [e for e in events if isinstance(e, Scalars) and "speed" in e.values]


def config_of(tiny: Make) -> RunConfig:
    return tiny(training={"batch_size": BATCH, "images": ROUNDS * BATCH})


def test_that_readings_come_at_most_ten_times_a_second(
    tiny: Make, tmp_path: Path, timed: SimpleNamespace
) -> None:
    found = readings(config_of(tiny), tmp_path / "run")
    assert [one.images_seen for one in found] == list(
        range(4 * BATCH, ROUNDS * BATCH + 1, 4 * BATCH)
    )
    assert all(b.seconds - a.seconds >= 0.1 for a, b in itertools.pairwise(found))
    assert [one.values["speed"] for one in found] == pytest.approx([BATCH / ROUND_S] * len(found))


def test_that_a_reading_that_comes_late_changes_no_speed(
    tiny: Make, tmp_path: Path, timed: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = Meters.read, list[bool]()

    def every_third(meters: Meters, wait: bool = False) -> dict[str, float]:
        asked.append(wait)
        return read(meters, wait) if len(asked) % 3 == 0 or wait else {}

    monkeypatch.setattr(Meters, "read", every_third)
    found = readings(config_of(tiny), tmp_path / "run")
    assert len(found) == 5
    assert [one.values["speed"] for one in found] == pytest.approx([BATCH / ROUND_S] * len(found))


def test_that_thinking_between_single_steps_is_no_training_and_has_no_speed(
    tiny: Make, tmp_path: Path, timed: SimpleNamespace
) -> None:
    inbox, found = Inbox(), list[Scalars]()
    for event in train(config_of(tiny), inbox, folder=tmp_path / "run"):
        if isinstance(event, Started):
            inbox.post(Pause())
        elif isinstance(event, Paused):
            timed.now += 1000.0
            for command in (StepOnce("d"), StepOnce("g"), Resume()):
                inbox.post(command)
        elif isinstance(event, Scalars) and "rate/g" in event.values:  # not a metric's
            found.append(event)
    single = [one for one in found if "speed" not in one.values]
    assert ["loss/d" in one.values for one in single] == [True, False]
    assert ["loss/g" in one.values for one in single] == [False, True]
    assert found[-1].seconds == pytest.approx((ROUNDS - 1) * ROUND_S)  # D's step counts its images
    assert found[-1].values["speed"] == pytest.approx(BATCH / ROUND_S)
