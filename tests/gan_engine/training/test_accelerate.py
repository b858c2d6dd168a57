"""However a step is run, its effect is the same; what cannot be made faster is told, and goes on.

Graphs are played by a stand-in that notes operations and replays them: what decides when to capture,
replay, forget and fall back is the same code as on a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
import torch

from gan_engine.architectures import SelfTaught
from gan_engine.config import RunConfig
from gan_engine.events import Notice, SampleGrid, Saved
from gan_engine.training import accelerate, train
from gan_engine.training.accelerate import WARM_UP, CudaGraphs, Runner, Update, choose_mode
from gan_engine.training.ranks import Ranks
from gan_engine.training.session import Session
from tests.gan_engine.training.conftest import KINDS
from tests.gan_engine.training.recorded import Recorded
from tests.gan_engine.training.test_accumulation import session_of
from tests.slowly import slowly

Make = Callable[..., RunConfig]
# Torch's compiler does what torch warns of.
TRACED = pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
CUDA, CPU, MPS = torch.device("cuda"), torch.device("cpu"), torch.device("mps")


class Stand(Recorded):
    """Graphs without CUDA; notes what was asked of them."""

    def __init__(self, fails_at: int = 0, times: int = 99) -> None:
        super().__init__()
        self.done: list[str] = []
        self._fails = range(fails_at, fails_at + times) if fails_at else ()
        self._captures = 0

    def beside(self, update: Update) -> None:
        self.done.append("beside")
        super().beside(update)

    def capture(self, update: Update, *random: torch.Generator) -> Update:
        self._captures += 1
        if self._captures in self._fails:
            raise RuntimeError("operation not permitted when stream is capturing\nmore")
        self.done.append("capture")
        again = super().capture(update, *random)

        def replay() -> None:
            self.done.append("replay")
            again()

        return replay

    def wait(self) -> None:
        self.done.append("wait")

    def forget(self) -> None:
        self.done.append("forget")


@pytest.fixture
def compiler() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def with_stand(session: Session, stand: Stand) -> Session:
    session.runner = Runner(session.step, "auto", stand)
    session.runner._graphs = stand
    return session


def assert_same(one: Session, two: Session) -> None:
    found = two.snapshot().tensors
    assert all(torch.equal(t, found[name]) for name, t in one.snapshot().tensors.items())
    assert one.meters.read() == two.meters.read()


@pytest.mark.parametrize(
    ("wanted", "on_cuda", "elsewhere"),
    [
        ("auto", "graph", "eager"),
        ("eager", "eager", "eager"),
        ("graph", "graph", "eager"),
        ("compile", "compile", "compile"),
    ],
)
def test_that_auto_is_the_fastest_that_starts_at_once(
    wanted: str, on_cuda: str, elsewhere: str
) -> None:
    assert choose_mode(wanted, CUDA) == on_cuda
    assert choose_mode(wanted, CPU) == choose_mode(wanted, MPS) == elsewhere


def test_that_every_update_happens_once_warmed_up_captured_or_replayed(tiny: Make) -> None:
    penalties = {"r1": {"interval": 4}}
    eager, stand = session_of(tiny, penalties=penalties), Stand()
    session = with_stand(session_of(tiny, penalties=penalties), stand)
    for _ in range(18):
        eager.round()
        session.round()
    assert_same(eager, session)
    # D without and with R1 and G: three kinds, each warmed up, captured once, replayed from then on.
    assert stand.done.count("capture") == 3
    assert stand.done.count("beside") == 3 * WARM_UP
    assert stand.done.count("replay") == 2 * 18 - 3 * WARM_UP


def test_that_a_capture_that_fails_is_told_and_the_update_happens_all_the_same(tiny: Make) -> None:
    eager, stand = session_of(tiny), Stand(fails_at=2)
    session = with_stand(session_of(tiny), stand)
    for _ in range(2 * WARM_UP + 4):
        eager.round()
        session.round()
    assert_same(eager, session)
    assert stand.done[-2:] == ["wait", "forget"]
    assert session.runner.trouble is not None
    assert "not permitted when stream is capturing" in str(session.runner.trouble)
    assert "more" not in str(session.runner.trouble)


def test_that_a_capture_that_another_thread_broke_off_is_tried_again(tiny: Make) -> None:
    eager, stand = session_of(tiny), Stand(fails_at=2, times=1)
    session = with_stand(session_of(tiny), stand)
    for _ in range(5 * WARM_UP):
        eager.round()
        session.round()
    assert_same(eager, session)
    assert session.runner.trouble is None
    assert {network for network, *_ in session.runner._captured} == {"d", "g"}
    assert stand.done[-1] == "replay"


@pytest.mark.parametrize("here", [True, False], ids=["here", "elsewhere"])
def test_that_no_process_has_graphs_where_one_cannot(
    here: bool, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def anywhere(ranks: Ranks, failed: bool) -> bool:
        asked.append(failed)
        return len(asked) >= 2

    eager, stand = session_of(tiny), Stand(fails_at=2 if here else 0)
    session = with_stand(session_of(tiny), stand)
    monkeypatch.setattr(Ranks, "anywhere", anywhere)
    for _ in range(2 * WARM_UP + 4):
        eager.round()
        session.round()
    assert_same(eager, session)
    assert asked == [False, here, here]
    assert session.runner._captured == {}
    why = "not permitted" if here else "another process"
    assert why in str(session.runner.trouble)


class Torn:
    """A capture that CUDA gave up half way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __enter__(self) -> None: ...

    def __exit__(self, *args: Any) -> None:
        raise RuntimeError("operation failed due to a previous error during capture")


