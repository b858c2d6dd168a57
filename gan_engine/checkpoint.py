"""A run's weights and settings in one safetensors file, written durably and checked when read."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Literal

import psutil
import torch
from torch import Tensor

from gan_engine import durable, paths, tensorfile
from gan_engine.config import FORMAT, RunConfig, parse
from gan_engine.drafts import Draft, put
from gan_engine.errors import (
    DamagedFileError,
    FileError,
    ForeignFileError,
    MemoryFullError,
    MismatchError,
)

SUFFIX = ".safetensors"
Holds = Literal["checkpoint", "generator"]
_EXECUTABLE = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin"}
_TYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16,
    "I32": torch.int32, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16,
    "F32": torch.float32, "F64": torch.float64,
}  # fmt: skip
_KINDS = {kind: name for name, kind in _TYPES.items()}


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by name, the settings they belong to, and how far the run was.

    `counters` holds images_seen, updates_d, updates_g, seconds and whatever else must be exact.
    """

    holds: Holds
    draft: Draft
    counters: dict[str, Any]
    tensors: dict[str, Tensor]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def images_seen(self) -> int:
        return int(self.counters.get("images_seen", 0))

    def kept(self) -> Checkpoint:
        """Return a copy in main memory that training on does not change."""
        copies = {n: t.detach().to("cpu", copy=True) for n, t in self.tensors.items()}
        return replace(self, tensors=copies, versions=self.versions or versions())

    def config(self) -> RunConfig:
        """Return the settings, checked; a missing image folder does not matter here.

        Raises:
            SettingsError: They do not make a run.
        """
        return parse(put(self.draft, "data.folder", paths.BUILTIN))


def versions() -> dict[str, str]:
    """Return what bit-exactness depends on."""
    return {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": str(torch.get_num_threads()),
        "machine": platform.machine(),
    }


def write(path: Path, checkpoint: Checkpoint, run: Path | None = None) -> int:
    """Write `checkpoint` durably at `path`, which is read back and compared; return its bytes.

    Neither hashing nor writing keeps other threads waiting. `run` is the folder of the run that
    is being trained, if it is a save of one.

    Raises:
        SpaceError: The disk is full, not writable, gone, or gives back something else than was
            written.
    """
    pieces = list(_pieces(checkpoint))

    def put(file: BinaryIO) -> None:
        for piece in pieces:
            file.write(piece)

    needed = sum(memoryview(piece).nbytes for piece in pieces)
    return durable.write(path, put, needed, run)


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """Return the file that holds `checkpoint`."""
    return b"".join(_pieces(checkpoint))


def _pieces(checkpoint: Checkpoint) -> Iterator[bytes | memoryview]:
    """Yield the file front to back; tensors are views, so that nothing large is copied."""
    tensors = {name: t.detach().to("cpu").contiguous() for name, t in checkpoint.tensors.items()}
    words = {
        "program": "gan-studio",
        "format": str(FORMAT),
        "holds": checkpoint.holds,
        "settings": json.dumps(checkpoint.draft),
        "counters": json.dumps(checkpoint.counters),
        "versions": json.dumps(checkpoint.versions or versions()),
    }
    kinds = {name: (_KINDS[t.dtype], tuple(t.shape)) for name, t in tensors.items()}
    entries = tensorfile.lay_out(kinds)
    yield tensorfile.header(entries, {**words, "sha256": _digest(tensors, words)})
    for entry in entries:
        yield _bytes_of(tensors[entry.name])


def _bytes_of(tensor: Tensor) -> memoryview:
    return tensor.reshape(-1).view(torch.uint8).numpy().data


def read(path: Path) -> Checkpoint:
    """Return what the file at `path` holds; nothing in it is ever executed.

    Raises:
        ForeignFileError: It is of a kind that can run code when it is opened.
        DamagedFileError: Its checksum does not match.
        FileError: It is not there, or none of ours.
        MemoryFullError: It is larger than what memory is free.
    """
    if path.suffix.lower() in _EXECUTABLE:
        raise ForeignFileError(
            "“{name}” is a {suffix} file: opening one can run code that is hidden in it, so it is not opened.",
            hint="Ask for the weights as .safetensors.",
            name=path.name,
            suffix=path.suffix,
        )
    try:
        with open(_regular(path), "rb") as file:
            entries, words = _header(path, file)
            tensors = {entry.name: _tensor(path, file, entry) for entry in entries}
    except OSError as error:
        raise FileError(
            "“{name}” cannot be opened: {why}.",
            hint="Check the name.",
            name=path.name,
            why=error.strerror,
        ) from error
    if words.get("sha256") != _digest(tensors, {k: v for k, v in words.items() if k != "sha256"}):
        raise _damaged(path)
    holds: Holds = "generator" if words.get("holds") == "generator" else "checkpoint"
    try:
        draft, counters, made = (
            json.loads(words[key]) for key in ("settings", "counters", "versions")
        )
    except (ValueError, KeyError, RecursionError) as error:
        raise _damaged(path) from error
    return Checkpoint(holds, draft, counters, tensors, made)


