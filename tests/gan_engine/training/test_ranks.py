"""Several processes that train one run: the same run as one process, and none of it lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from gan_engine import checkpoint, configfile
from gan_engine.config import parse
from gan_engine.drafts import merge
from gan_engine.errors import BusyError, DeviceError, MemoryFullError, SettingsError, SpaceError
from gan_engine.events import Finished, Notice, Started
from gan_engine.history import History
from gan_engine.training import conductor, follow, go_on_or_train, leading, resume, train
from gan_engine.training import ranks as ranks_module
from gan_engine.training.ranks import ALONE, BatchNormTogether, Ranks, Together
from gan_engine.training.shortage import Alike
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.rank_child import RUNS, all_of, read_every_round, settings
from tests.gan_engine.training.test_accumulation import session_of

ROOT = Path(__file__).resolve().parents[3]
QUICK = ("r3",)
"""Of the runs that two processes train; the others are left to the slow suite."""
pytestmark = pytest.mark.timeout(600)  # on a machine that has other things to do


def torchrun(*words, processes=2, restarts=0):
    """Start a module in several processes of this computer."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--local-addr", "127.0.0.1", "--nproc-per-node", str(processes)]
    command += ["--max-restarts", str(restarts), "-m", *map(str, words)]
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1"}
    said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (closed when it ended)
    child = subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdout=said, stderr=subprocess.STDOUT
    )
    child.said = said
    return child


def ended(child):
    """Return how it ended and what it said."""
    code = child.wait(400)
    with child.said as file:
        file.seek(0)
        return code, file.read()


@contextlib.contextmanager
def killed_in_the_end(child):
    """End a launcher and its processes whatever happens; say what they said when a test fails."""
    try:
        yield
    except BaseException:
        child.terminate()
        pytest.fail(ended(child)[1][-6000:])
    finally:
        child.kill()


def readings(folder, name):
    history = History(folder)
    try:
        images, values = history.scalars()[1][name]
    finally:
        history.close()
    kept = ~np.isnan(values)
    return images[kept], values[kept]


def notices(folder, key):
    history = History(folder)
    try:
        return [p for *_, kind, p in history.events() if kind == "notice" and p["key"] == key]
    finally:
        history.close()


def kinds_of(folder):
    history = History(folder)
    try:
        return [kind for _, _, kind, _ in history.events()]
    finally:
        history.close()


def newest(folder):
    return checkpoint.newest(folder)[1]