def test_that_a_capture_that_broke_off_leaves_neither_its_stream_nor_its_pool_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: "the capture's")
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: "the run's")
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "set_stream", done.append)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
    monkeypatch.setattr(torch.cuda, "graph", Torn)
    end, release = (lambda *a: done.append(("end", *a))), (lambda *a: done.append(("release", *a)))
    monkeypatch.setattr(torch._C, "_cuda_endAllocateToPool", end, raising=False)
    monkeypatch.setattr(torch._C, "_cuda_releasePool", release, raising=False)
    with pytest.raises(RuntimeError, match="previous error"):
        CudaGraphs(CUDA).capture(lambda: None)
    assert done == ["the run's", ("end", 0, (0, 1)), ("release", 0, (0, 1))]


def test_that_noise_is_drawn_from_the_renewed_generator_after_a_failure(tiny: Make) -> None:
    nets = {"kind": "style", "width": 16, "z_dim": 8}
    eager = session_of(tiny, architecture=nets)
    session = with_stand(session_of(tiny, architecture=nets), Stand(fails_at=1))
    first = session.step.random
    for _ in range(WARM_UP + 2):
        eager.round()
        session.round()
    assert session.step.random is not first
    assert_same(eager, session)


@pytest.mark.parametrize("how", ["restore", "split", "restart"])
def test_that_graphs_are_captured_anew_when_what_they_read_has_moved(
    how: str, tiny: Make, tmp_path: Path
) -> None:
    stand = Stand()
    session = with_stand(session_of(tiny), stand)
    for _ in range(WARM_UP + 1):
        session.round()
    if how == "restore":
        session.restore(session.snapshot(), tmp_path)
    elif how == "split":
        session.split(2)
    else:
        session.restart()
    assert stand.done[-2:] == ["wait", "forget"]
    if how != "restart":
        session.round()
        assert stand.done[-2:] == ["beside", "beside"]


def test_that_graphs_without_a_gpu_are_told_of(tiny: Make, tmp_path: Path) -> None:
    config = tiny(training={"acceleration": "graph", "images": 8})
    notices = [e for e in train(config, folder=tmp_path / "run") if isinstance(e, Notice)]
    assert [n.key for n in notices] == ["acceleration"]
    assert "step by step" in str(notices[0].text)