def seen_by(path: Path) -> int:
    """Return how many images were seen by the save at `path`, of which only the head is read.

    Raises:
        FileError: It is not there, or none of ours.
    """
    try:
        with open(_regular(path), "rb") as file:
            _, words = _header(path, file)
            return int(json.loads(words["counters"])["images_seen"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file of any origin that was found to be in order.

    Raises:
        ValueError: It is not in order.
    """
    with open(path, "rb") as file:
        entries, _ = tensorfile.read_header(file, os.fstat(file.fileno()).st_size)
        return {entry.name: _tensor(path, file, entry) for entry in entries}


def _regular(path: Path) -> Path:
    """Return `path` unless it is a pipe or a device, which could keep a reader waiting for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise FileError(
            "“{name}” is no ordinary file.", hint="Choose a .safetensors file.", name=path.name
        )
    return path


def _header(path: Path, file: BinaryIO) -> tuple[list[tensorfile.Entry], dict[str, str]]:
    """Return what a file of ours holds, before any of its tensors is read."""
    size = os.fstat(file.fileno()).st_size
    try:
        entries, words = tensorfile.read_header(file, size)
        newer = int(words.get("format", 0)) > FORMAT
    except ValueError as error:
        raise FileError(
            "“{name}” is not a checkpoint of this program, or it is damaged.",
            hint="Choose a .safetensors file from a run's checkpoints folder.",
            name=path.name,
        ) from error
    if words.get("program") != "gan-studio":
        raise FileError(
            "“{name}” was not made by this program: nothing says which networks its weights belong to.",
            hint="Run, Start from weights… takes what fits (gan-engine train --start-from).",
            name=path.name,
        )
    if newer:
        raise FileError(
            "“{name}” is from a newer version of the program.",
            hint="Update the program.",
            name=path.name,
        )
    if any(entry.kind not in _TYPES for entry in entries):
        raise _damaged(path)
    if size > (free := psutil.virtual_memory().available):
        raise MemoryFullError(  # which says nothing against the file
            "“{name}” needs {size:,.0f} MB of memory; {free:,.0f} MB are free.",
            hint="Close other programs, then try again.",
            name=path.name,
            size=size / 2**20,
            free=free / 2**20,
        )
    return entries, words


def _tensor(path: Path, file: BufferedReader, entry: tensorfile.Entry) -> Tensor:
    """Return the next tensor of an open file."""
    data = bytearray(entry.end - entry.begin)
    if file.readinto(data) != len(data):
        raise _damaged(path)
    kind = _TYPES[entry.kind]
    flat = torch.frombuffer(data, dtype=kind) if data else torch.empty(0, dtype=kind)
    return flat.reshape(entry.shape)


def _damaged(path: Path) -> DamagedFileError:
    return DamagedFileError(
        "“{name}” is damaged: its contents do not match its checksum.",
        hint="Use the checkpoint before it; this one is kept.",
        name=path.name,
    )


def _digest(tensors: Mapping[str, Tensor], words: Mapping[str, str]) -> str:
    """Return the SHA-256 over every tensor's name, type, shape and bytes, and over the metadata."""
    total = hashlib.sha256(json.dumps(dict(sorted(words.items()))).encode())
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        total.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        total.update(_bytes_of(tensor))
    return total.hexdigest()


def load_into(
    target: Mapping[str, Tensor], tensors: Mapping[str, Tensor], prefix: str, path: Path
) -> None:
    """Copy `prefix.*` of `tensors` into `target`, whose layout stays as it is.

    Raises:
        MismatchError: A name, shape or type differs, or a number is not finite.
    """
    found = {
        k.removeprefix(f"{prefix}."): t for k, t in tensors.items() if k.startswith(f"{prefix}.")
    }
    wrong = sorted(found.keys() ^ target.keys())
    wrong += [n for n in found.keys() & target.keys() if found[n].shape != target[n].shape]
    wrong += [n for n in found.keys() & target.keys() if found[n].dtype != target[n].dtype]
    if wrong:
        raise MismatchError(
            "“{name}” belongs to other networks: “{tensor}” is not what these settings build.",
            hint="Open it with its own settings.",
            name=path.name,
            tensor=f"{prefix}.{wrong[0]}",
        )
    for name, tensor in found.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise MismatchError(
                "“{name}” holds numbers that are no numbers, in “{tensor}”.",
                hint="Use an older checkpoint.",
                name=path.name,
                tensor=f"{prefix}.{name}",
            )
    with torch.no_grad():
        for name, tensor in found.items():
            target[name].copy_(tensor)


def listed(folder: Path) -> list[Path]:
    """Return the checkpoints of a run, the one with the most images seen first."""
    inside = folder / "checkpoints"
    found = [p for p in inside.glob(f"*{SUFFIX}") if p.stem.isdigit()] if inside.is_dir() else []
    return sorted(found, key=lambda path: int(path.stem), reverse=True)


def newest(folder: Path) -> tuple[Path, Checkpoint, list[Path]]:
    """Return the newest checkpoint of a run that is whole, and the damaged ones above it.

    Raises:
        FileError: The run has none that can be read; nothing is started afresh over it.
    """
    damaged: list[Path] = []
    for path in listed(folder):
        try:
            return path, read(path), damaged
        except FileError:
            damaged.append(path)
    if damaged:
        raise DamagedFileError(
            "None of the {count} checkpoints of “{run}” can be read.",
            hint="They are kept; start a new run with the same settings.",
            count=len(damaged),
            run=folder.name,
        )
    raise FileError(
        "“{run}” has no checkpoint yet.", hint="Start it again from its run.toml.", run=folder.name
    )


def set_aside(path: Path) -> Path:
    """Rename a checkpoint that cannot be read, so that none is written over it or counts it.

    Returns:
        Where it is now; `path` where it cannot be renamed.
    """
    aside = durable.aside(path)
    try:
        durable.rename(path, aside)
    except OSError:
        return path
    return aside


def prune(folder: Path, keep: int) -> None:
    """Delete all but the newest `keep` checkpoints; called only after a newer one was verified."""
    for path in listed(folder)[keep:]:
        durable.remove(path)


def file_name(images_seen: int) -> str:
    """Return the file name of the checkpoint after `images_seen` images."""
    return f"{images_seen:012d}{SUFFIX}"
