"""Writes the guide's page of settings from their declarations: `python -m tests.house.make_settings`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gan_engine import Part, RunConfig, Setting, settings_of

PAGE = Path(__file__).resolve().parents[2] / "resources" / "guide" / "settings.md"
HEAD = """# Every setting

Each of these is a field of the forms, a key of `run.toml` and a path for `--set`. Settings marked ⚡
may change while a run trains. A setting marked “moves” takes a number, or a table with `start`,
`end`, `images` and `shape` to move from one value to another while images are seen.
"""


def page() -> str:
    """Return the page's text."""
    return "\n".join([HEAD, *_section(RunConfig, "", 2)]).rstrip() + "\n"


def _section(part: type[Part], prefix: str, depth: int) -> Iterator[str]:
    settings = settings_of(part, prefix)
    plain = [setting for setting in settings if setting.kind not in ("section", "one", "each")]
    if plain:
        yield "| setting | default | values | what to do with it |"
        yield "|---|---|---|---|"
        yield from (_row(setting) for setting in plain)
        yield ""
    for setting in settings:
        if setting.kind in ("section", "one", "each"):
            yield f"{'#' * depth} {setting.label} (`{setting.path}`)\n"
            yield f"{setting.help}\n"
        if setting.kind == "section":
            yield from _section(setting.parts[0], setting.path, depth + 1)
        elif setting.kind in ("one", "each"):
            for choice in setting.parts:
                yield from _choice(setting, choice, depth + 1)


def _choice(setting: Setting, choice: type[Part], depth: int) -> Iterator[str]:
    key = choice.key()
    named = (
        f'`{setting.path}.kind = "{key}"`' if setting.kind == "one" else f"`[{setting.path}.{key}]`"
    )
    yield f"{'#' * depth} {choice.title or key}, {named}\n"
    yield inspect.getdoc(choice) or ""
    yield ""
    yield from _section(
        choice, setting.path if setting.kind == "one" else f"{setting.path}.{key}", depth + 1
    )


def _row(setting: Setting) -> str:
    marks = " ⚡" if setting.live else ""
    moves = " moves" if setting.kind == "varying" else ""
    return f"| `{setting.path}`{marks} | {_shown(setting.default)} | {_values(setting)}{moves} | {setting.help} |"


def _values(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(f"`{value}`" for value, _ in setting.choices)
    if setting.kind == "switch":
        return "`true`, `false`"
    low = (
        "" if setting.low is None else f"{_shown(setting.low)} {'<' if setting.open_low else '≤'} "
    )
    high = (
        ""
        if setting.high is None
        else f" {'<' if setting.open_high else '≤'} {_shown(setting.high)}"
    )
    return f"{low}{setting.unit or '…'}{high}" if low or high else setting.unit


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:,}`" if isinstance(value, int) else f"`{value}`" if value != "" else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
