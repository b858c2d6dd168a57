"""What is no number never reaches a save; the run goes back with lower rates, three times at most."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.errors import DivergedError
from gan_engine.events import Changed, Event, Finished, Notice, Saved, Scalars
from gan_engine.history import History
from gan_engine.training import conductor, train
from gan_engine.training.conductor import MOST_RETURNS
from gan_engine.training.session import Session
from tests.gan_engine.training.conftest import readings
from tests.reliability.helpers import finite, of_kind, tiny

SEED = 3
Poison = Callable[[Session], object]


class Spoilt:
    """A loss whose value is no number."""

    def __init__(self, loss: object, value: float) -> None:
        self._loss, self._value = loss, value

    def __getattr__(self, name: str) -> object:
        inner = getattr(self._loss, name)
        return (lambda *a: inner(*a) * self._value) if name == "discriminator" else inner


def loss(session: Session) -> None:
    session.step.loss = Spoilt(session.step.loss, float("nan"))  # type: ignore[assignment]


def gradient(session: Session) -> None:
    weight = next(session.networks.g.parameters())
    weight.register_hook(lambda gradient: gradient * float("inf"))


def weight(session: Session) -> None:
    next(session.networks.d.parameters()).data.view(-1)[0] = float("nan")


def average(session: Session) -> None:
    next(session.networks.ema.parameters()).data.view(-1)[0] = float("inf")


def statistics(session: Session) -> None:
    name, buffer = next(n for n in session.networks.g.named_buffers() if "running" in n[0])
    assert name
    buffer[0] = float("nan")


def memory(session: Session) -> None:
    state = session.updates["d"].tensors()
    next(t for name, t in state.items() if name.endswith("exp_avg_sq")).view(-1)[0] = float("nan")


POISONS = (loss, gradient, weight, average, statistics, memory)


@contextmanager
def poisoned(
    poison: Poison, rounds: set[int], after: Callable[[Session], object] = lambda _: None
) -> Iterator[None]:
    """Spoil a session before some of its rounds; a loss and a hook last for that round only."""
    plain, count = Session.round, [0]

    def spoilt(session: Session) -> None:
        count[0] += 1
        good = session.step.loss
        if count[0] in rounds:
            poison(session)
        plain(session)
        session.step.loss = good
        for network in (session.networks.g, session.networks.d):
            for parameter in network.parameters():
                if parameter._backward_hooks:
                    parameter._backward_hooks.clear()
        after(session)

    Session.round = spoilt  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.round = plain  # type: ignore[method-assign]


def followed(images: Path, folder: Path) -> tuple[list[Event], str]:
    """Run; return what was said and why it ended early, every save finite at the moment it is told."""
    events: list[Event] = []
    try:
        for event in train(tiny(images), folder=folder):
            events.append(event)
            if isinstance(event, Saved):
                assert finite(checkpoint.read(event.path))
    except DivergedError as error:
        return events, str(error.text)
    return events, ""


@pytest.mark.parametrize("number", range(20))
def test_that_20_injected_non_numbers_never_reach_the_disk(
    number: int, emoji: Path, tmp_path: Path
) -> None:
    draw, poison = random.Random(SEED + number), POISONS[number % len(POISONS)]
    with poisoned(poison, set(draw.sample(range(1, 9), 1 + number % 3))):
        events, ended = followed(emoji, tmp_path / "run")
    assert not ended
    assert isinstance(events[-1], Finished)
    assert events[-1].images_seen == 32
    returns = [notice for notice in of_kind(events, Notice) if notice.key == "diverged"]
    assert len(returns) <= MOST_RETURNS
    assert all(finite(checkpoint.read(path)) for path in checkpoint.listed(tmp_path / "run"))


@pytest.mark.parametrize("poison", [loss, gradient], ids=lambda p: p.__name__)
def test_that_a_gradient_that_is_no_number_is_never_applied(
    poison: Poison, emoji: Path, tmp_path: Path
) -> None:
    whole: list[bool] = []
    with poisoned(poison, {3, 6}, after=lambda session: whole.append(session.is_finite())):
        followed(emoji, tmp_path / "run")
    assert len(whole) >= 8
    assert all(whole)


@pytest.mark.parametrize("poison", [weight, average, statistics, memory], ids=lambda p: p.__name__)
def test_that_what_keeps_being_no_number_ends_a_run_after_three_returns(
    poison: Poison, emoji: Path, tmp_path: Path
) -> None:
    with poisoned(poison, set(range(4, 10_000))):
        events, ended = followed(emoji, tmp_path / "run")
    returns = [notice for notice in of_kind(events, Notice) if notice.key == "diverged"]
    assert len(returns) == MOST_RETURNS
    assert "4th time" in ended
    assert [path.stem for path in checkpoint.listed(tmp_path / "run")] == ["000000000008"]
    history = History(tmp_path / "run")
    kinds = [kind for _, _, kind, _ in history.events()]
    history.close()
    assert kinds[-1] == "failed"
    assert kinds.count("rollback") == MOST_RETURNS


def test_that_a_return_says_which_rates_it_lowered(emoji: Path, tmp_path: Path) -> None:
    config = tiny(emoji)
    with poisoned(weight, {4}):
        events, _ = followed(emoji, tmp_path / "run")
    changed = [(event.path, event.new) for event in of_kind(events, Changed)]
    rates = {
        "optimizer_g.rate": config.optimizer_g.rate,
        "optimizer_d.rate": config.optimizer_d.rate,
    }
    assert changed == [(path, pytest.approx(rate / 2)) for path, rate in rates.items()]
    assert readings(events)[-1]["rate/g"] == pytest.approx(changed[0][1])


def test_that_curves_have_one_value_a_moment_after_a_return(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", 10**9)  # after every round
    with poisoned(weight, {4}):
        followed(emoji, tmp_path / "run")
    history = History(tmp_path / "run")
    _, series = history.scalars()
    history.close()
    images_P, losses_P = series["loss/g"]
    images = images_P[np.isfinite(losses_P)].tolist()  # metrics are read at moments of their own
    assert images == list(range(4, 36, 4))


def test_that_numbers_stay_exact_where_nothing_is_wrong(emoji: Path, tmp_path: Path) -> None:
    with poisoned(lambda _: None, {2}):
        events, _ = followed(emoji, tmp_path / "run")
    assert not of_kind(events, Notice)
    assert all(
        torch.isfinite(torch.tensor(list(e.values.values()))).all()
        for e in of_kind(events, Scalars)
    )


def huge(session: Session) -> None:
    session.step.loss = Spoilt(session.step.loss, 1e13)  # type: ignore[assignment]


def test_that_a_loss_beyond_all_bounds_sends_a_run_back(
    emoji: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", 10**9)  # before what it does to weights
    with poisoned(huge, {4}):
        events, ended = followed(emoji, tmp_path / "run")
    assert not ended
    (told,) = [notice for notice in of_kind(events, Notice) if notice.key == "diverged"]
    assert "left all bounds" in told.text
