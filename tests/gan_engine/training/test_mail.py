"""Commands that reach a run as files: in order, each once, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gan_engine import checkpoint, configfile, durable, history
from gan_engine.commands import (
    Change,
    Inbox,
    Pause,
    Refused,
    Resume,
    SampleNow,
    SaveNow,
    Stop,
)
from gan_engine.errors import EngineError, NothingToDoError
from gan_engine.events import Changed, Finished, Notice, Paused, SampleGrid, Saved, Scalars, Started
from gan_engine.training import answer, mail, resume, tell, train
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.mail import Letters
from tests.gan_engine.training.conftest import of_kind

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr(mail, "LOOKS_S", 0.0)


@pytest.fixture
def folder(tmp_path):
    """A folder that this process trains in."""
    with durable.lock(tmp_path / "run"):
        yield tmp_path / "run"


@pytest.fixture
def notes(folder):
    writer = HistoryWriter(folder, 0)
    yield writer
    writer.close()


def letters(folder, notes, since=None, by_itself=False):
    return Letters(Inbox(), folder, notes, since, by_itself)


def noted(folder):
    with contextlib.closing(sqlite3.connect(folder / history.NAME)) as file:
        return file.execute("select name, payload, refused from commands order by row").fetchall()


def test_that_a_thousand_commands_arrive_in_order_and_each_once(folder, notes):
    inbox, taken = letters(folder, notes), []
    for number in range(1000):
        tell(folder, Change("optimizer_g.rate", number))
        if number % 90 == 0:
            taken += inbox.take()
    while found := inbox.take():
        taken += found
    assert [command.value for command in taken] == list(range(1000))
    assert len({name for name, *_ in noted(folder)}) == 1000
    assert not list((folder / "inbox").iterdir())


def test_that_a_command_that_was_noted_but_not_put_away_is_not_done_twice(
    folder, notes, monkeypatch
):
    inbox = letters(folder, notes)
    name = tell(folder, SampleNow())
    with monkeypatch.context() as killed:
        killed.setattr(Letters, "_put_away", lambda *_: None)
        assert inbox.take() == [SampleNow()]
    assert (folder / "inbox" / name).exists()
    assert letters(folder, notes, since=1, by_itself=True).take() == []
    assert not (folder / "inbox" / name).exists()


def test_that_changes_behind_the_checkpoint_are_made_again_and_acts_are_not(folder, notes):
    inbox = letters(folder, notes)
    for command in (Change("a", 1), SaveNow(), Change("b", 2), SampleNow(), Pause()):
        tell(folder, command)
    assert inbox.take() == [Change("a", 1), SaveNow()]
    saved = inbox.taken
    assert inbox.take() == [Change("b", 2), SampleNow(), Pause()]
    assert letters(folder, notes, since=saved).take() == [Change("b", 2)]
    again = letters(folder, notes, since=saved, by_itself=True)
    assert again.take() == [Change("b", 2), Pause()]
    assert again.taken == inbox.taken
    assert letters(folder, notes, since=inbox.taken).take() == []


def test_that_what_was_meant_for_an_earlier_process_is_refused_when_a_person_goes_on(folder, notes):
    letters(folder, notes)
    stale = tell(folder, Stop())
    tell(folder, Change("a", 1))
    found = letters(folder, notes, since=0).take()
    assert found[1] == Change("a", 1)
    assert isinstance(found[0], Refused)
    assert found[0].name == stale
    assert answer(folder, stale)[1]
    tell(folder, Stop())
    assert letters(folder, notes, since=0, by_itself=True).take()[-1] == Stop()


NAME = "00000000000000000001-000001-0123abcd.json"
HOSTILE = {
    "other.json": b'{"command": "stop"}',
    "../escape.json": None,
    NAME: b"not json",
    NAME.replace("1-0", "2-0", 1): b'{"command": "rm"}',
    NAME.replace("1-0", "3-0", 1): b'{"command": ["stop"]}',
    NAME.replace("1-0", "4-0", 1): b'{"command": "stop", "path": "x"}',
    NAME.replace("1-0", "5-0", 1): b'{"command": "set", "path": 3, "value": 1}',
    NAME.replace("1-0", "6-0", 1): b'{"command": "set", "path": "a"}',
    NAME.replace("1-0", "7-0", 1): b'{"command": "set", "path": "a", "value": NaN}',
    NAME.replace("1-0", "8-0", 1): b"[" * 60_000,
    NAME.replace("1-0", "9-0", 1): b'{"command": "stop", "format": 2}',
    NAME.replace("01-0", "10-0", 1): b" " * 2**17,
    NAME.replace("01-0", "11-0", 1): b'["stop"]',
    NAME.replace("01-0", "12-0", 1): b'{"command": "step", "network": "x"}',
    NAME.replace("01-0", "13-0", 1): b"\xff\xfe",
}


@pytest.mark.parametrize("name", [name for name, data in HOSTILE.items() if data is not None])
def test_that_a_hostile_file_is_refused_by_name_and_kept_aside(folder, notes, name):
    inbox = letters(folder, notes)
    (folder / "inbox" / name).write_bytes(HOSTILE[name])
    found = inbox.take()
    assert [type(command) for command in found] == [Refused]
    assert found[0].name == name
    assert found[0].why
    assert (folder / "inbox" / "refused" / name).exists()
    assert inbox.take() == []


@pytest.mark.skipif(os.name == "nt", reason="no pipes or links of that kind there")
@pytest.mark.parametrize("make", ["fifo", "link", "folder"])
def test_that_what_is_no_file_never_keeps_the_run_waiting(folder, notes, tmp_path, make):
    inbox, path = letters(folder, notes), folder / "inbox" / NAME
    secret = tmp_path / "secret"
    secret.write_text('{"command": "stop"}', encoding="utf-8")
    {"fifo": os.mkfifo, "link": lambda p: p.symlink_to(secret), "folder": Path.mkdir}[make](path)
    assert [type(command) for command in inbox.take()] == [Refused]
    assert inbox.take() == []
    assert secret.exists()


def test_that_commands_are_obeyed_on_a_full_disk_and_noted_later(folder, notes, monkeypatch):
    inbox = letters(folder, notes)
    name = tell(folder, Stop())
    with monkeypatch.context() as full:
        full.setattr(HistoryWriter, "acknowledge", lambda *_: -1)
        assert inbox.take() == [Stop()]
        assert inbox.take() == []
        assert (folder / "inbox" / name).exists()
    assert inbox.take() == []
    assert answer(folder, name) == (0, "")
    assert not (folder / "inbox" / name).exists()


def test_that_a_whole_run_is_steered_by_files(tiny, tmp_path):
    folder, told = tmp_path / "run", []
    names = []
    for event in train(tiny(training={"images": 10**7}), folder=folder):
        told.append(event)
        if isinstance(event, Started):
            orders = [Change("optimizer_g.rate", 1e-4), SampleNow(), Pause()]
            names = [tell(folder, order) for order in orders]
        elif isinstance(event, Paused):
            for path, value, why in (
                ("optimizer_g.rate", "fast", "Must be a number"),
                ("optimizer_g.raet", 1e-4, "Did you mean “optimizer_g.rate”"),
                ("data.size", 32, "applies to the next run"),
            ):
                with pytest.raises(EngineError, match=why):
                    tell(folder, Change(path, value))
            tell(folder, Resume())
            tell(folder, SaveNow())
            tell(folder, Stop())
    assert isinstance(told[-1], Finished)
    assert told[-1].reason == "stopped"
    assert of_kind(told, Changed)[0].new == 1e-4
    assert not of_kind(told, Notice)
    assert len(of_kind(told, SampleGrid)) >= 3
    assert all(answer(folder, name) is not None for name in names)
    _, saved, _ = checkpoint.newest(folder)
    assert saved.counters["commands"] == 6
    with pytest.raises(NothingToDoError):
        tell(folder, Stop())


def test_that_a_run_may_be_deaf_to_files(tiny, tmp_path):
    folder = tmp_path / "run"
    for event in train(tiny(training={"inbox": False}), folder=folder):
        if isinstance(event, Scalars):
            assert not (folder / "inbox").exists()
            with pytest.raises(EngineError, match="no commands"):
                tell(folder, Stop())
    assert event.reason == "done"


def test_that_no_command_is_lost_or_doubled_by_a_kill(tiny, tmp_path):
    folder, settings = tmp_path / "run", tmp_path / "run.toml"
    draft = tiny(training={"images": 10**8}, checkpoint={"every_images": 400}).draft()
    configfile.write_draft(settings, draft)
    words = [sys.executable, "-m", "gan_engine.cli", "train", str(settings), "--out", str(folder)]
    child = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    rates = [1e-4 + number * 1e-7 for number in range(300)]
    sent = []
    try:
        while not checkpoint.listed(folder):
            assert child.poll() is None
        for rate in rates:
            sent.append(tell(folder, Change("optimizer_g.rate", rate)))
            if len(sent) == 180:
                while answer(folder, sent[90]) is None:
                    assert child.poll() is None
                child.send_signal(signal.SIGKILL)
                child.wait()
                break
        assert len(noted(folder)) < 300
        inbox, changes = Inbox(), []
        events = resume(folder, inbox)
        for event in events:
            if isinstance(event, Started):
                sent += [tell(folder, Change("optimizer_g.rate", rate)) for rate in rates[180:]]
            changes += of_kind([event], Changed)
            if isinstance(event, Saved | Scalars) and answer(folder, sent[-1]) is not None:
                inbox.post(Stop())
    finally:
        child.kill()
        child.wait()
    assert Counter(name for name, *_ in noted(folder)) == Counter(sent)
    values = [json.loads(payload)["value"] for _, payload, _ in noted(folder)]
    assert values == rates
    made = [change.new for change in changes]
    assert made == rates[rates.index(made[0]) :]
    assert checkpoint.newest(folder)[1].draft["optimizer_g"]["rate"] == rates[-1]
