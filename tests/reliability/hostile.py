"""Files that mean harm, by name: each writes itself at a path; none is kept anywhere."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

Maker = Callable[[Path], object]
MARK = "PAYLOAD_RAN"


class Runs:
    """Becomes a call of a function when it is unpickled."""

    def __init__(self, function: Any, *words: Any) -> None:
        self._call = function, words

    def __reduce__(self) -> Any:
        return self._call


def payload(path: Path) -> Runs:
    """Return what leaves a mark beside `path` once it runs."""
    return Runs(os.system, f"touch '{path.parent / MARK}'")


def torch_zip(path: Path, data: bytes, *, pack: bool = False, **more: bytes) -> None:
    """Write a .pt file by hand, as torch lays it out."""
    how = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", b"3\n")
        archive.writestr("archive/byteorder", b"little")
        for name, text in more.items():
            archive.writestr(f"archive/{name.replace('__', '/')}", text)


def pickled(thing: object, protocol: int = 2) -> bytes:
    return pickle.dumps(thing, protocol)


def saved(thing: object) -> Maker:
    """Return what saves `thing` as torch does."""
    return lambda path: torch.save(thing, path)


def written(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


def with_header(table: object, data: bytes = b"", length: int | None = None) -> Maker:
    """Return what writes a safetensors file with any header at all."""
    text = table if isinstance(table, bytes) else json.dumps(table).encode()
    size = len(text) if length is None else length
    return written(struct.pack("<Q", size & (2**64 - 1)) + text + data)


def entry(begin: int, end: int, shape: list[int], kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


def endless(path: Path) -> None:
    """A table whose key takes for ever to hash: pairs of pairs of pairs, 120 deep, in a kilobyte."""
    key = b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(120))
    torch_zip(path, b"\x80\x02}" + key + b"K\x01s.")


def deep(path: Path) -> None:
    table: dict[str, Any] = {"w": torch.zeros(1)}
    for _ in range(50):
        table = {"in": table}
    torch.save(table, path)


def rebuilt(size: tuple[int, ...], stride: tuple[int, ...], key: str = "0") -> Maker:
    """Return what writes a tensor that says of itself whatever one likes."""

    def make(path: Path) -> None:
        good = io.BytesIO()
        torch.save({"w": torch.zeros(2, 3)}, good)
        with zipfile.ZipFile(good) as archive:
            inside = {n: archive.read(n) for n in archive.namelist()}
        name = next(n for n in inside if n.endswith("data.pkl"))
        text = inside[name].replace(
            b"X\x01\x00\x00\x000", b"X" + struct.pack("<I", len(key)) + key.encode()
        )
        text = text.replace(
            _whole(2) + _whole(3) + b"\x86", b"(" + b"".join(map(_whole, size)) + b"t"
        )
        text = text.replace(
            _whole(3) + _whole(1) + b"\x86", b"(" + b"".join(map(_whole, stride)) + b"t"
        )
        assert text != inside[name]
        with zipfile.ZipFile(path, "w") as archive:
            for each, data in inside.items():
                archive.writestr(each, text if each == name else data)

    return make


def _whole(number: int) -> bytes:
    if number < 256:
        return b"K" + bytes([number])
    data = number.to_bytes(9, "little")
    return b"\x8a" + bytes([len(data)]) + data


def bomb(path: Path) -> None:
    torch_zip(path, pickled({}), pack=True, data__0=b"\0" * 2**28)


def program(path: Path) -> None:
    torch_zip(path, pickled({}), code__net=b"def forward(self): pass")


def cut(path: Path) -> None:
    torch.save({"w": torch.randn(99)}, path)
    path.write_bytes(path.read_bytes()[:-200])


def two_pickles(path: Path) -> None:
    torch_zip(path, pickled({}), other=b"")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/more/data.pkl", pickled(payload(path)))


def enormous(path: Path) -> None:
    """A file of a terabyte that takes no room."""
    size = 2**40
    with_header({"w": entry(0, size, [size], "U8")})(path)
    os.truncate(path, path.stat().st_size + size)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


ZERO = b"\0" * 16
PICKLES: dict[str, tuple[str, Maker]] = {
    "stylegan": (".pkl", lambda p: p.write_bytes(pickled({"G_ema": payload(p)}))),
    "capital": (".PKL", lambda p: p.write_bytes(pickled(payload(p)))),
    "pickle": (".pickle", lambda p: p.write_bytes(pickled(payload(p)))),
    "renamed": (".pt", lambda p: p.write_bytes(pickled(payload(p)))),
    "renamed_more": (".safetensors", lambda p: p.write_bytes(pickled(payload(p)))),
    "whole_object": (".pth", lambda p: torch.save(payload(p), p)),
    "among_weights": (".pt", lambda p: torch.save({"w": torch.zeros(2), "x": payload(p)}, p)),
    "eval": (".pt", saved(Runs(eval, "__import__('os').getpid()"))),
    "exec": (".pt", saved({"w": torch.zeros(1), "e": Runs(exec, "raise SystemExit")})),
    "newer_pickle": (".pt", lambda p: torch_zip(p, pickled(payload(p), 4))),
    "module": (".pt", saved(torch.nn.Linear(2, 2))),
    "import_only": (".pt", lambda p: torch_zip(p, b"\x80\x02cantigravity\nfly\n.")),
    "getattr": (".pt", saved(Runs(getattr, "text", "upper"))),
    "sparse": (".pt", saved({"w": torch.eye(3).to_sparse()})),
    "complex": (".pt", saved({"w": torch.zeros(2, dtype=torch.complex64)})),
    "meta": (".pt", saved({"w": torch.zeros(2, device="meta")})),
    "two_pickles": (".pt", two_pickles),
    "program": (".pt", program),
    "bomb": (".pt", bomb),
    "endless": (".pt", endless),
    "deep": (".pt", deep),
    "petabyte": (".pt", rebuilt((2**25, 2**25), (0, 0))),
    "swollen": (".pt", rebuilt((2**13, 2**13), (0, 0))),
    "beyond": (".pt", rebuilt((2**20, 3), (3, 1))),
    "negative": (".pt", rebuilt((2, 3), (2**71, 1))),
    "elsewhere": (".pt", rebuilt((2, 3), (3, 1), key="../../../../etc/passwd")),
    "no_weights": (".pt", saved({"epoch": 3})),
    "strange_name": (".pt", saved({"w\n\u202e": torch.zeros(1)})),
    "no_number": (".pt", saved({"w": torch.tensor([1.0, float("nan")])})),
    "cut": (".pt", cut),
}  # fmt: skip
TENSORS: dict[str, tuple[str, Maker]] = {
    "empty": (".safetensors", written(b"")),
    "short": (".safetensors", written(b"\x02\0\0")),
    "long_header": (".safetensors", with_header({}, length=2**30)),
    "endless_header": (".safetensors", with_header({}, length=-1)),
    "no_table": (".safetensors", with_header([1, 2])),
    "nested": (".safetensors", with_header(b'{"a":' * 100_000)),
    "overlap": (".safetensors", with_header({"a": entry(0, 16, [4]), "b": entry(8, 16, [2])}, ZERO)),
    "gap": (".safetensors", with_header({"a": entry(8, 16, [2])}, ZERO)),
    "backwards": (".safetensors", with_header({"a": entry(16, 0, [4])}, ZERO)),
    "negative": (".safetensors", with_header({"a": entry(-16, 0, [4])}, ZERO)),
    "too_large": (".safetensors", with_header({"a": entry(0, 16, [2**47, 2**47])}, ZERO)),
    "fractions": (".safetensors", with_header({"a": {**entry(0, 16, [4]), "shape": [4.0]}}, ZERO)),
    "unknown_kind": (".safetensors", with_header({"a": entry(0, 16, [4], "X32")}, ZERO)),
    "eighths": (".safetensors", with_header({"a": entry(0, 16, [16], "F8_E4M3")}, ZERO)),
    "tail": (".safetensors", with_header({"a": entry(0, 16, [4])}, ZERO + b"#!/bin/sh")),
    "cut": (".safetensors", with_header({"a": entry(0, 32, [8])}, ZERO)),
    "long_name": (".safetensors", with_header({"a" * 10_000: entry(0, 16, [4])}, ZERO)),
    "no_number": (".safetensors", with_header({"a": entry(0, 16, [4])}, b"\xff" * 16)),
    "enormous": (".safetensors", enormous),
    "page": (".safetensors", written(b"<!doctype html><title>404</title>")),
    "program": (".exe", written(b"MZ")),
    "array": (".npy", written(b"\x93NUMPY")),
    "folder": (".safetensors", Path.mkdir),
    "fifo": (".safetensors", fifo),
    "device": (".pt", device),
}  # fmt: skip
EVERY = {
    f"{name}{suffix}": (suffix, make)
    for kind in (PICKLES, TENSORS)
    for name, (suffix, make) in kind.items()
}
