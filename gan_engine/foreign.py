"""Weights from strangers: opened in a limited process of its own, checked, and taken where they fit."""

from __future__ import annotations

import contextlib
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch
from torch import Tensor

from gan_engine import checkpoint, paths
from gan_engine.config import RunConfig
from gan_engine.errors import EngineError, FileError, ForeignFileError

SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")
_PICKLES = (".pkl", ".pickle")
_PATIENCE_S = 90
"""For everything, the start of a Python with torch on a busy machine included."""
_HINT = "Ask for the weights as .safetensors."
_REASONS = {
    "unknown": "“{name}” is no file of weights, or it is damaged.",
    "packed": "“{name}” claims to hold more than its size allows: it is not opened.",
    "program": "“{name}” holds a program beside its weights: it is not opened.",
    "asks": "“{name}” asks for more than weights need{what}: it is not opened.",
    "kind": "“{name}” holds tensors that are not plain numbers: it is not opened.",
    "name": "“{name}” holds tensors with names that cannot be: it is not opened.",
    "memory": "“{name}” wanted more memory than a file of its size may have.",
    "time": "“{name}” took longer than a file of its size may take.",
}


@dataclass(frozen=True)
class Limits:
    """What a process that opens a stranger's file may use."""

    seconds: int
    memory: int


def limits_for(size: int) -> Limits:
    """Return the limits for a file of `size` bytes: fair for weights, tight for a bomb."""
    return Limits(5 + size // (50 * 2**20), 3 * size + 192 * 2**20)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors in a file of unknown origin by name, on the CPU; nothing in it is run.

    Raises:
        ForeignFileError: It is of a kind, or asks for things, that could run code.
        FileError: It cannot be read as weights within its limits; the text says why.
    """
    size = _size_of(path)
    with tempfile.TemporaryDirectory(prefix="gan-studio-") as folder:
        copy = Path(folder) / "copy.safetensors"
        word, _, what = _asked(path, copy, limits_for(size)).partition(" ")
        if word != "done":
            kind = ForeignFileError if word in ("asks", "program") else FileError
            raise kind(
                _REASONS.get(word, _REASONS["unknown"]),
                hint=_HINT,
                name=path.name,
                what=f" (“{what}”)" if what else "",
            )
        tensors = checkpoint.read_tensors(copy)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise FileError(
                "“{name}” holds numbers that are no numbers, in “{tensor}”.",
                hint="Ask for another copy of it.",
                name=path.name,
                tensor=name,
            )
    return tensors


def _size_of(path: Path) -> int:
    """Return a file's bytes if it is one that may be opened at all."""
    if path.suffix.lower() in _PICKLES:
        raise ForeignFileError(
            "“{name}” is a pickle: opening one runs whatever it holds, so it is not opened.",
            hint=_HINT,
            name=path.name,
        )
    if path.suffix.lower() not in SUFFIXES:
        raise FileError(
            "“{name}” is no file of weights.",
            hint="Choose a .safetensors or .pt file.",
            name=path.name,
        )
    try:
        found = path.stat()
    except OSError as error:
        raise FileError(
            "“{name}” cannot be opened: {why}.",
            hint="Check the name.",
            name=path.name,
            why=error.strerror,
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise FileError(
            "“{name}” is no ordinary file.", hint="Choose a .safetensors file.", name=path.name
        )
    if (needed := limits_for(found.st_size).memory) > (free := psutil.virtual_memory().available):
        raise FileError(
            "“{name}” may need {needed:,.0f} MB of memory; {free:,.0f} MB are free.",
            hint="Close other programs, then try again.",
            name=path.name,
            needed=needed / 2**20,
            free=free / 2**20,
        )
    return found.st_size


def _asked(path: Path, copy: Path, limits: Limits) -> str:
    """Have a child open `path` and copy its tensors; return what it says, or what ended it."""
    words = [str(path.absolute()), str(copy), str(limits.seconds), str(limits.memory)]
    quiet = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "gan_engine.foreign_child", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # torch's own words would say how to switch the protection off
        env={**paths.for_a_child(), **quiet},
        cwd=copy.parent,
        start_new_session=True,
    ) as child:
        try:
            ended = _watched(child, limits)
        finally:
            child.kill()  # whatever interrupts the waiting; one that has ended is left alone
        said = child.stdout.read(1000).decode("utf-8", "replace").strip() if child.stdout else ""
    if ended:
        return ended
    if child.returncode < 0 and not said:
        return "time" if -child.returncode in _BY_CLOCK else "memory"
    return said if child.returncode == 0 else "unknown"


_BY_CLOCK = (14, 24)  # SIGALRM, SIGXCPU; the names are not there on every system


def _watched(child: subprocess.Popen[bytes], limits: Limits) -> str:
    """Wait for the child; end it when it takes too long or, where nothing else limits it, too much."""
    until, most = time.monotonic() + _PATIENCE_S + limits.seconds, 2 * 2**30 + limits.memory
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.1)
            return ""
        with contextlib.suppress(psutil.Error):
            if psutil.Process(child.pid).memory_info().rss > most:
                child.kill()
                return "memory"
        if time.monotonic() > until:
            child.kill()
            return "time"


