"""What is wrong with settings, at the path a person knows, in words a person understands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from gan_engine.schema import Message, Part, Ramp, chosen, settings_of, walk

_Part = TypeVar("_Part", bound=Part)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a draft, at the setting it belongs to; a warning does not stop a start."""

    path: str
    text: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    suggestion: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.path}: {self.text}", self.hint) if part)


# Pydantic's words for what it refuses, in ours. `{...}` are names of its error context.
_WORDS = {
    "greater_than_equal": "Must be at least {ge}.",
    "greater_than": "Must be more than {gt}.",
    "less_than_equal": "Must be at most {le}.",
    "less_than": "Must be less than {lt}.",
    "finite_number": "Must be a finite number.",
    "missing": "Is missing.",
}
_TYPES = {"int": "a whole number", "float": "a number", "bool": "true or false", "string": "a text"}


def part_of(kind: type[_Part], values: Mapping[str, Any]) -> tuple[_Part | None, list[Problem]]:
    """Return the part that `values` mean, or None, and everything wrong with them."""
    try:
        return kind(**values), []
    except ValidationError as error:
        return None, problems_of(error, kind, values)


def problems_of(
    error: ValidationError, root: type[Part], draft: Mapping[str, Any]
) -> list[Problem]:
    """Return pydantic's findings at the paths a person knows, in words a person understands."""
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False):
        if item["loc"][-1] == "float" and isinstance(item["input"], Mapping):
            continue  # a table was meant to move: what is wrong with it as a ramp is said as well
        path = _clean_path(item["loc"], root, draft)
        if path not in found:
            found[path] = _problem(path, item, root, draft)
    return list(found.values())


def _clean_path(loc: tuple[int | str, ...], root: type[Part], draft: Mapping[str, Any]) -> str:
    """Return `loc` without the tags that tagged unions put between a field and its part's field."""
    kept: list[str] = []
    settings = {s.name: s for s in settings_of(root)}
    parts: dict[str, type[Part]] = {}
    table: Any = draft
    skip = False
    for item in (str(x) for x in loc):
        if skip or (kept and item in ("float", "Ramp", "int")):
            skip = False
            continue
        kept.append(item)
        inner = table.get(item) if isinstance(table, Mapping) else None
        table = inner if isinstance(inner, Mapping) else {}
        setting = settings.get(item)
        if setting is not None and setting.kind == "each":
            parts, settings = {part.key(): part for part in setting.parts}, {}
            continue
        below = parts.get(item)
        if setting is not None and setting.kind == "one":
            below, skip = chosen(setting, table), True
        elif setting is not None and setting.kind == "section":
            below = setting.parts[0]
        parts = {}
        settings = {s.name: s for s in settings_of(below)} if below else {}
    return ".".join(kept)


def _problem(path: str, item: Any, root: type[Part], draft: Mapping[str, Any]) -> Problem:
    kind, context = item["type"], item.get("ctx", {})
    parent, _, name = path.rpartition(".")
    if kind == "extra_forbidden" and "." in str(item["loc"][-1]):
        table, _, inner = str(item["loc"][-1]).rpartition(".")
        text = Message("A dot does not lead into a table here.")
        found = Message("Put “{name}” into the table “{table}”.", name=inner, table=table)
        return Problem(path, text, found)
    if kind == "extra_forbidden":
        return Problem(
            path,
            Message("There is no setting “{name}”.", name=name),
            did_you_mean(name, names_below(root, draft, parent)),
        )
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        expected = context.get("expected_tags", "").replace("'", "").split(", ") if context else []
        tag = str(context.get("tag", "")) if context else ""
        if not tag:
            return Problem(f"{path}.kind", Message("Says nothing about which kind it is."))
        text = Message("“{tag}” is none of the kinds there are.", tag=tag)
        return Problem(f"{path}.kind", text, did_you_mean(tag, expected))
    if kind == "literal_error":
        value, allowed = str(item.get("input")), context.get("expected", "").replace("'", "")
        return Problem(
            path,
            Message(
                "“{value}” is none of: {allowed}.",
                value=value,
                allowed=allowed.replace(" or ", ", "),
            ),
        )
    if kind in _WORDS:
        return Problem(path, Message(_WORDS[kind], **{k: _plain(v) for k, v in context.items()}))
    expected = _TYPES.get(kind.split("_")[0])
    if expected and kind.endswith(("_type", "_parsing", "_from_float")):
        hint = "Put it in quotes." if kind == "string_type" else ""
        return Problem(path, Message("Must be {what}.", what=expected), hint)
    if kind.endswith("_type"):
        hint = _how_to_write(path, item.get("input"), root, draft)
        return Problem(path, Message("Must be a table of settings."), hint)
    return Problem(
        path,
        Message(str(item["msg"]).removeprefix("Value error, ").replace("{", "(").replace("}", ")")),
    )


def _how_to_write(path: str, value: Any, root: type[Part], draft: Mapping[str, Any]) -> str:
    """Return how a file says what `value` wanted to say with one word."""
    setting = next((one for one in walk(root, draft) if one.path == path), None)
    kinds = [part.key() for part in setting.parts] if setting else []
    kind = value if value in kinds else kinds[0] if kinds else ""
    if setting and setting.kind == "one":
        return Message(
            'Write [{path}] and, in the line below, kind = "{kind}"; with --set, {path}.kind={kind}.',
            path=path,
            kind=kind,
        )
    if setting and setting.kind == "each":
        return Message(
            "Write [{path}.{kind}], its settings in the lines below; with --set, {path}.{kind}={{}}.",
            path=path,
            kind=kind,
        )
    return Message(
        "Write [{path}], its settings in the lines below; with --set, {path}={{}}.", path=path
    )


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def names_below(root: type[Part], draft: Mapping[str, Any], parent: str) -> list[str]:
    """Return the setting names that exist right below `parent` for this draft."""
    if not parent:
        return [setting.name for setting in settings_of(root)]
    for setting in walk(root, draft):
        if setting.path == parent and setting.kind == "each":
            return [part.key() for part in setting.parts]
        if setting.path == parent and setting.kind == "varying":
            return [one.name for one in settings_of(Ramp)]
    inside = [s.path for s in walk(root, draft) if s.path.rpartition(".")[0] == parent]
    return [path.rpartition(".")[2] for path in inside]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return a hint that names the closest of `names`, or lists them when none is close."""
    names = list(names)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return Message("Did you mean “{name}”?", name=close[0])
    return Message("There are: {names}.", names=", ".join(names)) if names else ""