def apart(one, two, parts):
    """Return the largest difference of two checkpoints' tensors, by their size."""
    assert one.tensors.keys() == two.tensors.keys()
    return max(
        float((tensor - two.tensors[name]).abs().max() / (1 + tensor.abs().max()))
        for name, tensor in one.tensors.items()
        if name.split(".")[0] in parts and tensor.is_floating_point()
    )


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    from gan_engine import paths

    every = sorted(p for p in paths.builtin_images().rglob("*") if p.suffix in (".png", ".webp"))
    folder = tmp_path_factory.mktemp("pictures")
    for picture in every[:: len(every) // 48][:48]:
        (folder / picture.name).write_bytes(picture.read_bytes())
    return folder


@pytest.fixture(scope="module")
def both(pictures, tmp_path_factory):
    """The same runs, by one process and by two."""
    return by_one_and_by_two(QUICK, pictures, tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="module")
def more(pictures, tmp_path_factory):
    """The same of the others."""
    return by_one_and_by_two(
        [name for name in RUNS if name not in QUICK], pictures, tmp_path_factory.mktemp("more")
    )


def by_one_and_by_two(names, pictures, root):
    patch = pytest.MonkeyPatch()
    patch.setenv("GAN_STUDIO_CACHE", str(root / "cache"))
    patch.setattr(conductor, "READINGS_A_SECOND", 10**9)
    try:
        child = torchrun("tests.gan_engine.training.rank_child", pictures, root / "two", *names)
        code, said = ended(child)
        assert code == 0, said[-3000:]
        all_of(names, pictures, root / "one", ALONE)
    finally:
        patch.undo()
    return root / "one", root / "two"


def test_that_two_processes_train_what_one_trains(both):
    one, two = (folder / "r3" for folder in both)
    for name in ("loss/d", "loss/g", "score/real", "score/fake", "penalty/r1", "gradient/d"):
        (images, alone), (others, together) = readings(one, name), readings(two, name)
        assert images.tolist() == others.tolist() == list(range(8, 161, 8)), name
        assert np.abs(alone - together).max() < 1e-5 * (1 + np.abs(alone).max()), name
    assert apart(newest(one), newest(two), ("g", "d", "ema")) < 1e-5
    assert newest(two).counters["ranks"] == 2


@pytest.mark.slow
def test_that_batch_norm_over_all_processes_is_that_of_one(more):
    one, two = (folder / "batch norm" for folder in more)
    (_, alone), (_, together) = readings(one, "loss/d"), readings(two, "loss/d")
    assert np.abs(alone - together).max() < 1e-3
    assert apart(newest(one), newest(two), ("g", "d", "ema")) < 1e-3
    (_, local) = readings(more[1] / "local norm", "loss/d")
    assert np.abs(alone - local).max() > 1e-3


@pytest.mark.slow
def test_that_memory_that_one_process_lacks_splits_the_batch_of_all_alike(more):
    one, two = (folder / "short of memory" for folder in more)
    for folder in (one, two):
        assert newest(folder).draft["training"]["accumulation"] == 2
        (told,) = notices(folder, "memory")
        assert "Memory ran out in an update of {network}" in told["text"][0]
    assert newest(two).images_seen == newest(one).images_seen == 80
    assert apart(newest(one), newest(two), ("g", "d", "ema", "memory")) < 1e-5


@pytest.mark.slow
def test_that_the_others_wait_while_the_first_process_waits_for_its_disk(more):
    one, two = (folder / "full disk" for folder in more)
    for folder in (one, two):
        kinds = kinds_of(folder)
        assert kinds.count("trouble") == kinds.count("paused") == kinds.count("resumed") == 1
        assert kinds[-1] == "finished"
    assert newest(two).images_seen == newest(one).images_seen == 80
    assert apart(newest(one), newest(two), ("g", "d", "ema")) < 1e-5


@pytest.mark.slow
def test_that_all_wait_where_any_process_cannot_read_its_images(more):
    one, two = (folder / "images away" for folder in more)
    for folder in (one, two):
        kinds = kinds_of(folder)
        assert kinds.count("paused") == kinds.count("resumed") == 1  # the others wait unseen
        assert kinds[-1] == "finished"
    assert newest(two).images_seen == newest(one).images_seen == 80
    assert apart(newest(one), newest(two), ("g", "d", "ema")) < 1e-5


def test_that_a_process_says_once_what_it_waits_for(monkeypatch):
    monkeypatch.setattr(leading, "LOOKS_EVERY_S", 0.0)
    tries, told = [], []

    def update():
        tries.append(1)
        if len(tries) < 4:
            raise SpaceError("The disk is gone, on purpose.")

    leading._patiently(update, told.append)
    assert len(tries) == 4
    assert [str(error) for error in told] == ["The disk is gone, on purpose."]


@pytest.mark.parametrize("name", QUICK)
def test_that_processes_stay_bit_for_bit_the_same(both, name):
    stayed_the_same(both[1] / name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RUNS if name not in QUICK])
def test_that_processes_stay_the_same_whatever_happens(more, name):
    stayed_the_same(more[1] / name)


def stayed_the_same(folder):
    assert not notices(folder, "drift")
    assert len(checkpoint.listed(folder)) >= 2  # each was compared before it was saved


def test_that_metrics_come_out_the_same_from_several_processes(both):
    one, two = (readings(folder / "r3", "metric/sliced_wasserstein") for folder in both)
    assert one[0].tolist()[:1] == two[0].tolist()[:1]
    assert np.allclose(one[1][:1], two[1][:1], atol=1e-3)


