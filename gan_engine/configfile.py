"""A run's settings as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from gan_engine import durable, paths
from gan_engine.config import FORMAT, RunConfig, default_draft
from gan_engine.drafts import Draft, drop, get, merge, put
from gan_engine.errors import FileError
from gan_engine.problems import did_you_mean
from gan_engine.schema import walk


def to_toml(draft: Mapping[str, Any]) -> str:
    """Return `draft` as the text of a run file."""
    return tomli_w.dumps({"format": FORMAT, **draft})


def read_draft(path: Path) -> Draft:
    """Return the settings in the run file at `path`, as written.

    Raises:
        FileError: It is not there, a folder, too large, or not TOML.
    """
    try:
        if path.is_dir():
            raise FileError(
                "“{name}” is a folder, not a settings file.",
                hint="Choose a run.toml.",
                name=path.absolute().name,
            )
        if path.stat().st_size > 2**20:
            raise FileError(
                "“{name}” is too large for a settings file.",
                hint="Choose a run.toml.",
                name=path.name,
            )
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a mark
    except OSError as error:
        raise FileError(
            "“{name}” cannot be opened: {why}.",
            hint="Check the name and try again.",
            name=path.name,
            why=error.strerror or "no such file",
        ) from error
    except UnicodeDecodeError as error:
        raise FileError(
            "“{name}” is no text in UTF-8.", hint="Save it as UTF-8.", name=path.name
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileError(
            "“{name}” is not a settings file: {why}.",
            hint="Mend that line, or start from a preset.",
            name=path.name,
            why=str(error)[:200].replace("{", "(").replace("}", ")"),
        ) from error


def read_given(path: Path, without: Collection[str] = ()) -> Draft:
    """Return the settings in a file that may be anybody's: no place in it is beyond this computer.

    Args:
        path: A run file or a preset.
        without: Settings to leave out, by path.

    Raises:
        FileError: It names a place on another computer, or a device; or it cannot be read.
    """
    draft = read_draft(path)
    for setting in without:
        draft = drop(draft, setting)
    for setting in places(draft):
        text = str(get(draft, setting, ""))
        if where := paths.leads_to(text):
            what = {
                "network": "“{name}” names a place on another computer, “{place}”, which is not looked at.",
                "device": "“{name}” names a device, “{place}”, which is not looked at.",
            }
            raise FileError(
                what[where],
                hint="Take that line out of the file, then choose the place yourself.",
                name=path.name,
                place=text[:200],
            )
    return draft


def without_beyond(draft: Mapping[str, Any]) -> Draft:
    """Return settings of unknown origin less the places in them that are beyond this computer."""
    kept = dict(draft)
    for place in places(draft):
        if paths.leads_to(str(get(draft, place, ""))):
            kept = put(kept, place, paths.BUILTIN) if place == "data.folder" else drop(kept, place)
    return kept


def places(draft: Mapping[str, Any]) -> list[str]:
    """Return the paths of the settings in force that name a file or a folder."""
    return [setting.path for setting in walk(RunConfig, draft) if setting.is_place]


def anonymous(draft: Draft) -> Draft:
    """Return settings without what says whose they are: places, and names of pictures."""
    for setting in (*places(draft), "data.exclude", "data.keep"):
        draft = drop(draft, setting)
    return draft


def write_draft(path: Path, draft: Mapping[str, Any]) -> None:
    """Write a run file durably.

    Raises:
        SpaceError: The disk is full or not writable.
    """
    durable.write(path, to_toml(draft).encode("utf-8"))


@dataclass(frozen=True)
class Preset:
    """Settings with a name; `about` says what to expect and how long it takes.

    From `fewest` pictures on it learns well, and up to `most` it is made for; 0 where that is all the same.
    """

    key: str
    title: str
    about: str
    draft: Draft
    own: bool
    order: int = 99
    fewest: int = 0
    most: int = 0


def read_presets() -> list[Preset]:
    """Return the program's presets, then the user's; a broken file of the user's is left out."""
    found: list[Preset] = []
    for folder, own in ((paths.builtin_presets(), False), (paths.presets(), True)):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            try:
                found.append(_preset(path, own))
            except FileError:
                if not own:
                    raise
    return sorted(found, key=lambda preset: (preset.own, preset.order, preset.key))


def find_preset(key: str) -> Preset:
    """Return the preset called `key`.

    Raises:
        FileError: There is none; the hint names the closest.
    """
    # The program's come first here, and last they stay: one of the user's never stands for them.
    known = {preset.key: preset for preset in reversed(read_presets())}
    if key not in known:
        raise FileError("There is no preset “{key}”.", hint=did_you_mean(key, known), key=key)
    return known[key]


_LONGEST = 50
"""Characters of a preset's name that its file is called after: a file's has 255 bytes at most."""


def preset_file(title: str) -> Path:
    """Return the file that a preset of the user's own called `title` is in, or would be."""
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in title.lower()).strip("-")
    key = plain[:_LONGEST] or "preset"
    taken = (paths.builtin_presets() / f"{key}.toml").exists()
    return paths.presets() / (f"{key}-own.toml" if taken else f"{key}.toml")


def save_preset(title: str, about: str, draft: Mapping[str, Any]) -> Path:
    """Keep settings as a preset of the user's own; no place on this computer is part of it."""
    kept = dict(draft)
    for place in places(draft):
        kept = drop(kept, place)
    path = preset_file(title)
    durable.write(
        path, tomli_w.dumps({"title": title, "about": about, "format": FORMAT, **kept}).encode()
    )
    return path


def with_preset(preset: Preset, draft: Mapping[str, Any] | None = None) -> Draft:
    """Return the preset's settings, with the images of `draft`, and how those are pairs if at all."""
    mine = draft or {}
    chosen = merge(default_draft(), preset.draft)
    chosen["penalties"] = preset.draft.get("penalties", {})  # not the defaults beside them
    # A preset may come from anybody: which folder or file is read is never its business.
    for place in places(chosen):
        there = get(mine, place)
        chosen = drop(chosen, place) if there is None else put(chosen, place, there)
    kept = {"folder": get(mine, "data.folder") or paths.BUILTIN}
    pairs = get(mine, "data.pairs", "off")
    if pairs != "off" and get(chosen, "data.pairs", "off") != "off":
        kept |= {"pairs": pairs, "direction": get(mine, "data.direction", "a_to_b")}
    return merge(chosen, {"data": kept})


def _preset(path: Path, own: bool) -> Preset:
    table = read_draft(path)
    title, about = str(table.pop("title", path.stem)), str(table.pop("about", ""))
    order, fewest, most = (
        value if isinstance(value := table.pop(name, usual), int) else usual
        for name, usual in (("order", 99), ("fewest", 0), ("most", 0))
    )
    return Preset(path.stem, title, about, table, own, order, fewest, most)