@pytest.mark.timeout(600)  # the compiler is a program of its own, and slow on a busy machine
@TRACED
@pytest.mark.parametrize("kind", slowly(["dcgan", "fastgan", "style"], "fastgan", "style"))
def test_that_a_compiled_step_is_the_same_step(
    kind: str, tiny: Make, compiler: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accelerate, "BACKEND", "aot_eager")
    nets = {"kind": kind, "width": 4, "z_dim": 8, "d_norm": "batch"}
    if kind == "style":  # it draws noise
        nets = {"kind": kind, "width": 16, "z_dim": 8}
    plain = session_of(tiny, architecture=nets)
    session = session_of(tiny, architecture=nets, training={"acceleration": "compile"})
    before = {name: t.clone() for name, t in session.networks.tensors().items()}
    assert session.runner.waits_to_compile
    session.runner.compile()
    assert session.runner.trouble is None
    assert not session.runner.waits_to_compile
    assert session.step._g is not session.networks.g
    assert all(torch.equal(t, before[n]) for n, t in session.networks.tensors().items())
    for _ in range(2):
        plain.round()
        session.round()
    found, wanted = session.meters.read(), plain.meters.read()
    assert found == pytest.approx(wanted, rel=1e-4)


@TRACED
@pytest.mark.parametrize("kind", slowly(KINDS, "fastgan", "r3", "resnet", "style"))
def test_that_each_network_is_compiled_in_one_piece(
    kind: str, tiny: Make, compiler: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many pieces the compiler leaves the last as they are."""
    pieces = list[Any]()

    def noted(graph: Any, inputs: Any) -> Any:
        pieces.append(graph)
        return graph.forward

    monkeypatch.setattr(accelerate, "BACKEND", noted)
    nets = {"kind": kind, "width": 16, "z_dim": 8}
    session = session_of(tiny, architecture=nets, training={"acceleration": "compile"})
    session.runner.compile()
    assert session.runner.trouble is None
    session.round()
    # Each as it learns and as it is held still; a D with a task of its own stays as it is.
    assert len(pieces) == (2 if isinstance(session.networks.d, SelfTaught) else 4)


def test_that_compiling_that_fails_leaves_no_trace_and_is_told(
    tiny: Make, compiler: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuses(graph: Any, inputs: Any) -> Any:
        raise NotImplementedError("this compiler knows no convolutions")

    monkeypatch.setattr(accelerate, "BACKEND", refuses)
    plain = session_of(tiny)
    session = session_of(tiny, training={"acceleration": "compile"})
    session.runner.compile()
    for _ in range(2):
        plain.round()
        session.round()
    assert_same(plain, session)
    assert session.runner.mode == "eager"
    events = list(
        train(tiny(training={"acceleration": "compile", "images": 16}), folder=tmp_path / "run")
    )
    notices = [e for e in events if isinstance(e, Notice)]
    assert [n.level for n in notices] == ["info", "warning"]
    assert "goes on without it" in str(notices[1].text)


def test_that_a_c_compiler_that_fails_ends_no_run(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(backend: str) -> None:
        raise CalledProcessError(1, ["gcc", "main.c"])

    session = session_of(tiny, training={"acceleration": "compile"})
    monkeypatch.setattr(session.step, "compile", fails)
    session.runner.compile()
    assert "goes on without it" in str(session.runner.trouble)
    assert session.runner.mode == "eager"


def test_that_a_run_compiles_after_the_first_samples_and_says_so(
    tiny: Make, compiler: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(accelerate, "BACKEND", "eager")
    config = tiny(training={"acceleration": "compile", "images": 16})
    events = list(train(config, folder=tmp_path / "run"))
    kinds = [type(e) for e in events]
    notices = [e for e in events if isinstance(e, Notice)]
    assert "pauses" in str(notices[0].text)
    assert "Compiled" in str(notices[1].text)
    after_an_update = next(e for e in events if isinstance(e, SampleGrid) and e.images_seen > 0)
    assert events.index(after_an_update) < events.index(notices[0])
    assert Saved in kinds
