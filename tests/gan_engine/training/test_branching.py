"""A branch of a run goes on exactly from a save, with the past it comes from."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine import checkpoint, durable
from gan_engine.commands import Change, Inbox, Stop
from gan_engine.config import RunConfig
from gan_engine.drafts import get
from gan_engine.errors import FileError, SettingsError
from gan_engine.events import Changed, Saved, Scalars
from gan_engine.history import History, copy_history
from gan_engine.training import (
    Shelf,
    branch,
    conductor,
    read_run,
    resume,
    saves_of,
    train,
)
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.saver import Kept, Saver
from gan_engine.training.saves import BEST
from tests.gan_engine.training.conftest import of_kind

Make = Callable[..., RunConfig]
KEPT = {"checkpoint": {"every_images": 8, "keep": 10}}


@pytest.fixture
def parent(tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run with a save every eight images, and a reading after every round."""
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", 10**9)
    folder = tmp_path / "001-parent"
    list(train(tiny(**KEPT), folder=folder))
    return folder


def test_that_a_branch_goes_on_as_the_run_itself_would_have(parent: Path, tmp_path: Path) -> None:
    made = branch(parent, 20, into=_made(tmp_path))
    assert [seen for seen, _ in saves_of(made)] == [16]
    list(resume(made))
    ours, theirs = (checkpoint.newest(folder)[1] for folder in (made, parent))
    assert ours.images_seen == theirs.images_seen == 32
    assert all(torch.equal(t, theirs.tensors[name]) for name, t in ours.tensors.items())


def test_that_a_list_of_runs_knows_what_a_branch_began_from(parent: Path, tmp_path: Path) -> None:
    made = branch(parent, 20, into=tmp_path / "002-branch")
    again = branch(made, 16, into=tmp_path / "003-branch")
    assert read_run(parent).branched is None
    assert read_run(made).branched == ("001-parent", 16)
    assert read_run(again).branched == ("002-branch", 16)
    for _ in range(2):  # the second remembers what the first has read
        runs = [run for batch in Shelf(tmp_path, tmp_path / "index").read() for run in batch]
        assert {run.branched for run in runs} == {None, ("001-parent", 16), ("002-branch", 16)}


def test_that_a_branch_knows_its_past_and_where_it_comes_from(parent: Path, tmp_path: Path) -> None:
    made = branch(parent, 16, {"optimizer_g.rate": 0.0005}, into=_made(tmp_path))
    past, whole = History(made), History(parent)
    images, losses = past.scalars()[1]["loss/d"]
    before = whole.scalars()[1]["loss/d"]
    assert images.tolist() == [x for x in before[0] if x <= 16]
    np.testing.assert_array_equal(losses, before[1][: len(losses)])
    kind, payload = past.events()[-1][2:]
    assert kind == "branched"
    assert (payload["parent"], payload["images"]) == ("001-parent", 16)
    assert [seen for seen, _ in past.grids()] == [s for s, _ in whole.grids() if s <= 16]
    past.close(), whole.close()
    assert get(read_run(made).draft, "optimizer_g.rate") == 0.0005
    changes = of_kind(resume(made), Changed)
    assert changes == []
    assert get(checkpoint.newest(made)[1].draft, "optimizer_g.rate") == 0.0005


def test_that_the_run_it_comes_from_is_as_it_was(parent: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in parent.rglob("*.safetensors")}
    settings = (parent / "run.toml").read_bytes()
    made = branch(parent, 16, {"optimizer_g.rate": 0.0005}, into=_made(tmp_path))
    list(resume(made))
    assert {path: path.read_bytes() for path in parent.rglob("*.safetensors")} == before
    assert (parent / "run.toml").read_bytes() == settings


def test_that_the_save_before_a_change_is_kept_whatever_comes(tiny: Make, tmp_path: Path) -> None:
    folder, inbox = tmp_path / "run", Inbox()
    settings = {"checkpoint": {"every_images": 4, "keep": 1}, "training": {"images": 400}}
    changed = 0
    for event in train(tiny(**settings), inbox, folder):
        if isinstance(event, Saved) and event.images_seen >= 8 and not changed:
            inbox.post(Change("optimizer_g.rate", 0.0005))
        if isinstance(event, Changed):
            changed = event.images_seen
        if isinstance(event, Saved) and changed and event.images_seen > changed + 12:
            inbox.post(Stop())
    assert len(checkpoint.listed(folder)) == 1
    before = max(seen for seen, _ in saves_of(folder) if seen <= changed)
    made = branch(folder, changed, into=_made(tmp_path))
    assert checkpoint.newest(made)[1].images_seen == before
    assert get(read_run(made).draft, "optimizer_g.rate") != 0.0005


def test_that_a_change_before_the_first_save_is_saved_first(tiny: Make, tmp_path: Path) -> None:
    folder, inbox = tmp_path / "run", Inbox()
    inbox.post(Change("optimizer_g.rate", 0.0005))
    told = [type(e) for e in train(tiny(), inbox, folder) if isinstance(e, Saved | Changed)]
    assert told[:2] == [Saved, Changed]
    assert min(seen for seen, _ in saves_of(folder)) == 0


