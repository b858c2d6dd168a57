"""A run: what it says, what it keeps, how it obeys, and that going on is exact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_engine import checkpoint, durable
from gan_engine.checkpoint import Checkpoint
from gan_engine.commands import Change, Inbox, Pause, Resume, SampleNow, SaveNow, StepOnce, Stop
from gan_engine.config import RunConfig, parse
from gan_engine.configfile import find_preset, read_presets, with_preset
from gan_engine.data.prepare import Prepared
from gan_engine.data_settings import DataSettings
from gan_engine.drafts import merge, put
from gan_engine.errors import BusyError, NothingToDoError
from gan_engine.events import Changed, Finished, Notice, Paused, SampleGrid, Saved, Started
from gan_engine.history import History
from gan_engine.imaging import read_png_text
from gan_engine.training import read_run, resume, run, train
from gan_engine.training.session import Session
from tests.gan_engine.training.conftest import TINY, of_kind, readings

Make = Callable[..., RunConfig]


def newest(folder: Path) -> Checkpoint:
    return checkpoint.newest(folder)[1]


def same(one: Checkpoint, two: Checkpoint) -> bool:
    assert one.tensors.keys() == two.tensors.keys()
    return all(torch.equal(t, two.tensors[name]) for name, t in one.tensors.items())


def test_that_a_run_says_how_it_went_and_keeps_it(tiny: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    events = list(train(tiny(), folder=folder))
    started, finished = of_kind(events, Started)[0], of_kind(events, Finished)[0]
    assert events[-1] is finished
    assert finished.reason == "done"
    assert finished.images_seen == 32
    assert started.parameters_g > 0
    assert started.reals.dtype == "uint8"
    (*_, last) = readings(events)
    assert last.keys() >= {"loss/g", "loss/d", "score/real"}
    assert {p.name for p in folder.iterdir()} >= {
        "run.toml",
        "history.sqlite",
        "grids",
        "checkpoints",
    }
    assert newest(folder).images_seen == 32


def test_that_a_grid_changes_as_g_learns_and_carries_its_settings(
    tiny: Make, tmp_path: Path
) -> None:
    events = list(train(tiny(), folder=tmp_path / "run"))
    first, last = of_kind(events, SampleGrid)[0], of_kind(events, SampleGrid)[-1]
    assert first.pixels.shape == last.pixels.shape
    assert (first.pixels != last.pixels).any()
    assert not last.pixels.flags.writeable
    words = read_png_text(last.path)
    assert words["images_seen"] == "32"
    assert words["loss"] == "cross_entropy"
    told, config = json.loads(words["settings"]), tiny()
    assert parse(put(told, "data.folder", config.data.folder)) == config
    assert config.data.folder not in words["settings"]


def test_that_the_same_seed_gives_the_same_run_and_another_another(
    tiny: Make, tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        list(train(tiny(training={"seed": seed}), folder=tmp_path / name))
    a, b, c = (newest(tmp_path / name) for name in "abc")
    assert same(a, b)
    assert not same(a, c)


def test_that_commands_keep_their_order_over_the_preparation(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, prepare = Inbox(), run.prepare
    inbox.post(Pause())

    def late(data: DataSettings, stopped: Callable[[], bool]) -> Iterator[object]:
        for message in prepare(data, stopped):
            if isinstance(message, Prepared):
                assert not stopped()
                inbox.post(Resume())  # nobody looks any more before training begins
            yield message

    monkeypatch.setattr(run, "prepare", late)
    events = list(train(tiny(), inbox, tmp_path / "run"))
    assert isinstance(events[-1], Finished)


PRESETS = [preset.key for preset in read_presets() if not preset.own]


def tiny_preset(key: str, emoji: Path) -> dict[str, object]:
    """Return a preset's settings with everything large made small."""
    draft = with_preset(find_preset(key))
    small = {**TINY, "data": {"size": 16, "folder": str(emoji)}}
    small["architecture"] = {"z_dim": 8, "width": 16}
    if draft["data"]["pairs"] != "off":  # from the left half of an emoji its right half
        small["architecture"] = {"width": 8}
        small["data"] |= {"pairs": "side_by_side"}
        small["training"] = {**TINY["training"], "batch_size": draft["training"]["batch_size"]}
    return merge(draft, small)


def numberless(draft: Any) -> Any:
    """Return a draft with a zero for each number: what it is made of, whatever the strength."""
    if isinstance(draft, dict):
        return {name: numberless(value) for name, value in draft.items()}
    return 0 if type(draft) in (int, float) else draft


def each_preset(*slow: str) -> pytest.MarkDecorator:
    """Run a test for each preset; slowly for these, and what, made small, differs in numbers only."""
    met: list[Any] = []
    keys: list[Any] = []
    for key in PRESETS:
        made_of = numberless(tiny_preset(key, Path()))
        is_slow = made_of in met or key in slow
        keys.append(pytest.param(key, marks=pytest.mark.slow) if is_slow else key)
        met.append(made_of)
    return pytest.mark.parametrize("key", keys)


