"""NVIDIA's cards in this computer, told by their driver, and which build of PyTorch uses them.

The set-up asks before anything is installed: the standard library alone is used here.
"""

from __future__ import annotations

import ctypes
import functools
import os
from dataclasses import dataclass

INDEX = "https://download.pytorch.org/whl/"
OLDEST = (5, 0)
"""The compute capability below which no build of PyTorch 2.10 and later has kernels."""
_MAJOR, _MINOR = 75, 76
"""Attributes of a device in the driver's interface: its compute capability."""


@dataclass(frozen=True)
class Card:
    """One card: its name and its compute capability, as (9, 0)."""

    name: str
    capability: tuple[int, int]


@dataclass(frozen=True)
class Driver:
    """What the driver can run, as (13, 0) for CUDA 13.0, and the cards it sees, CUDA's first first."""

    cuda: tuple[int, int]
    cards: tuple[Card, ...]


@functools.cache
def read_driver() -> Driver | None:
    """Return what NVIDIA's driver says; None where there is none, or no card that it may use.

    Source: CUDA Driver API, "Initialization", "Version Management", "Device Management".
    """
    try:
        cuda = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
        return _ask(cuda)
    except (OSError, AttributeError):  # no driver, or one without this interface
        return None


def _ask(cuda: ctypes.CDLL) -> Driver | None:
    if cuda.cuInit(0):
        return None
    version, count = ctypes.c_int(), ctypes.c_int()
    if cuda.cuDriverGetVersion(ctypes.byref(version)) or cuda.cuDeviceGetCount(ctypes.byref(count)):
        return None
    cards = []
    for at in range(count.value):
        device, name = ctypes.c_int(), ctypes.create_string_buffer(256)
        major, minor = ctypes.c_int(), ctypes.c_int()
        failed = (
            cuda.cuDeviceGet(ctypes.byref(device), at)
            or cuda.cuDeviceGetName(name, len(name), device)
            or cuda.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, device)
            or cuda.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, device)
        )
        if not failed:
            text = name.value.decode(errors="replace")
            cards.append(Card(text, (major.value, minor.value)))
    # 13020 is CUDA 13.2.
    told = version.value // 1000, version.value % 1000 // 10
    return Driver(told, tuple(cards)) if cards else None


def build_for(driver: Driver) -> str:
    """Return the build of PyTorch for the first card, as "cu130"; empty where the driver is too old.

    Source: PyTorch's CUDA support matrix, releases 2.12 to 2.14: CUDA 13.0 has Turing (7.5) and newer,
    CUDA 12.6 everything from Maxwell (5.0) to Hopper (9.0).
    """
    capability = driver.cards[0].capability
    if capability >= (7, 5) and driver.cuda >= (13, 0):
        return "cu130"
    if OLDEST <= capability < (10, 0) and driver.cuda >= (12, 0):
        return "cu126"
    return ""


def requirement(version: str, build: str) -> list[str]:
    """Return what `pip install` has to be given for one version of PyTorch, as "2.13.0", in a build."""
    return [f"torch=={version.partition('+')[0]}+{build}", "--index-url", INDEX + build]


def runs_on(architectures: list[str], capability: tuple[int, int]) -> bool:
    """Return whether kernels that were compiled for these, as "sm_86" or "compute_90", run on a card.

    Source: CUDA programming guide, "Compute capabilities": binaries run on the same major number and
    no smaller a minor one, and what is in PTX on every later card.
    """
    for one in architectures:
        kind, _, number = one.partition("_")
        digits = "".join(c for c in number if c.isdigit())
        built = (int(digits[:-1]), int(digits[-1])) if len(digits) > 1 else (0, 0)
        same = built[0] == capability[0]
        if built <= capability and (same or kind == "compute") and built > (0, 0):
            return True
    return False
