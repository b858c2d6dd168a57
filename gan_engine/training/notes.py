"""What a person writes about a run: a title, tags and a note, in a small file of the run's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tomli_w

from gan_engine import configfile, durable
from gan_engine.drafts import escape, unescape
from gan_engine.errors import FileError

NAME = "notes.toml"


@dataclass(frozen=True)
class RunNotes:
    """Plain text of any kind; an empty `title` means that the folder's name is the run's."""

    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


NOTHING = RunNotes()


def read_notes(folder: Path) -> RunNotes:
    """Return what is noted about the run in `folder`; nothing where there is no readable file."""
    path = folder / NAME
    if not path.is_file():
        return NOTHING
    try:
        table = configfile.read_draft(path)
    except FileError:
        return NOTHING
    tags = table.get("tags")
    kept = [_text(tag) for tag in tags] if isinstance(tags, list) else []
    return RunNotes(_text(table.get("title")), _text(table.get("note")), tuple(filter(None, kept)))


def write_notes(folder: Path, notes: RunNotes) -> None:
    """Keep `notes` about the run in `folder`; a file that cannot be read is set aside first.

    Raises:
        FileError: There is no such folder, so nothing to note about.
        SpaceError: The disk is full or not writable; what was noted before stands.
    """
    if not folder.is_dir():
        raise FileError(
            "“{name}” is not there any more.",
            hint="Read the list of runs again.",
            name=escape(folder.name),
        )
    path = folder / NAME
    _keep_unreadable(path)
    table = {
        "title": escape(notes.title),
        "note": escape(notes.note),
        "tags": [escape(tag) for tag in notes.tags],
    }
    durable.write(path, tomli_w.dumps(table).encode("utf-8"))


def _keep_unreadable(path: Path) -> None:
    if not path.is_file():
        return
    try:
        configfile.read_draft(path)
    except FileError:
        aside = durable.aside(path)
        try:
            path.replace(aside)
        except OSError as error:
            raise durable.space_error(error, aside) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return unescape(value)