def test_that_a_change_while_the_first_save_is_written_waits_for_it(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, inbox, asked = tmp_path / "run", Inbox(), threading.Event()
    write, result = checkpoint.write, Saver.result

    def slow(*given: Any) -> int:
        if not asked.is_set():
            inbox.post(Change("optimizer_g.rate", 0.0005))
        asked.wait(30)
        return write(*given)

    def hurried(saver: Saver) -> Kept:
        asked.set()
        return result(saver)

    monkeypatch.setattr(checkpoint, "write", slow)
    monkeypatch.setattr(Saver, "result", hurried)
    settings = {"checkpoint": {"every_images": 4, "keep": 1}, "training": {"images": 400}}
    changed = 0
    for event in train(tiny(**settings), inbox, folder):
        if isinstance(event, Changed):
            changed = event.images_seen
    assert changed
    assert min(seen for seen, _ in saves_of(folder)) <= changed


def test_that_a_run_branches_from_its_best_save(tiny: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    settings = {"checkpoint": {"every_images": 4, "keep": 1}, "training": {"images": 32}}
    for event in train(tiny(**settings), folder=folder):
        if isinstance(event, Saved) and event.images_seen == 8:
            durable.second_name(event.path, BEST)
    assert len(checkpoint.listed(folder)) == 1
    made = branch(folder, 20, into=_made(tmp_path))
    assert checkpoint.newest(made)[1].images_seen == 8


def test_that_without_a_save_before_the_moment_there_is_no_branch(
    parent: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match="no save from before"):
        branch(parent, 7, into=_made(tmp_path))
    assert not list(_made(tmp_path).iterdir())


def test_that_a_damaged_save_is_passed_over(parent: Path, tmp_path: Path) -> None:
    saves = dict(saves_of(parent))
    saves[16].write_bytes(saves[16].read_bytes()[:-100])
    made = branch(parent, 16, into=_made(tmp_path))
    assert [seen for seen, _ in saves_of(made)] == [8]


def test_that_a_branch_refuses_a_value_that_is_not_valid(parent: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        branch(parent, 16, {"optimizer_g.rate": -1.0}, into=_made(tmp_path))


def test_that_a_history_that_cannot_be_read_is_left_out(parent: Path, tmp_path: Path) -> None:
    (parent / "history.sqlite").write_bytes(b"nothing of the kind" * 100)
    made = branch(parent, 16, into=_made(tmp_path))
    assert of_kind(resume(made), Scalars)
    past = History(made)
    assert past.events()[0][2] == "branched"
    past.close()


def _made(tmp_path: Path) -> Path:
    folder = tmp_path / "002-branch"
    folder.mkdir(exist_ok=True)
    return folder


def test_that_a_past_without_its_rest_is_read_to_its_end(tmp_path: Path) -> None:
    """Metrics come later than the moment they are of, and a run may have gone back: holes."""
    parent, made = tmp_path / "parent", tmp_path / "made"
    parent.mkdir(), made.mkdir()
    writer = HistoryWriter(parent, 0)
    for images in (8, 16, 24):
        writer.scalars(images, 1.0, {"loss/d": float(images)})
        writer.counts(images, [1], [images])
        writer.event(images, "sample")
    writer.scalars(16, 1.0, {"metric/kid": 0.5})
    writer.go_back(8)
    for images in (12, 16, 20):
        writer.scalars(images, 2.0, {"loss/d": -float(images)})
        writer.counts(images, [1], [images])
        writer.event(images, "sample")
    writer.close()
    copy_history(parent, made, 16)
    writer = HistoryWriter(made, 16)
    writer.scalars(20, 3.0, {"loss/d": 7.0})
    writer.counts(20, [1], [20])
    writer.event(20, "saved")
    writer.close()
    past = History(made)
    read = [(row.images_seen, row.values.get("loss/d")) for row in past.readings_after(0)]
    assert read == [(8, 8.0), (12, -12.0), (16, -16.0), (20, 7.0)]
    assert [row.images_seen for row in past.counts_after(0, 4)] == [8, 16, 12, 16, 20]
    assert [row.images_seen for row in past.events_after(0)] == [8, 16, 12, 16, 20]
    past.close()


def test_that_a_branch_obeys_no_command_that_its_parent_was_given(
    tiny: Make, tmp_path: Path
) -> None:
    """Nor is it alive because that was."""
    parent = tmp_path / "001-parent"
    list(train(tiny(training={"inbox": True}, **KEPT), folder=parent))
    writer = HistoryWriter(parent, 24)
    for number, rate in enumerate((0.5, 0.25)):
        change = {"path": "optimizer_g.rate", "value": rate}
        writer.acknowledge(f"{number}", "set", change, "")
    writer.pulse(24, state="going")
    writer.close()
    made = branch(parent, 16, {"optimizer_g.rate": 0.0005}, into=_made(tmp_path))
    past = History(made)
    assert past.pulse() is None
    past.close()
    assert of_kind(resume(made), Changed) == []
    assert get(checkpoint.newest(made)[1].draft, "optimizer_g.rate") == 0.0005
