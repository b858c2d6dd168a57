"""Opens a stranger's file of weights inside limits, and copies plain tensors out; a process of its own.

Started by `foreign.py` as `python -m gan_engine.foreign_child FILE COPY SECONDS BYTES`; says one word
of how it went. What torch or Python would say of a hostile file is for nobody's eyes.
"""

from __future__ import annotations

import os
import pickletools
import signal
import sys
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from gan_engine import tensorfile

if TYPE_CHECKING:
    from torch import Tensor

KINDS = {"BOOL", "U8", "I8", "I16", "I32", "I64", "F16", "BF16", "F32", "F64"}
_OPERATIONS = {
    "PROTO", "STOP", "MARK", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2",
    "TUPLE3", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "BINGET",
    "LONG_BINGET", "BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "NEWTRUE",
    "NEWFALSE", "NONE", "GLOBAL", "REDUCE", "BINPERSID", "BUILD",
}  # fmt: skip
"""All that torch needs to write down dictionaries of tensors."""
_STORAGES = ["Bool", "Byte", "Char", "Short", "Int", "Long", "Half", "BFloat16", "Float", "Double"]
_NAMES = {
    "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
    *(f"torch {kind}Storage" for kind in _STORAGES),
}  # fmt: skip
_MOST_OPERATIONS, _MOST_TENSORS, _DEEPEST, _LONGEST_NAME = 2_000_000, 50_000, 8, 300
_START_SECONDS = 60


def main() -> None:
    """Do the one thing this process is for."""
    path, copy, seconds, memory = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    limit_time(_START_SECONDS)
    size = os.stat(path).st_size
    with open(path, "rb") as file:
        first = file.read(4)
        file.seek(0)
        if first != b"PK\x03\x04":
            limit_memory(memory)
            limit_time(seconds)
            copy_tensors(file, size, copy)
    if first == b"PK\x03\x04":
        inspect(path, size)
        import torch  # noqa: F401  (takes longer than any file: not counted)

        limit_memory(memory)
        limit_time(seconds)
        load(path, size, copy)
    say("done")


def say(word: str, more: str = "") -> NoReturn:
    """Say how it went, and end."""
    sys.stdout.write(f"{word} {more}".strip() + "\n")
    sys.stdout.flush()
    os._exit(0)


def limit_time(seconds: int) -> None:
    """End this process by itself after so many seconds, of the clock's or of a processor's."""
    if os.name == "nt":  # the parent's own patience has to do
        return
    import resource

    signal.setitimer(signal.ITIMER_REAL, seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(more: int) -> None:
    """Let this process have so many bytes more than it has now."""
    if not sys.platform.startswith("linux"):  # elsewhere the parent watches
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (now + more, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (more, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def copy_tensors(file: BinaryIO, size: int, copy: str) -> None:
    """Copy a safetensors file that is in order, without the words in it."""
    try:
        entries, _ = tensorfile.read_header(file, size)
    except ValueError:
        say("unknown")
    for entry in entries:
        if entry.kind not in KINDS:
            say("kind")
        check_name(entry.name)
    with open(copy, "wb") as out:
        out.write(tensorfile.header(entries, {}))
        while piece := file.read(2**20):
            out.write(piece)


def check_name(name: str) -> None:
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        say("name")


def inspect(path: str, size: int) -> None:
    """Read what a .pt file asks for, as text, before anything is built from it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.compress_type or member.flag_bits & 1 for member in members):
                say("packed")
            if sum(member.file_size for member in members) > size:
                say("packed")
            names = [member.filename for member in members]
            if any("/code/" in name or name.endswith("constants.pkl") for name in names):
                say("program")
            pickles = [name for name in names if name.endswith(".pkl")]
            if len(pickles) != 1 or len(set(names)) != len(names):
                say("unknown")
            check_operations(archive.read(pickles[0]))
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, OSError):
        say("unknown")


def check_operations(data: bytes) -> None:
    """Refuse what weights do not need; nothing is done, only read."""
    for number, (operation, argument, _) in enumerate(pickletools.genops(data)):
        if operation.name == "GLOBAL" and argument not in _NAMES:
            asked = str(argument).replace(" ", ".")[:60]
            say("asks", asked if asked.isascii() and asked.isprintable() else "")
        if operation.name not in _OPERATIONS:
            say("asks")
        if number > _MOST_OPERATIONS:
            say("packed")


def load(path: str, size: int, copy: str) -> None:
    """Have torch read the weights alone, and copy what is a plain tensor."""
    import torch

    try:
        found = dict(tensors_in(torch.load(path, map_location="cpu", weights_only=True)))
        if not found:
            say("unknown")
        kinds, total = {}, 0
        for name, tensor in found.items():
            check_name(name)
            kind = kind_of(tensor)
            total += tensor.numel() * tensor.element_size()
            kinds[name] = (kind, tuple(tensor.shape))
        # A view may claim to be far larger than what is stored; tied weights are stored once.
        if total > 2 * size + 2**20:
            say("packed")
        entries = tensorfile.lay_out(kinds)
        with open(copy, "wb") as out:
            out.write(tensorfile.header(entries, {}))
            for entry in entries:
                flat = found[entry.name].detach().contiguous().reshape(-1)
                out.write(flat.view(torch.uint8).numpy().data)
    except MemoryError:
        say("memory")


def tensors_in(found: object) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors in tables of tables, by dotted name; numbers and words are passed over."""
    import torch

    waiting, seen = [("", found, 0)], 0
    while waiting:
        name, thing, depth = waiting.pop()
        if isinstance(thing, torch.Tensor):
            yield name or "weight", thing
        elif isinstance(thing, dict):
            if depth >= _DEEPEST:
                say("packed")
            waiting += [(f"{name}.{key}".strip("."), t, depth + 1) for key, t in thing.items()]
        seen += 1
        if seen + len(waiting) > _MOST_TENSORS:
            say("packed")


def kind_of(tensor: Tensor) -> str:
    """Return the format's name for a tensor's type, if it is a plain one."""
    import torch

    plain = (
        tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.is_complex()
    )
    if not plain or tensor.is_quantized or tensor.is_conj() or tensor.is_neg():
        say("kind")
    names = {
        torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16",
        torch.int32: "I32", torch.int64: "I64", torch.float16: "F16", torch.bfloat16: "BF16",
        torch.float32: "F32", torch.float64: "F64",
    }  # fmt: skip
    if tensor.dtype not in names:
        say("kind")
    return names[tensor.dtype]


if __name__ == "__main__":
    main()