@pytest.mark.slow
def test_that_a_run_goes_on_with_another_number_of_processes(pictures, tmp_path, monkeypatch):
    whole, folder, file = tmp_path / "whole", tmp_path / "run", tmp_path / "run.toml"
    config = settings(pictures, "r3")
    configfile.write_draft(file, config.draft())
    list(train(config, folder=whole))
    cli = ("gan_engine.cli", "train", file, "--out", folder, "--images")
    code, said = ended(torchrun(*cli, 48))
    assert code == 0, said[-3000:]
    told = list(resume(folder, images=96))
    assert "1 processes instead of 2" in next(n.text for n in of_kind(told, Notice))
    code, said = ended(torchrun("gan_engine.cli", "resume", folder, "--images", 160))
    assert code == 0, said[-3000:]
    assert "2 processes instead of 1" in " ".join(said.split())
    assert newest(folder).images_seen == 160
    assert apart(newest(whole), newest(folder), ("g", "d", "ema")) < 1e-4


@pytest.mark.slow
def test_that_several_processes_begin_with_somebodys_weights_and_then_go_on(pictures, tmp_path):
    whole, folder, file = tmp_path / "whole", tmp_path / "run", tmp_path / "run.toml"
    draft = merge(settings(pictures, "r3").draft(), {"training": {"images": 32}})
    configfile.write_draft(file, draft)
    list(train(parse(draft), folder=tmp_path / "before"))
    weights = checkpoint.listed(tmp_path / "before")[0]
    list(train(parse(draft), folder=whole, start_from=weights))
    cli = ("gan_engine.cli", "train", file, "--out", folder, "--start-from", weights)
    for images in (32, 48):  # the same command also goes on, and begins only once
        code, said = ended(torchrun(*cli, "--images", images))
        assert code == 0, said[-3000:]
        assert newest(folder).images_seen == images
        if images == 32:
            assert apart(newest(whole), newest(folder), ("g", "d", "ema")) < 1e-4
    assert len(notices(folder, "start")) == 1
    assert not notices(folder, "drift")


@pytest.mark.slow
@pytest.mark.parametrize("rank", ["0", "1"])
def test_that_a_killed_process_costs_one_interval_and_the_run_goes_on_by_itself(
    pictures, tmp_path, rank
):
    folder, file = tmp_path / "run", tmp_path / "run.toml"
    configfile.write_draft(file, settings(pictures, "r3").draft())
    words = ("gan_engine.cli", "train", file, "--out", folder, "--images", 200)
    child = torchrun(*words, restarts=1)
    heard, reached = [], 0
    with killed_in_the_end(child):
        for event in follow(folder, patience=60):  # from before its start
            heard.append(event)
            if not reached and event.images_seen >= 56 and checkpoint.listed(folder):
                reached = event.images_seen
                kill(child.pid, rank)
        code, said = ended(child)
    assert code == 0, said[-3000:]
    first, second = of_kind(heard, Started)
    assert not first.resumed
    assert second.resumed
    assert second.images_seen >= reached - 40 - 8
    assert newest(folder).images_seen == 200
    assert isinstance(heard[-1], Finished)
    assert not notices(folder, "drift")
    assert "first observed failure" not in said or "SIGKILL" in said


def kill(launcher, rank):
    """Kill one process of a run, by its rank, with no time to say anything."""
    for process in psutil.Process(launcher).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.environ().get("RANK") == rank:
                process.kill()
                return
    raise AssertionError("there is no such process")


def test_that_a_lost_process_ends_the_run_in_words(pictures, tmp_path):
    folder, file = tmp_path / "run", tmp_path / "run.toml"
    configfile.write_draft(file, settings(pictures, "r3").draft())
    child = torchrun("gan_engine.cli", "train", file, "--out", folder, "--images", 10**6)
    with killed_in_the_end(child):
        for event in follow(folder, patience=60):
            if event.images_seen >= 48:
                kill(child.pid, "1")
                break
        code, said = ended(child)
    assert code == 1
    assert "Another process of this run has ended" in " ".join(said.split())
    assert checkpoint.listed(folder)


