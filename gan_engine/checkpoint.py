"""A run's weights and settings in one safetensors file, written durably and checked when read."""

from __future__ import annotations

import hashlib
import json
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_bytes
from safetensors.torch import save as save_bytes
from torch import Tensor

from gan_engine import durable
from gan_engine.config import FORMAT, RunConfig, parse
from gan_engine.drafts import Draft
from gan_engine.errors import DamagedFileError, FileError, ForeignFileError, MismatchError

SUFFIX = ".safetensors"
Holds = Literal["checkpoint", "generator"]
_LARGEST_HEADER = 16 * 2**20
_EXECUTABLE = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin"}


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

    def config(self) -> RunConfig:
        """Return the settings, checked; a missing image folder does not matter here.

        Raises:
            SettingsError: They do not make a run.
        """
        return parse({**self.draft, "data": {**self.draft.get("data", {}), "folder": "builtin"}})


def versions() -> dict[str, str]:
    """Return what bit-exactness depends on."""
    return {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": str(torch.get_num_threads()),
        "machine": platform.machine(),
    }


def write(path: Path, checkpoint: Checkpoint) -> int:
    """Write `checkpoint` durably at `path`, read it back and compare; return its bytes.

    Raises:
        SpaceError: The disk is full or not writable.
        DamagedFileError: What came back from the disk is not what was written.
    """
    data = to_bytes(checkpoint)
    durable.write(path, data)
    if path.read_bytes() != data:
        raise DamagedFileError(
            "“{name}” came back from the disk changed.",
            hint="Save to another disk.",
            name=path.name,
        )
    return len(data)


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """Return the file that holds `checkpoint`."""
    tensors = {name: t.detach().to("cpu").contiguous() for name, t in checkpoint.tensors.items()}
    words = {
        "program": "gan-studio",
        "format": str(FORMAT),
        "holds": checkpoint.holds,
        "settings": json.dumps(checkpoint.draft),
        "counters": json.dumps(checkpoint.counters),
        "versions": json.dumps(checkpoint.versions or versions()),
    }
    return save_bytes(tensors, {**words, "sha256": _digest(tensors, words)})


def read(path: Path) -> Checkpoint:
    """Return what the file at `path` holds; nothing in it is ever executed.

    Raises:
        ForeignFileError: It is of a kind that can run code when it is opened.
        DamagedFileError: Its checksum does not match.
        FileError: It is not there, or none of ours.
    """
    if path.suffix.lower() in _EXECUTABLE:
        raise ForeignFileError(
            "“{name}” is a {suffix} file: opening one can run code that is hidden in it, so it is not opened.",
            hint="Ask for the weights as .safetensors.",
            name=path.name,
            suffix=path.suffix,
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(
            "“{name}” cannot be opened: {why}.",
            hint="Check the name.",
            name=path.name,
            why=error.strerror,
        ) from error
    words = _words(path, data)
    try:
        tensors = load_bytes(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    if words.get("sha256") != _digest(tensors, {k: v for k, v in words.items() if k != "sha256"}):
        raise _damaged(path)
    holds: Holds = "generator" if words.get("holds") == "generator" else "checkpoint"
    draft, counters = json.loads(words["settings"]), json.loads(words["counters"])
    return Checkpoint(holds, draft, counters, tensors, json.loads(words.get("versions", "{}")))


def _words(path: Path, data: bytes) -> dict[str, str]:
    """Return the metadata of a safetensors file without touching its tensors."""
    try:
        (length,) = struct.unpack_from("<Q", data)
        if length > min(_LARGEST_HEADER, len(data) - 8):
            raise ValueError("header longer than the file")
        words = json.loads(data[8 : 8 + length])["__metadata__"]
    except (struct.error, ValueError, KeyError, RecursionError, TypeError) as error:
        raise FileError(
            "“{name}” is not a checkpoint of this program, or it is damaged.",
            hint="Choose a .safetensors file from a run's checkpoints folder.",
            name=path.name,
        ) from error
    if not isinstance(words, dict) or words.get("program") != "gan-studio":
        raise FileError(
            "“{name}” was not made by this program: nothing says which networks its weights belong to.",
            hint="Choose a file from a run's checkpoints folder or an export.",
            name=path.name,
        )
    if int(words.get("format", 0)) > FORMAT:
        raise FileError(
            "“{name}” is from a newer version of the program.",
            hint="Update the program.",
            name=path.name,
        )
    return words


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
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
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


def prune(folder: Path, keep: int) -> None:
    """Delete all but the newest `keep` checkpoints; called only after a newer one was verified."""
    for path in listed(folder)[keep:]:
        durable.remove(path)


def file_name(images_seen: int) -> str:
    """Return the file name of the checkpoint after `images_seen` images."""
    return f"{images_seen:012d}{SUFFIX}"


__all__ = [
    "SUFFIX",
    "Checkpoint",
    "file_name",
    "listed",
    "load_into",
    "newest",
    "prune",
    "read",
    "to_bytes",
    "versions",
    "write",
]
