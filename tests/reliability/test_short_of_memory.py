"""Memory that runs out: no half step is applied, the batch is computed in parts, the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_engine import checkpoint, sampling
from gan_engine.checkpoint import Checkpoint
from gan_engine.errors import MemoryFullError
from gan_engine.events import Changed, Event, Finished, Notice, SampleGrid, Saved
from gan_engine.history import History
from gan_engine.metrics import Judge
from gan_engine.penalties import R1, PathLength
from gan_engine.training import resume, train
from gan_engine.training.meters import Meters
from gan_engine.training.optimisers import Update
from gan_engine.training.session import Session
from gan_engine.training.step import Step
from tests.reliability.helpers import finite, newest, of_kind, same, tiny

ERRORS = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    MemoryError(),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
)


@contextmanager
def short(
    owner: type[Any], name: str, fails: Callable[[int, Any], bool], error: BaseException = ERRORS[0]
) -> Iterator[list[int]]:
    """Let memory run out in a method where `fails` says so of the call's number and its object."""
    plain, calls = getattr(owner, name), [0]

    def met(self: Any, *args: Any, **more: Any) -> Any:
        calls[0] += 1
        if fails(calls[0], self):
            raise error
        return plain(self, *args, **more)

    setattr(owner, name, met)
    try:
        yield calls
    finally:
        setattr(owner, name, plain)


def whole_batch(number: int, step: Step) -> bool:
    """Fail from the second call on while a batch is computed as a whole."""
    return number > 1 and step.parts == 1


def followed(config: Any, folder: Path) -> tuple[list[Event], list[str]]:
    """Run to the end; return what was said, and what the history keeps."""
    events = list(train(config, folder=folder))
    history = History(folder)
    kinds = [kind for _, _, kind, _ in history.events()]
    history.close()
    return events, kinds


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("where", ["_teach_d", "_teach_g", "_learn"])
def test_that_a_step_without_memory_is_undone_and_done_in_parts(
    where: str, error: BaseException, emoji: Path, tmp_path: Path
) -> None:
    with short(Step, where, whole_batch, error):
        events, kinds = followed(tiny(emoji), tmp_path / "run")
    assert isinstance(events[-1], Finished)
    (told,) = [notice for notice in of_kind(events, Notice) if notice.key == "memory"]
    assert "4 images are now computed in 2 parts of 2" in told.text
    (changed,) = of_kind(events, Changed)
    assert (changed.path, changed.old, changed.new) == ("training.accumulation", 1, 2)
    assert kinds.count("memory") == kinds.count("changed") == 1
    saved = newest(tmp_path / "run")
    assert finite(saved)
    assert saved.draft["training"]["accumulation"] == 2  # a resumed run begins so


@pytest.mark.parametrize(
    "networks",
    [{"kind": "dcgan"}, {"kind": "style", "width": 16}, {"kind": "resnet", "width": 8}],
    ids=lambda networks: networks["kind"],
)
def test_that_what_was_begun_leaves_no_trace(
    networks: dict[str, Any], emoji: Path, tmp_path: Path
) -> None:
    # At the end of an update statistics, meters and what penalties remember have moved.
    penalties = {"r1": {"interval": 2}}
    if networks["kind"] == "style":
        penalties["path_length"] = {"interval": 2}
    augment = {"kind": "adaptive"}
    config = tiny(emoji, architecture=networks, penalties=penalties, augment=augment)
    list(train(merged(config, 2), folder=tmp_path / "parts"))
    with short(Update, "apply", lambda number, _: number == 1):
        events, _ = followed(config, tmp_path / "run")
    assert [n.key for n in of_kind(events, Notice)].count("memory") == 1
    assert same(newest(tmp_path / "parts"), newest(tmp_path / "run"))


def merged(config: Any, parts: int) -> Any:
    more = config.training.model_copy(update={"accumulation": parts})
    return config.model_copy(update={"training": more})


@pytest.mark.parametrize("moment", [1, 5], ids=["first_step", "later"])
def test_that_a_step_torn_while_weights_change_goes_back_to_the_last_save(
    moment: int, emoji: Path, tmp_path: Path
) -> None:
    calls = [0]

    class Torn(torch.optim.Adam):
        @torch.no_grad()
        def step(self, closure: Any = None) -> Any:
            calls[0] += 1
            if calls[0] == 2 * moment:
                self.param_groups[0]["params"][0].add_(1.0)  # half of a step
                raise ERRORS[0]
            return super().step(closure)

    config = tiny(emoji, samples={"every_seconds": 3600})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim, "Adam", Torn)
        events, kinds = followed(config, tmp_path / "run")
    assert calls[0] > 2 * moment
    assert isinstance(events[-1], Finished)
    assert kinds.count("rollback") == kinds.count("memory") == 1
    list(train(merged(config, 2), folder=tmp_path / "parts"))
    if moment == 1:  # nothing was learned before: it is the run that was in parts from the start
        assert same(newest(tmp_path / "parts"), newest(tmp_path / "run"))