# --- without other processes ---------------------------------------------------------------------


class Twins(Ranks):
    """Two processes that see the same."""

    count = 2

    def add(self, tensor):
        tensor.mul_(2)


def test_that_a_batch_without_equal_shares_is_refused_with_the_nearest_that_has():
    ranks = Ranks()
    ranks.count = 3
    assert ranks.share_of(12, 2) == 4
    for batch, nearest in ((13, 12), (16, 18), (2, 6)):
        with pytest.raises(SettingsError, match=f"Set it to {nearest}"):
            ranks.share_of(batch, 2)
    assert Ranks().share_of(13, 1) == 13


@pytest.mark.parametrize("ranks", [ALONE, Twins()], ids=["alone", "twins"])
def test_that_batch_norm_over_equal_shares_is_batch_norm_differentiable_twice(ranks):
    torch.manual_seed(0)
    plain = torch.nn.BatchNorm2d(3)
    ours = torch.nn.BatchNorm2d(3)
    ours.__class__ = BatchNormTogether
    ours.ranks = ranks
    x = torch.randn(4, 3, 5, 5, requires_grad=True)
    found = []
    for norm in (plain, ours):
        y = norm(x)
        (slope,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.pow(3).sum(), x)
        found.append((y, bend, norm.running_mean))
    assert torch.allclose(found[0][0], found[1][0], atol=1e-5)
    assert torch.allclose(found[0][2], found[1][2], atol=1e-6)
    if ranks is ALONE:
        assert torch.allclose(found[0][1], found[1][1], atol=1e-3)


def test_that_one_command_starts_a_run_goes_on_with_it_and_finds_it_done(tiny, tmp_path):
    folder = tmp_path / "run"
    config = tiny(checkpoint={"every_images": 8})
    with contextlib.closing(go_on_or_train(config, folder)) as events:
        next(event for event in events if isinstance(event, Started))
    assert not checkpoint.listed(folder)
    assert not of_kind(go_on_or_train(config, folder), Started)[0].resumed
    more = tiny(training={"images": 48}, checkpoint={"every_images": 8})
    assert of_kind(go_on_or_train(more, folder), Started)[0].resumed
    assert [type(event) for event in go_on_or_train(more, folder)] == [Finished]
    with pytest.raises(BusyError, match=r"training\.seed"):
        list(go_on_or_train(tiny(training={"seed": 5}), folder))


def test_that_reading_every_round_is_what_the_children_do(monkeypatch):
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", conductor.READINGS_A_SECOND)
    monkeypatch.setattr(leading, "STRETCH_S", leading.STRETCH_S)
    monkeypatch.setattr(leading, "LOOKS_EVERY_S", leading.LOOKS_EVERY_S)
    read_every_round()
    assert conductor.READINGS_A_SECOND > 10**6


@pytest.mark.parametrize(
    ("asks", "when", "broken"),
    [(True, "alone", False), (True, "short", False), (True, "fits", True), (False, "alone", True)],
)
def test_that_who_can_no_longer_tell_the_others_that_memory_ran_out_ends(tiny, asks, when, broken):
    step, told = session_of(tiny).step, []
    step.ranks, step.asks = Twins(), asks
    step.ranks.anywhere = told.append
    alike = Alike(step)

    def update():
        step.stage = when
        raise torch.OutOfMemoryError("out of memory")

    with pytest.raises(MemoryFullError if broken else torch.OutOfMemoryError):
        alike(update)
    assert alike.broken == broken
    assert told == ([True] if asks and when == "alone" else [])


def test_that_a_process_without_a_gpu_of_its_own_may_train_on_the_cpu_only(monkeypatch):
    monkeypatch.setattr(ranks_module, "gpus", lambda: 1)
    second = Together.__new__(Together)
    second.has_gpu, second.local_count = False, 2
    assert second.on(torch.device("cpu")).type == "cpu"
    with pytest.raises(DeviceError, match="There are 1 GPUs for 2 processes"):
        second.on(torch.device("cuda"))