def test_that_the_presets_of_the_spine_exist() -> None:
    assert {"quick-cpu-32", "tutorial", "dcgan-64", "lsgan-64", "wgan-gp-64"} <= set(PRESETS)


@each_preset("fastgan-256", "few-images")
def test_that_stopping_and_going_on_thrice_is_bit_exact(
    key: str, emoji: Path, tmp_path: Path
) -> None:
    from gan_engine.config import parse

    draft = tiny_preset(key, emoji)
    config = parse(merge(draft, {"training": {"images": 64}}))
    list(train(config, folder=tmp_path / "whole"))
    part = parse(merge(draft, {"training": {"images": 64}}))
    inbox = Inbox()
    seen = 0
    for event in train(part, inbox, folder=tmp_path / "parts"):
        if isinstance(event, SampleGrid) and event.images_seen > 0 and seen == 0:
            seen = event.images_seen
            inbox.post(Stop())
    for _ in range(2):
        inbox = Inbox()
        posted = False
        for event in resume(tmp_path / "parts", inbox):
            if isinstance(event, SampleGrid) and event.images_seen > seen and not posted:
                posted, seen = True, event.images_seen
                inbox.post(Stop())
    if newest(tmp_path / "parts").images_seen < 64:
        list(resume(tmp_path / "parts"))
    history = History(tmp_path / "parts")
    starts = [(seen, told["resumed"]) for seen, _, _, told in history.events("started")]
    history.close()
    assert [resumed for _, resumed in starts] == [False, True, True, True]
    assert len({seen for seen, _ in starts}) == 4  # each time from another save
    whole, parts = newest(tmp_path / "whole"), newest(tmp_path / "parts")
    assert {k: v for k, v in whole.counters.items() if k != "seconds"} == {
        k: v for k, v in parts.counters.items() if k != "seconds"
    }
    assert same(whole, parts)


@pytest.mark.parametrize(
    "lost", ["ema.", "optimizer_g.", "optimizer_d.", "updates_d", "updates_g", "images_seen"]
)
def test_that_leaving_anything_out_of_a_save_would_be_noticed(
    lost: str, tiny: Make, tmp_path: Path
) -> None:
    config = tiny(training={"images": 48}, penalties={"r1": {"interval": 3}})
    list(train(config, folder=tmp_path / "whole"))
    list(
        train(
            tiny(training={"images": 20}, penalties={"r1": {"interval": 3}}),
            folder=tmp_path / "half",
        )
    )
    path, saved, _ = checkpoint.newest(tmp_path / "half")
    tensors = {
        n: torch.zeros_like(t) if n.startswith(lost) else t for n, t in saved.tensors.items()
    }
    counters = {k: 0 if k == lost else v for k, v in saved.counters.items()}
    checkpoint.write(path, Checkpoint("checkpoint", saved.draft, counters, tensors, saved.versions))
    list(resume(tmp_path / "half", images=48))
    assert not same(newest(tmp_path / "whole"), newest(tmp_path / "half"))


def test_that_a_d_step_leaves_g_alone_and_the_reverse(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Pause())
    seen: list[dict[str, torch.Tensor]] = []
    for event in train(tiny(architecture={"d_norm": "batch"}), inbox, folder=tmp_path / "run"):
        if isinstance(event, Paused):
            inbox.post(SaveNow())
            inbox.post(StepOnce("d"))
            inbox.post(SaveNow())
            inbox.post(StepOnce("g"))
            inbox.post(SaveNow())
            inbox.post(Stop())
        if isinstance(event, Saved):
            seen.append(checkpoint.read(event.path).tensors)
    start, after_d, after_g = seen[:3]

    def moved(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor], prefix: str) -> bool:
        return any(not torch.equal(t, two[n]) for n, t in one.items() if n.startswith(prefix))

    assert moved(start, after_d, "d.")
    assert not moved(start, after_d, "g.")
    assert not moved(start, after_d, "ema.")
    assert moved(after_d, after_g, "g.")
    assert not moved(after_d, after_g, "d.")