def test_that_it_ends_saved_where_no_smaller_parts_are_left(emoji: Path, tmp_path: Path) -> None:
    with (
        short(Step, "_teach_g", lambda number, _: number > 4),
        pytest.raises(MemoryFullError, match="4 images cannot be computed in smaller parts"),
    ):
        list(train(tiny(emoji), folder=tmp_path / "run"))
    saved = newest(tmp_path / "run")
    assert saved.images_seen == 20
    assert isinstance(list(resume(tmp_path / "run"))[-1], Finished)


def test_that_samples_are_made_fewer_at_once_and_are_the_same(emoji: Path, tmp_path: Path) -> None:
    plain = sampling.generate

    def only_few(*args: Any, at_once: int = 64, **more: Any) -> torch.Tensor:
        if at_once > 1:
            raise ERRORS[0]
        return plain(*args, at_once=at_once, **more)

    list(train(tiny(emoji), folder=tmp_path / "whole"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "generate", only_few)
        events, _ = followed(tiny(emoji), tmp_path / "run")
    assert not [notice for notice in of_kind(events, Notice) if notice.key == "grid"]
    assert same(newest(tmp_path / "whole"), newest(tmp_path / "run"))


@pytest.mark.parametrize("error", [*ERRORS, ValueError("no such colour")], ids=str)
def test_that_a_grid_that_cannot_be_drawn_stops_nothing(
    error: BaseException, emoji: Path, tmp_path: Path
) -> None:
    with short(Session, "grid", lambda number, _: True, error):
        events, kinds = followed(tiny(emoji), tmp_path / "run")
    assert isinstance(events[-1], Finished)
    assert not of_kind(events, SampleGrid)
    told = [notice for notice in of_kind(events, Notice) if notice.key == "grid"]
    assert told
    assert kinds.count("notice") == len(of_kind(events, Notice))
    list(train(tiny(emoji), folder=tmp_path / "whole"))
    assert same(newest(tmp_path / "whole"), newest(tmp_path / "run"))


@pytest.mark.parametrize("error", [*ERRORS, ValueError("no such colour")], ids=str)
def test_that_a_metric_that_cannot_be_computed_stops_nothing(
    error: BaseException, emoji: Path, tmp_path: Path
) -> None:
    config = tiny(emoji, metrics={"sliced_wasserstein": {"images": 16}}, measuring={"share": 0.5})
    with short(Judge, "each", lambda number, _: True, error):
        events, _ = followed(config, tmp_path / "run")
    assert isinstance(events[-1], Finished)
    told = [notice for notice in of_kind(events, Notice) if notice.key == "metrics"]
    assert len(told) == 1
    assert "allocate" not in told[0].text


def test_that_a_save_without_memory_for_a_copy_is_written_all_the_same(
    emoji: Path, tmp_path: Path
) -> None:
    list(train(tiny(emoji), folder=tmp_path / "whole"))
    with short(Checkpoint, "kept", lambda number, _: True):
        events, _ = followed(tiny(emoji), tmp_path / "run")
    for event in of_kind(events, Saved)[-3:]:
        one, two = (tmp_path / name / "checkpoints" / event.path.name for name in ("whole", "run"))
        assert same(checkpoint.read(one), checkpoint.read(two))


def test_that_an_error_of_another_kind_is_not_taken_for_a_shortage(
    emoji: Path, tmp_path: Path
) -> None:
    with (
        short(Step, "_teach_d", whole_batch, RuntimeError("shapes do not fit")),
        pytest.raises(RuntimeError, match="shapes do not fit"),
    ):
        list(train(tiny(emoji), folder=tmp_path / "run"))


def test_that_meters_count_an_undone_update_once(emoji: Path, tmp_path: Path) -> None:
    counts: list[float] = []
    plain = Meters.read

    def read(self: Meters, wait: bool = False) -> dict[str, float]:
        counts.append(float(self.everything[len(self.names) :][: len(self.names)].max()))
        return plain(self, wait)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Meters, "read", read)
        with short(Update, "apply", lambda number, _: number == 1):
            list(train(tiny(emoji, training={"images": 4}), folder=tmp_path / "run"))
    assert max(counts) == 2  # one update, in two parts


@pytest.mark.parametrize("penalty", [R1, PathLength], ids=lambda part: part.__name__)
def test_that_a_penalty_without_memory_is_computed_in_parts(
    penalty: type[Any], emoji: Path, tmp_path: Path
) -> None:
    nets, every = {"kind": "style", "width": 16}, {"r1": {}, "path_length": {}}
    every = {kind: {"interval": 1} for kind in every}
    config = tiny(emoji, architecture=nets, penalties=every)
    with short(penalty, "term", lambda number, _: number == 3):
        events, _ = followed(config, tmp_path / "run")
    assert isinstance(events[-1], Finished)
    assert [n.key for n in of_kind(events, Notice)].count("memory") == 1
    assert finite(newest(tmp_path / "run"))
