"""A run that somebody else trains, followed from its folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import threading

import numpy as np
import pytest

from gan_engine import durable, history
from gan_engine.commands import Change, Inbox, Leave, Pause, Resume
from gan_engine.errors import BrokenOffError
from gan_engine.events import (
    Changed,
    Finished,
    Heard,
    Notice,
    Paused,
    Resumed,
    SampleGrid,
    Saved,
    Scalars,
    ScoreCounts,
    Started,
    Statistics,
)
from gan_engine.history import History
from gan_engine.training import following, history_writer, resume, statistics, train
from gan_engine.training.following import follow
from tests.gan_engine.training.conftest import of_kind


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr(following, "LOOKS_S", 0.01)


def kinds(events):
    return [type(event).__name__ for event in events if not isinstance(event, Heard)]


class Beside:
    """Somebody who follows a folder in a thread of their own."""

    def __init__(self, folder, **more):
        self.inbox, self.events, self.error = Inbox(), [], None
        self.thread = threading.Thread(target=self.look, args=(folder, more))
        self.thread.start()

    def look(self, folder, more):
        try:
            self.events.extend(follow(folder, self.inbox, **more))
        except BrokenOffError as error:
            self.error = error

    def seen(self):
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.events


def test_that_a_follower_from_before_the_start_hears_what_the_trainer_hears(tiny, tmp_path):
    folder, inbox = tmp_path / "run", Inbox()
    beside = Beside(folder)
    told = []
    for event in train(tiny(training={"images": 64}), inbox, folder):
        told.append(event)
        if isinstance(event, Started):
            inbox.post(Change("optimizer_g.rate", 1e-4))
            inbox.post(Pause())
        elif isinstance(event, Paused):
            inbox.post(Resume())
    heard = beside.seen()
    for kind in (Scalars, Saved, Changed, Paused, Resumed, Finished):
        assert of_kind(heard, kind) == of_kind(told, kind), kind
    begun, first = of_kind(heard, Started), of_kind(told, Started)[0]
    assert len(begun) == 1
    assert begun[0].images_total == 64
    assert begun[0].parameters_g == first.parameters_g
    assert begun[0].device_kind == first.device_kind == "cpu"
    assert np.array_equal(begun[0].reals, first.reals)
    newest, last = of_kind(heard, SampleGrid)[-1], of_kind(told, SampleGrid)[-1]
    assert np.array_equal(newest.pixels, last.pixels)
    assert (newest.seeds, newest.rows, newest.images_seen) == (last.seeds, last.rows, 64)
    spreads = [
        [(e.images_seen, *e.real, *e.fake) for e in of_kind(x, ScoreCounts)] for x in (heard, told)
    ]
    assert spreads[0] == spreads[1]
    assert spreads[0]
    ours, theirs = of_kind(heard, Statistics)[-1], of_kind(told, Statistics)[-1]
    assert ours.images_seen == theirs.images_seen == 64
    assert ours.real_means == theirs.real_means
    assert ours.fake_means == theirs.fake_means
    assert ours.fake_maps.shape[0] == theirs.fake_maps.shape[0]
    assert isinstance(heard[-1], Finished)


def test_that_a_follower_from_the_middle_gets_the_rest_and_the_settings_of_today(tiny, tmp_path):
    folder, inbox, after, knew = tmp_path / "run", Inbox(), None, 0
    beside, told = None, []
    for event in train(tiny(training={"images": 200}), inbox, folder):
        told.append(event)
        if isinstance(event, Started):
            inbox.post(Change("optimizer_g.rate", 1e-4))
        elif isinstance(event, Scalars) and after is None and event.images_seen > 20:
            past = History(folder)
            after = (past.readings_after(0)[-1][0], past.events_after(0)[-1][0])
            past.close()
            knew = len(of_kind(told, Scalars))
            beside = Beside(folder, after=after)
    heard = beside.seen()
    assert of_kind(heard, Scalars) == of_kind(told, Scalars)[knew:]
    assert not of_kind(heard, Changed)
    started = of_kind(heard, Started)[0]
    assert started.draft["optimizer_g"]["rate"] == 1e-4
    assert started.images_seen > 20


def test_that_numbers_of_regions_are_kept_as_they_were_told(tmp_path):
    maps = np.linspace(-3, 3, 2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    told = Statistics(8, (0.25, -0.5), (0.0, 1.0), real_maps=maps, fake_maps=-maps)
    with durable.lock(tmp_path):
        statistics.keep(told, tmp_path)
    found = statistics.statistics_in(tmp_path)
    assert (found.images_seen, found.real_means) == (8, (0.25, -0.5))
    assert np.allclose(found.real_maps, maps, atol=1e-4)
    assert np.allclose(found.fake_maps, -maps, atol=1e-4)


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"images_seen": "x"}', "nonsense"])
def test_that_numbers_that_cannot_be_read_are_none(text, tmp_path):
    (tmp_path / statistics.NAME).write_text(text)
    assert statistics.statistics_in(tmp_path) is None


def test_that_a_run_that_is_over_is_followed_to_its_end_at_once(tiny, tmp_path):
    told = list(train(tiny(), folder=tmp_path / "run"))
    heard = list(follow(tmp_path / "run"))
    assert of_kind(heard, Scalars) == of_kind(told, Scalars)
    assert heard[-1] == told[-1]
    assert kinds(heard)[0] == "Started"


def test_that_a_run_that_broke_off_is_waited_for_and_then_given_up(tiny, tmp_path):
    folder = tmp_path / "run"
    with contextlib.closing(train(tiny(checkpoint={"every_images": 8}), folder=folder)) as events:
        next(event for event in events if isinstance(event, Saved))
    with pytest.raises(BrokenOffError) as caught:
        list(follow(folder, patience=0.05))
    assert "Continue" in caught.value.hint
    beside = Beside(folder, patience=60)
    told = list(resume(folder))
    heard = beside.seen()
    assert [event.resumed for event in of_kind(heard, Started)] == [False, True]
    assert heard[-1] == told[-1]


def test_that_who_follows_can_leave_and_the_run_goes_on(tiny, tmp_path):
    folder, inbox = tmp_path / "run", Inbox()
    inbox.post(Leave())
    events = train(tiny(), folder=folder)
    for event in events:
        if isinstance(event, Started):
            assert kinds(follow(folder, inbox))[0] == "Started"
    assert isinstance(event, Finished)


def test_that_what_a_run_says_is_kept_word_for_word_with_its_gaps(tiny, tmp_path):
    inbox = Inbox()
    inbox.post(Change("optimizer_g.rate", -1.0))
    told = of_kind(train(tiny(), inbox, tmp_path / "run"), Notice)
    heard = of_kind(follow(tmp_path / "run"), Notice)
    assert told
    assert heard == told
    templates = [getattr(notice.text, "template", None) for notice in heard]
    assert templates == [getattr(notice.text, "template", None) for notice in told]


def test_that_a_copy_that_is_not_whole_is_read_as_far_as_it_goes(tiny, tmp_path):
    folder, copy = tmp_path / "run", tmp_path / "copy"
    told = of_kind(train(tiny(training={"images": 400}), folder=folder), Scalars)
    shutil.copytree(folder, copy)
    file = copy / history.NAME
    whole = file.read_bytes()
    for share in (0.0, 0.1, 0.4, 0.7, 0.9):
        file.write_bytes(whole[: int(len(whole) * share)])
        some = of_kind(looked(copy), Scalars)
        assert some == told[: len(some)]
    file.write_bytes(whole)
    assert of_kind(follow(copy), Scalars) == told


def looked(folder):
    """Return what one look into a folder tells."""
    inbox = Inbox()
    inbox.post(Leave())
    return list(follow(folder, inbox))


def test_that_rows_behind_a_hole_wait_until_it_is_filled(tiny, tmp_path):
    folder = tmp_path / "run"
    told = of_kind(train(tiny(training={"images": 400}), folder=folder), Scalars)
    file = sqlite3.connect(folder / history.NAME)
    hole = file.execute("select * from scalars where row = 3").fetchone()
    file.execute("delete from scalars where row = 3")
    file.commit()
    follower = following._Follower(folder, (0, 0))
    assert of_kind(follower.news(), Scalars) == told[:2]
    file.execute("insert into scalars values (?, ?, ?, ?, ?)", hole)
    file.commit()
    file.close()
    assert of_kind(follower.news(), Scalars) == told[2:]


def test_that_another_computer_reads_what_was_written_without_the_log_beside(
    tiny, tmp_path, monkeypatch
):
    folder = tmp_path / "run"
    monkeypatch.setattr(history_writer, "INTO_ONE_FILE_S", 0.0)
    monkeypatch.setattr(history_writer, "PULSE_S", 0.0)
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    events = train(tiny(training={"images": 4000}), folder=folder)
    told = []
    with contextlib.closing(events):
        for event in events:
            told.append(event)
            if len(of_kind(told, Scalars)) == 4:
                heard = looked(folder)
                break
    assert len(of_kind(heard, Scalars)) >= 3
    assert of_kind(heard, SampleGrid)


@pytest.mark.skipif(os.name == "nt", reason="folders are not read-only there")
def test_that_a_read_only_place_can_be_followed(tiny, tmp_path):
    folder = tmp_path / "run"
    told = list(train(tiny(), folder=folder))
    every = [folder, *folder.rglob("*")]
    for path in every:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        heard = list(follow(folder))
    finally:
        for path in every:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert of_kind(heard, Scalars) == of_kind(told, Scalars)


def test_that_a_run_that_waits_still_gives_signs_of_life(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(history_writer, "PULSE_S", 0.0)
    folder, inbox = tmp_path / "run", Inbox()
    inbox.post(Pause())
    writer = threading.Thread(target=lambda: list(train(tiny(), inbox, folder)))
    writer.start()
    ages, leaving = [], Inbox()
    for event in follow(folder, leaving):
        if isinstance(event, Heard) and event.seconds == 0.0:
            ages.append(event.seconds)
        if len(ages) == 3:
            leaving.post(Leave())
    inbox.post(Resume())
    writer.join(60)
    assert len(ages) >= 3
