"""NVIDIA's cards without any: a driver that answers as theirs do, and what is concluded from it."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_engine import cards
from gan_engine.cards import Card, Driver
from gan_engine.config import check, default_draft, parse
from gan_engine.configfile import find_preset, with_preset
from gan_engine.device import available_devices, gpus, unused_card
from gan_engine.drafts import put
from gan_engine.events import Notice
from gan_engine.training import train

ASK = cards.read_driver
TURING, PASCAL, BLACKWELL = (7, 5), (6, 1), (12, 0)


class Library:
    """Speaks the driver's interface; every call returns 0, as one that went well does."""

    def __init__(self, version: int, *found: Card, broken: str = "") -> None:
        self._version, self._cards, self._broken = version, found, broken

    def cuInit(self, flags: int) -> int:
        return 100 if self._broken == "init" else 0

    def cuDriverGetVersion(self, out: Any) -> int:
        out._obj.value = self._version
        return 0

    def cuDeviceGetCount(self, out: Any) -> int:
        out._obj.value = len(self._cards)
        return 0

    def cuDeviceGet(self, out: Any, at: int) -> int:
        out._obj.value = at + 7  # a handle, not the place
        return 0

    def cuDeviceGetName(self, out: Any, size: int, device: ctypes.c_int) -> int:
        out.value = self._cards[device.value - 7].name.encode()[: size - 1]
        return 999 if self._broken == "names" else 0

    def cuDeviceGetAttribute(self, out: Any, which: int, device: ctypes.c_int) -> int:
        out._obj.value = self._cards[device.value - 7].capability[which - 75]
        return 0


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    ASK.cache_clear()
    yield
    ASK.cache_clear()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a card into this computer, and another build of torch."""

    def install(
        driver: Driver | None, build: str | None = None, sees: bool = False, built: str = ""
    ) -> None:
        monkeypatch.setattr(cards, "read_driver", lambda: driver)
        monkeypatch.setattr(torch.version, "cuda", build)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: sees)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
        monkeypatch.setattr(torch.cuda, "get_arch_list", built.split)

    return install


def test_that_the_driver_is_asked_for_cards_and_what_it_can_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Card("GeForce RTX 2060", TURING), Card("GeForce GTX 1080", PASCAL)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library(13020, *found))
    assert cards.read_driver() == Driver((13, 2), found)


@pytest.mark.parametrize(
    "library",
    [
        Library(13000),
        Library(13000, Card("one", TURING), broken="init"),
        Library(13000, Card("one", TURING), broken="names"),
        object(),
    ],
    ids=["no card", "not begun", "card lost", "no such interface"],
)
def test_that_where_nothing_can_train_no_card_is_told(
    library: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert cards.read_driver() is None


def test_that_a_computer_without_the_driver_has_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError("cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    assert cards.read_driver() is None


@pytest.mark.parametrize(
    ("capability", "cuda", "build"),
    [
        (TURING, (13, 0), "cu130"),
        (BLACKWELL, (13, 2), "cu130"),
        (TURING, (12, 4), "cu126"),
        (PASCAL, (13, 0), "cu126"),
        ((9, 0), (12, 8), "cu126"),
        (BLACKWELL, (12, 8), ""),
        (TURING, (11, 8), ""),
        ((3, 5), (12, 0), ""),
    ],
)
def test_that_a_build_fits_the_card_and_its_driver(
    capability: tuple[int, int], cuda: tuple[int, int], build: str
) -> None:
    assert cards.build_for(Driver(cuda, (Card("one", capability),))) == build


@pytest.mark.parametrize(
    ("built", "capability", "runs"),
    [
        ("sm_75 sm_80 sm_86 sm_90", (8, 9), True),
        ("sm_75 sm_80 sm_86 sm_90", (8, 0), True),
        ("sm_75 sm_86", (8, 0), False),
        ("sm_75 sm_80", PASCAL, False),
        ("sm_75 sm_90", BLACKWELL, False),
        ("sm_75 compute_90", BLACKWELL, True),
        ("sm_75 compute_90", (8, 6), False),
        ("sm_90a", (9, 0), True),
        ("gfx1100", (8, 0), False),
    ],
)
def test_that_kernels_run_on_cards_of_their_kind(
    built: str, capability: tuple[int, int], runs: bool
) -> None:
    assert cards.runs_on(built.split(), capability) is runs


def test_that_a_card_torch_was_not_built_for_does_not_train(installed: Any) -> None:
    old = Driver((13, 0), (Card("GeForce GTX 1080", PASCAL),))
    installed(old, "13.0", sees=True, built="sm_75 sm_80 sm_90 sm_120")
    assert "cuda" not in available_devices()
    assert gpus() == 0
    told = unused_card()
    assert told is not None
    assert "GeForce GTX 1080" in told.text
    assert "CUDA 13.0" in told.text
    assert f"+cu126 --index-url {cards.INDEX}cu126" in told.command


@pytest.mark.parametrize("built", ["sm_50 sm_60 sm_75", ""])
def test_that_a_card_torch_was_built_for_trains(built: str, installed: Any) -> None:
    installed(Driver((13, 0), (Card("one", PASCAL),)), "12.6", sees=True, built=built)
    assert available_devices()[0] == "cuda"
    assert gpus() == 1
    assert unused_card() is None


def test_that_gpus_of_others_are_compared_with_nothing(installed: Any) -> None:
    installed(None, None, sees=True, built="gfx1100")
    assert available_devices()[0] == "cuda"
    assert unused_card() is None


@pytest.mark.parametrize(
    ("capability", "cuda", "build", "says", "advises"),
    [
        (TURING, (13, 0), None, "is for CPUs", "pip install torch=="),
        (TURING, (12, 4), "13.0", "for CUDA 13.0, cannot", "+cu126"),
        (TURING, (13, 0), "13.0", "does not find it", "Restart"),
        (BLACKWELL, (12, 8), "12.6", "driver is too old", "Update NVIDIA's driver"),
        ((3, 5), (12, 0), None, "too old for PyTorch", "CPU trains"),
    ],
)
def test_that_an_idle_card_is_told_with_what_mends_it(
    capability: tuple[int, int],
    cuda: tuple[int, int],
    build: str | None,
    says: str,
    advises: str,
    installed: Any,
) -> None:
    installed(Driver(cuda, (Card("GeForce", capability),)), build)
    told = unused_card()
    assert told is not None
    assert says in told.text
    assert advises in told.hint
    assert told.command in told.hint
    assert torch.__version__.partition("+")[0] in told.command or not told.command


def test_that_nothing_is_told_without_a_card(installed: Any) -> None:
    installed(None)
    assert unused_card() is None


def test_that_settings_that_demand_the_card_say_that_it_is_idle(installed: Any) -> None:
    installed(Driver((13, 0), (Card("GeForce", TURING),)))
    found = check(put(default_draft(), "training.device", "cuda"))[1]
    told = [problem for problem in found if problem.path == "training.device"]
    assert [(one.severity, "GeForce" in one.text, one.suggestion) for one in told] == [
        ("error", True, "auto")
    ]


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_that_a_run_tells_of_it_once_unless_the_cpu_was_chosen(
    device: str, installed: Any, tmp_path: Path
) -> None:
    installed(Driver((13, 0), (Card("GeForce", TURING),)))
    draft = with_preset(find_preset("quick-cpu-32"), default_draft())
    small = {"training.device": device, "training.images": 64, "architecture.width": 8}
    for path, value in small.items():
        draft = put(draft, path, value)
    told = [e for e in train(parse(draft), folder=tmp_path) if isinstance(e, Notice)]
    about = [notice for notice in told if notice.key == "card"]
    assert [notice.hint.count("pip install") for notice in about] == [1] * (device == "auto")


def test_that_cards_are_asked_for_before_anything_is_installed() -> None:
    code = "import sys; import gan_engine.cards; print(*(m for m in sys.modules))"
    bare = subprocess.check_output([sys.executable, "-S", "-c", code], text=True).split()
    assert not {"torch", "numpy", "pydantic"} & set(bare)
