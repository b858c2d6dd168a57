"""Every file below a folder or in an archive, judged by its name and first bytes alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from gan_engine import archives
from gan_engine.drafts import escape
from gan_engine.errors import DataError
from gan_engine.schema import Message

_OURS = ".png .apng .jpg .jpeg .jpe .jfif .webp .bmp .dib .tif .tiff .gif"
_FOREIGN = (
    ".heic .heif .avif .jxl .jp2 .psd .svg .tga .ico .exr .hdr .pcx .pbm .pgm .ppm .dds"
    " .dng .cr2 .cr3 .nef .arw .orf .rw2 .raf"
)
SUFFIXES = frozenset(_OURS.split())
"""What pictures' names end with; a file with an ending of neither list shows its first bytes."""

_UNREAD = frozenset(_FOREIGN.split())
# Files that commonly lie beside pictures: nobody needs to open them to know that they are none.
_BESIDE = (
    ".txt .json .jsonl .csv .xml .cls .md .html .yaml .toml .py .zip .tar .npz .npy .gz .parquet"
)
_PLAIN = frozenset(_BESIDE.split())
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")


class Entry(NamedTuple):
    """One file of a folder; `name` is relative, as the system says it, with `/` between parts.

    `label` is a class that an archive names: in a file of its own (`pictures_of` gives it to its
    picture).
    """

    name: str
    verdict: Literal["picture", "bad", "other"]
    reason: str = ""
    size: int = 0
    modified: int = 0
    label: str = ""


def pictures_of(entries: Iterable[Entry]) -> list[Entry]:
    """Return the pictures among all files, sorted, each with the label beside it, if there is one.

    A label has its picture's name but for the ending; in a WebDataset names end at the first dot.
    """
    every = sorted(entries)
    pictures = [entry for entry in every if entry.verdict == "picture"]
    said = {os.path.splitext(entry.name)[0]: entry.label for entry in every if entry.label}
    return [_labelled(entry, said) for entry in pictures] if said else pictures


def _labelled(entry: Entry, said: Mapping[str, str]) -> Entry:
    folder, slash, base = entry.name.rpartition("/")
    stems = os.path.splitext(entry.name)[0], folder + slash + base.partition(".")[0]
    return entry._replace(label=next((said[stem] for stem in stems if stem in said), ""))


def walk(folder: Path) -> Iterator[Entry]:
    """Yield every file below `folder`, judged by its name; links are followed, each folder once.

    `folder` may be an archive. Archives in a folder without pictures of its own are looked into
    as if they were folders: shards of a data set. Beside pictures they are just other files.

    Raises:
        DataError: There is no such folder, or it may not be opened.
    """
    if archives.is_archive(folder):
        yield from _whole_archive(folder)
        return
    try:
        seen = {_identity(os.fspath(folder))}
        with os.scandir(folder):
            pass
    except OSError as error:
        raise _no_folder(folder, error) from error
    waiting, packed, loose = [""], list[Entry](), False
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as listing:
                entries = list(listing)
        except OSError as error:
            yield _closed(inside, error)
            continue
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if not _is_folder(entry):
                judged = _judge(entry.path, name)
                loose = loose or judged.verdict == "picture"
                if judged.verdict == "other" and _is_packed(name):
                    packed.append(judged)
                else:
                    yield judged
                continue
            try:
                identity = _identity(entry.path)
            except OSError as error:
                yield _closed(name, error)
                continue
            if identity not in seen:
                seen.add(identity)
                waiting.append(name)
    for archive in packed:
        kind = archives.unread_archive(archive.name, among_others=True)
        if loose or is_hidden(archive.name):
            yield archive
        elif kind:
            why = Message("packed as {kind}, which is not read here; unpack it first", kind=kind)
            yield archive._replace(verdict="bad", reason=why)
        elif not archives.is_archive(folder / archive.name):
            yield archive
        else:
            yield from _inside(folder / archive.name, f"{archive.name}/")


def _is_packed(name: str) -> bool:
    return bool(
        archives.ending(name) in archives.SUFFIXES
        or archives.unread_archive(name, among_others=True)
    )


