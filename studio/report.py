"""What helps to find a fault, in one archive: no pictures, no names, no places on this computer."""

from __future__ import annotations

import csv
import getpass
import io
import json
import math
import platform
import re
import socket
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import __version__ as qt_version

from gan_engine import History, __version__, describe_device, put, to_toml, write_durably
from studio.failures import log_file
from studio.parts import all_parts, licence_of

if TYPE_CHECKING:
    from gan_engine import Draft

_LOG_CHARACTERS = 200_000
_ROWS = 2_000
_OURS = re.compile(r"(?:gan_engine|studio|site-packages|lib[/\\]python3)[/\\][^\"'\n]*$")
_QUOTED = re.compile(r"(?P<mark>[\"'])(?P<path>(?:~|file:|[A-Za-z]:)?[/\\][^\"'\n]*)(?P=mark)")
_BARE = re.compile(r"(?<![\w.<])(?:~|file:|[A-Za-z]:)?[/\\](?=[^\s/\\]|[/\\]\w)[^\n]*")
_NAMES = re.compile("“[^”\n]*”")


def write_report(path: Path, draft: Draft, folder: Path | None) -> Path:
    """Write the archive and return where it is.

    Args:
        path: Where to; replaced when it is there.
        draft: The settings as they are.
        folder: The run on the screen, if there is one.

    Raises:
        EngineError: It cannot be written; what was there before stands.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _pages(draft, folder):
            archive.writestr(name, text)
    write_durably(path, data.getvalue())
    return path


def scrub(text: str) -> str:
    """Return `text` without places, quoted names, the user's name and the computer's."""
    text = _QUOTED.sub(lambda found: f'"{_shortened(found["path"])}"', text)
    text = _BARE.sub("<path>", text)
    text = _NAMES.sub("“…”", text)
    for name in (_user(), socket.gethostname()):
        if len(name) > 2:
            text = re.sub(rf"\b{re.escape(name)}\b", "<name>", text, flags=re.IGNORECASE)
    return text


# --- inside ------------------------------------------------------------------------------------


def _pages(draft: Draft, folder: Path | None) -> Iterator[tuple[str, str]]:
    yield "about.txt", _about()
    yield "settings.toml", to_toml(put(draft, "data.folder", "<path>"))
    if log_file().is_file():
        text = log_file().read_text(encoding="utf-8", errors="replace")
        yield "log.txt", scrub(text[-_LOG_CHARACTERS:])
    if folder is not None:
        history = History(folder)
        try:
            yield "curves.csv", _curves(history)
            yield "events.txt", _events(history)
        finally:
            history.close()


def _about() -> str:
    versions = (f"{part} {licence_of(part)[0]}" for part in all_parts())
    lines = (
        f"GAN Studio {__version__}",
        f"Python {platform.python_version()} ({sys.platform})",
        f"{platform.system()} {platform.release()} {platform.machine()}",
        f"Qt {qt_version}",
        f"Device {describe_device()}",
        *versions,
    )
    return "\n".join(lines) + "\n"


def _curves(history: History) -> str:
    """Return a run's readings as CSV, thinned where there are very many."""
    series = history.scalars()[1]
    moments: dict[float, dict[str, float]] = {}
    for name, (images, values) in series.items():
        for seen, value in zip(images.tolist(), values.tolist(), strict=True):
            moments.setdefault(seen, {})[name] = value
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(["images", *series])
    for seen in sorted(moments)[:: max(1, len(moments) // _ROWS)]:
        read = moments[seen]
        writer.writerow([f"{seen:.0f}", *(f"{read.get(name, math.nan):.5g}" for name in series)])
    return page.getvalue()


def _events(history: History) -> str:
    lines = (
        f"{seen} {kind} {json.dumps(more, ensure_ascii=False)}"
        for seen, _, kind, more in history.events()
    )
    return scrub("\n".join(lines) + "\n")


def _shortened(path: str) -> str:
    found = _OURS.search(path)
    return found.group() if found else "<path>"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