def test_that_a_run_pauses_goes_on_samples_saves_and_stops(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    events = []
    for event in train(tiny(training={"images": 10_000}), inbox, folder=tmp_path / "run"):
        events.append(event)
        if isinstance(event, Started):
            for command in (Pause(), SampleNow(), SaveNow(), Resume(), Stop()):
                inbox.post(command)
    assert of_kind(events, Finished)[0].reason == "stopped"
    assert events[-1].images_seen < 10_000
    assert read_run(tmp_path / "run").state == "stopped"


def test_that_a_live_change_is_applied_marked_and_kept(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Change("optimizer_g.rate", 1e-5))
    inbox.post(Change("penalties.r1.weight", 3.0))
    events = list(train(tiny(), inbox, folder=tmp_path / "run"))
    changed = of_kind(events, Changed)
    assert [(c.path, c.new) for c in changed] == [
        ("optimizer_g.rate", 1e-5),
        ("penalties.r1.weight", 3.0),
    ]
    assert readings(events)[-1]["rate/g"] == pytest.approx(1e-5)
    assert newest(tmp_path / "run").draft["optimizer_g"]["rate"] == 1e-5
    history = History(tmp_path / "run")
    assert [e[3]["path"] for e in history.events() if e[2] == "changed"] == [
        c.path for c in changed
    ]
    history.close()


@pytest.mark.parametrize(
    ("path", "value"),
    [("training.batch_size", 8), ("optimizer_g.rate", -1), ("optimizer_g.rat", 1)],
)
def test_that_a_change_that_cannot_be_is_refused_in_words(
    path: str, value: object, tiny: Make, tmp_path: Path
) -> None:
    inbox = Inbox()
    inbox.post(Change(path, value))
    events = list(train(tiny(), inbox, folder=tmp_path / "run"))
    assert not of_kind(events, Changed)
    assert of_kind(events, Notice)[0].level == "warning"
    assert of_kind(events, Finished)[0].reason == "done"


def test_that_a_live_change_to_zero_rate_stops_g_from_moving(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Change("optimizer_g.rate", 1e-12))
    first = None
    for event in train(tiny(), inbox, folder=tmp_path / "run"):
        if isinstance(event, SampleGrid):
            first = first if first is not None else event.pixels
    weights = newest(tmp_path / "run").tensors
    assert first is not None
    config = tiny()
    torch.manual_seed(config.training.seed)
    fresh = config.architecture.generator(config.data.shape).state_dict()
    for name, tensor in fresh.items():
        if "running" not in name and "num_batches" not in name:
            assert torch.allclose(weights[f"g.{name}"], tensor, atol=1e-6)


def test_that_only_the_newest_checkpoints_are_kept(tiny: Make, tmp_path: Path) -> None:
    config = tiny(checkpoint={"every_images": 4, "keep": 2})
    saved = of_kind(train(config, folder=tmp_path / "run"), Saved)
    assert len(saved) >= 8
    assert [p.stem for p in checkpoint.listed(tmp_path / "run")] == ["000000000032", "000000000028"]


def test_that_a_finished_run_has_nothing_to_resume_unless_asked_for_more(
    tiny: Make, tmp_path: Path
) -> None:
    list(train(tiny(), folder=tmp_path / "run"))
    with pytest.raises(NothingToDoError, match="32 images already"):
        list(resume(tmp_path / "run"))
    assert of_kind(resume(tmp_path / "run", images=40), Finished)[0].images_seen == 40
    assert read_run(tmp_path / "run").images_total == 40


def test_that_a_run_is_never_overwritten_nor_written_twice(tiny: Make, tmp_path: Path) -> None:
    list(train(tiny(), folder=tmp_path / "run"))
    with pytest.raises(BusyError, match="a run in"):
        next(iter(train(tiny(), folder=tmp_path / "run")))
    with durable.lock(tmp_path / "run"), pytest.raises(BusyError, match="another program"):
        next(iter(resume(tmp_path / "run")))


def test_that_numbers_that_are_none_send_a_run_back_with_half_the_rates(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Session] = []
    build = Session._start
    monkeypatch.setattr(Session, "_start", lambda self: (made.append(self), build(self))[1])
    config = tiny(checkpoint={"every_images": 8, "keep": 100}, training={"images": 10_000})
    inbox, poisoned = Inbox(), False
    notices = []
    for event in train(config, inbox, folder=tmp_path / "run"):
        if isinstance(event, Saved) and not poisoned:
            poisoned = True
            next(made[0].networks.d.parameters()).data.fill_(float("nan"))
        if isinstance(event, Notice):
            notices.append(event)
            inbox.post(Stop())
    assert notices[0].key == "diverged"
    final = newest(tmp_path / "run")
    assert final.draft["optimizer_g"]["rate"] == pytest.approx(config.optimizer_g.rate / 2)
    assert all(torch.isfinite(t).all() for t in final.tensors.values() if t.is_floating_point())


def test_that_a_stop_before_the_images_are_prepared_starts_nothing(
    tiny: Make, tmp_path: Path
) -> None:
    inbox = Inbox()
    inbox.post(Stop())
    events = list(train(tiny(), inbox, folder=tmp_path / "run"))
    assert not of_kind(events, Started)
    assert of_kind(events, Finished)[0].reason == "stopped"
    assert read_run(tmp_path / "run").state == "unstarted"