def _whole_archive(path: Path) -> Iterator[Entry]:
    """Yield what an archive holds, that was chosen in a folder's place."""
    for number, entry in enumerate(_inside(path, "")):
        if number == 0 and not entry.name:
            raise DataError(
                "“{folder}” cannot be read: {why}.",
                hint="Unpack it and choose the folder, or pack it again as zip.",
                folder=escape(path.name),
                why=entry.reason,
            )
        yield entry._replace(name=entry.name or path.name)


def _inside(path: Path, prefix: str) -> Iterator[Entry]:
    """Yield every file of an archive, and the archive itself where it cannot be read to its end."""
    seen = set[str]()
    try:
        modified = os.stat(path).st_mtime_ns
        rows = path.suffix.lower() in (".npy", ".npz")
        for member in archives.listing(path):
            suffix = os.path.splitext(member.name)[1].lower()
            name = prefix + member.name
            entry = Entry(name, "other", "", member.size, modified, member.label)
            if archives.leads_out(member.name) or not is_hidden(member.name):
                twice = Message("there are two of this name") if member.name in seen else ""
                seen.add(member.name)
                reason = twice or member.refusal or _foreign(suffix)
                if reason and suffix in SUFFIXES | _UNREAD:
                    entry = entry._replace(verdict="bad", reason=reason)
                elif not reason and (rows or suffix in SUFFIXES):
                    entry = entry._replace(verdict="picture")
            yield entry
    except archives.ArchiveError as error:
        yield Entry(prefix.removesuffix("/"), "bad", error.reason)
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield Entry(prefix.removesuffix("/"), "bad", Message("it cannot be read ({why})", why=why))


def _closed(name: str, error: OSError) -> Entry:
    why = error.strerror or type(error).__name__
    return Entry(name, "bad", Message("the folder cannot be opened ({why})", why=why))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _judge(path: str, name: str) -> Entry:
    suffix = os.path.splitext(name)[1].lower()
    if is_hidden(name):
        return Entry(name, "other")
    try:
        found = os.stat(path)
    except OSError as error:
        why = Message("it cannot be read ({why})", why=error.strerror or type(error).__name__)
        return Entry(name, "bad" if suffix in SUFFIXES | _UNREAD else "other", why)
    if foreign := _foreign(suffix):
        return Entry(name, "bad", foreign)
    if not stat.S_ISREG(found.st_mode):
        why = Message("not an ordinary file")
        return Entry(name, "bad", why) if suffix in SUFFIXES else Entry(name, "other")
    picture = suffix in SUFFIXES or (suffix not in _PLAIN and _starts_like_a_picture(path))
    verdict: Literal["picture", "other"] = "picture" if picture else "other"
    return Entry(name, verdict, "", found.st_size, found.st_mtime_ns)


def _foreign(suffix: str) -> str:
    if suffix not in _UNREAD:
        return ""
    kind = suffix[1:].upper()
    return Message("{kind} pictures are not read here; save it as PNG or JPEG", kind=kind)


def _starts_like_a_picture(path: str) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            start = file.read(12)
    except OSError:
        return False
    return start.startswith(_SIGNATURES) or (start[:4] == b"RIFF" and start[8:] == b"WEBP")


def is_hidden(name: str) -> bool:
    """Return whether a file is out of sight: a desktop's own thumbnails, a Mac's shadow files."""
    return name.startswith((".", "__MACOSX/")) or "/." in name


def _no_folder(folder: Path, error: OSError) -> DataError:
    name = escape(os.fspath(folder))
    if isinstance(error, FileNotFoundError):
        hint = "Choose another folder, or plug the disk in."
        return DataError("The folder “{folder}” is not there.", hint=hint, folder=name)
    if isinstance(error, NotADirectoryError) and (kind := archives.unread_archive(folder.name)):
        return DataError(
            "“{folder}” is packed as {kind}, which is not read here.",
            hint="Unpack it and choose the folder, or pack it again as zip, tar or tar.gz.",
            folder=name,
            kind=kind,
        )
    if isinstance(error, NotADirectoryError):
        hint = "Choose the folder it is in."
        return DataError("“{folder}” is a file, not a folder of pictures.", hint=hint, folder=name)
    return DataError(
        "The folder “{folder}” cannot be opened: {why}.",
        hint="Check its permissions, or choose another folder.",
        folder=name,
        why=error.strerror or type(error).__name__,
    )