@dataclass(frozen=True)
class Match:
    """One line of the table of what fits: None where one side has no such tensor."""

    name: str
    expected: tuple[int, ...] | None
    found: tuple[int, ...] | None
    taken: bool
    source: str = ""


_WRAPPERS = ("module.", "state_dict.", "model.", "params.")
_AVERAGED = ("ema.", "g_ema.", "G_ema.", "generator_ema.", "params_ema.")
_PLAIN = ("g.", "generator.", "G.", "netG.", "")
_ALIASES = {
    "g": (*_PLAIN, *_AVERAGED),
    "ema": (*_AVERAGED, *_PLAIN),
    "d": ("d.", "discriminator.", "D.", "netD."),
}
"""What others call the networks, the closest first; a name without any is taken for G's."""


def match_weights(wanted: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> list[Match]:
    """Return, tensor by tensor, what of `weights` fits into networks.

    Args:
        wanted: A run's tensors, “g.…”, “d.…” and “ema.…”.
        weights: A stranger's.
    """
    known = {_unwrapped(name): name for name in weights}
    table, used = list[Match](), set[str]()
    for name, tensor in wanted.items():
        source = next((known[n] for n in _names(name) if n in known), "")
        shape = tuple(tensor.shape)
        if not source:
            table.append(Match(name, shape, None, False))
            continue
        used.add(source)
        theirs = weights[source]
        fits = theirs.shape == tensor.shape
        fits = fits and theirs.is_floating_point() == tensor.is_floating_point()
        table.append(Match(name, shape, tuple(theirs.shape), fits, source))
    left = (name for name in weights if name not in used)
    return table + [Match(name, None, tuple(weights[name].shape), False, name) for name in left]


def weights_that_fit(config: RunConfig, path: Path) -> list[Match]:
    """Return, tensor by tensor, what of a stranger's file a run with these settings would take.

    Raises:
        FileError: It cannot be read, or is never opened; the text says why.
    """
    weights = read_weights(path)
    shape, classes = config.data.shape, int(config.data.classes)
    with torch.device("meta"):
        g = config.architecture.generator(shape, classes).state_dict()
        d = config.architecture.discriminator(shape, classes).state_dict()
    parts = {"g": g, "d": d, "ema": g}
    wanted = {f"{key}.{name}": t for key, part in parts.items() for name, t in part.items()}
    ours = ("optimizer_g.", "optimizer_d.", "memory.", "power.")  # of no use without their run
    found = {name: tensor for name, tensor in weights.items() if not name.startswith(ours)}
    return match_weights(wanted, found)


def start_from(wanted: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> list[Match]:
    """Copy what fits of `weights` into a run's networks; return the table of `match_weights`.

    Raises:
        EngineError: Nothing fits.
    """
    table = match_weights(wanted, weights)
    if not any(match.taken for match in table):
        raise EngineError(
            "None of the {count} tensors fits these networks.",
            hint="Choose the architecture and sizes that they were trained with.",
            count=len(weights),
        )
    with torch.no_grad():
        for match in table:
            if match.taken:
                wanted[match.name].copy_(weights[match.source])
    return table


def _unwrapped(name: str) -> str:
    while wrapper := next((w for w in _WRAPPERS if name.startswith(w)), ""):
        name = name.removeprefix(wrapper)
    return name


def _names(name: str) -> Iterator[str]:
    """Yield what a tensor of ours may be called by others."""
    part, _, rest = name.partition(".")
    aliases: Sequence[str] = _ALIASES.get(part, ())
    return (alias + rest for alias in aliases)
