"""The guide: pages of Markdown in the user's language, one of them made from the settings themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from gan_engine import Part, RunConfig, Setting, get, paths, settings_of
from studio import i18n
from studio.i18n import listed, mark, tr
from studio.meanings import page

WRITTEN = (
    "first-run", "the-tutorial", "learning", "reliability", "speed", "cluster", "python",
)  # fmt: skip
"""Pages that somebody wrote, in the order of reading."""
SETTINGS = "settings"
_HEADING = re.compile(r"^(#{1,4}) (.+?)(?: \{#([\w.-]+)\})?$")


@dataclass(frozen=True)
class Section:
    """One heading of a page and what stands below it, up to the next.

    `anchor` is what links and `find` call it; `number` counts the headings of the page from 0.
    """

    page: str
    anchor: str
    title: str
    level: int
    number: int
    text: str

    @property
    def path(self) -> str:
        """The setting it is about; empty where it is about none."""
        return self.anchor if self.page == SETTINGS and "." in self.anchor else ""


@dataclass(frozen=True)
class Page:
    """One page: Markdown without anchors, and its sections; the first one is the page itself."""

    key: str
    text: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        return self.sections[0].title


def pages() -> tuple[Page, ...]:
    """Return every page in the language in force; what nobody translated is English."""
    return _pages(i18n.language())


def find(anchor: str, draft: Mapping[str, Any] | None = None) -> Section | None:
    """Return the section that a link means: `the-tutorial`, `first-run#your-first-run`, a setting's path.

    A path leaves out which part its setting belongs to: the one that `draft` chose, else any.
    """
    key, _, inner = anchor.removesuffix(".md").replace(".md#", "#").partition("#")
    for each in pages():
        if each.key == key:
            named = [s for s in each.sections if s.anchor == inner] if inner else []
            return named[0] if named else each.sections[0]
    of_settings = pages()[-1].sections
    for section in of_settings:
        if section.anchor == key:
            return section
    head, _, tail = key.rpartition(".")
    if draft is not None and (kind := get(draft, f"{head}.kind")):
        own = [section for section in of_settings if section.anchor == f"{head}.{kind}.{tail}"]
        if own:
            return own[0]
    for section in of_settings:
        if head and section.anchor.startswith(f"{head}.") and section.anchor.endswith(f".{tail}"):
            return section
    return None


def search(text: str) -> list[Section]:
    """Return the sections that hold every word, those with all of them in the title first."""
    words = text.lower().split()
    if not words:
        return []
    every = [section for each in pages() for section in each.sections]
    found = [s for s in every if all(word in f"{s.title} {s.text}".lower() for word in words)]
    return sorted(found, key=lambda s: not all(word in s.title.lower() for word in words))


# --- inside ------------------------------------------------------------------------------------

_RANGES = {
    (False, False): mark("From {low} to {high}"),
    (True, False): mark("Above {low}, at most {high}"),
    (False, True): mark("At least {low}, below {high}"),
    (True, True): mark("Above {low}, below {high}"),
}
"""What is said of a number's bounds, by whether the low one and the high one are not allowed themselves."""


@cache
def _pages(language: str) -> tuple[Page, ...]:
    written = [_page(key, _read(key, language)) for key in WRITTEN]
    return (*written, _page(SETTINGS, "\n".join(_settings_page())))


def _read(key: str, language: str) -> str:
    folder = paths.resources() / "guide"
    own = folder / language / f"{key}.md"
    return (own if own.is_file() else folder / f"{key}.md").read_text(encoding="utf-8")


def _page(key: str, text: str) -> Page:
    lines, sections = [], list[Section]()
    below: list[str] = []
    heads: list[tuple[str, str, int]] = []
    bodies: list[list[str]] = []
    for line in text.splitlines():
        head = None if line.startswith("    ") else _HEADING.match(line)
        if head is None:
            lines.append(line)
            below.append(line)
            continue
        marks, title, anchor = head.groups()
        lines.append(f"{marks} {title}")
        below = []
        bodies.append(below)
        heads.append((anchor or _slug(title), _plain(title), len(marks)))
    for number, ((anchor, title, level), body) in enumerate(zip(heads, bodies, strict=True)):
        sections.append(Section(key, anchor, title, level, number, "\n".join(body)))
    return Page(key, "\n".join(lines), tuple(sections))


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", _plain(title).lower()).strip("-")


def _plain(title: str) -> str:
    return re.sub(r"[`*]", "", title)


def _settings_page() -> Iterator[str]:
    """Yield the page of settings, each under a heading of its own that its path leads to."""
    yield f"# {tr('Every setting')}\n"
    yield tr("Each of these is a field of the forms. Those with ⚡ may change while a run trains.")
    yield from _part(settings_of(RunConfig), "", 2)


def _part(settings: Sequence[Setting], prefix: str, level: int) -> Iterator[str]:
    for setting in settings:
        path = f"{prefix}.{setting.name}" if prefix else setting.name
        deep = min(level, 4)
        bolt = " ⚡" if setting.live else ""
        yield f"\n{'#' * deep} {tr(setting.label)}{bolt} {{#{path}}}\n"
        yield tr(setting.help)
        if setting.kind == "section":
            yield from _part(settings_of(setting.parts[0]), path, level + 1)
        elif setting.kind in ("one", "each"):
            for part in setting.parts:
                yield from _choice(part, f"{path}.{part.key()}", level + 1)
        else:
            yield f"\n{_facts(setting)}"


def _choice(part: type[Part], path: str, level: int) -> Iterator[str]:
    yield f"\n{'#' * min(level, 4)} {tr(part.title or part.key())} {{#{path}}}\n"
    yield page(part)
    yield from _part(settings_of(part), path, level + 1)


def _facts(setting: Setting) -> str:
    names = dict(setting.choices)
    default = setting.default
    if isinstance(default, bool):
        shown = tr("on") if default else tr("off")
    else:
        shown = tr(names[default]) if default in names else f"{default}"
    facts = [tr("Default: {value}", value=shown or "–")]
    if names:
        facts.append(tr("Choices: {names}", names=listed(tr(name) for name in names.values())))
    if setting.low is not None and setting.high is not None:
        low, high = f"{setting.low:,g}", f"{setting.high:,g}"
        facts.append(tr(_RANGES[setting.open_low, setting.open_high], low=low, high=high))
    return f"*{' · '.join(facts)}*"
