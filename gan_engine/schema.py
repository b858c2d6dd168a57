"""One declaration per setting: options, parts, values that move, drafts and their problems."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

Draft = dict[str, Any]
"""A run's settings as plain nested tables, possibly incomplete or wrong: what a person is editing."""


class Message(str):
    """An English sentence that remembers its template and values, so that a window can translate it."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Message:
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = template, values
        return message


# --- declaring -------------------------------------------------------------------------------


def option(
    default: Any,
    *,
    help: str,
    label: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    unit: str = "",
    scale: Literal["linear", "log"] = "linear",
    role: Literal["", "folder", "color"] = "",
    names: Mapping[Any, str] | None = None,
    live: bool = False,
    advanced: bool = False,
) -> Any:
    """Declare one setting of a part: everything a form, a file, a flag or the guide needs.

    Args:
        default: The value a newcomer gets.
        help: What to do with it, for someone who never read the paper.
        label: What a form calls it; made from the field's name when empty.
        ge, gt, le, lt: Bounds.
        unit: What the number counts, shown behind it.
        scale: How a slider should move.
        role: What a text is: a folder, a colour, or just text.
        names: For a choice, what a menu calls each value.
        live: Whether it may change while a run trains.
        advanced: Whether a form hides it at first.
    """
    extra = dict(
        label=label, unit=unit, scale=scale, role=role, live=live, advanced=advanced, names=names or {}
    )
    return Field(default, ge=ge, gt=gt, le=le, lt=lt, description=help, json_schema_extra={"option": extra})


class Part(BaseModel):
    """A frozen set of settings whose methods are their maths; its docstring is its help page."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, protected_namespaces=()
    )
    title: ClassVar[str] = ""

    @classmethod
    def key(cls) -> str:
        """Return what files call this part; empty for a section that has no siblings."""
        kind = cls.model_fields.get("kind")
        return str(kind.default) if kind else ""


class Ramp(Part):
    """A value that moves from `start` to `end` while images are seen, then stays."""

    title: ClassVar[str] = "Ramp"
    start: float = option(1.0, help="The value at the beginning.")
    end: float = option(0.0, help="The value at the end; it stays there.")
    images: int = option(0, ge=0, unit="images", help="Over how many images; 0 is the whole run.")
    shape: Literal["linear", "cosine", "steps"] = option(
        "linear",
        help="Straight, slow-fast-slow, or in equal jumps.",
        names={"linear": "Linear", "cosine": "Cosine", "steps": "Steps"},
    )
    jumps: int = option(4, ge=1, le=100, advanced=True, help="How many jumps, when in steps.")

    def at(self, seen: int, total: int) -> float:
        """Return the value after `seen` images of a run that is `total` images long."""
        done = min(1.0, max(0.0, seen / max(1, self.images or total)))
        if self.shape == "cosine":
            done = 0.5 - 0.5 * math.cos(math.pi * done)
        elif self.shape == "steps":
            done = math.floor(done * self.jumps) / self.jumps
        return self.start + (self.end - self.start) * done

    # A bound holds for a ramp when it holds for every value on the way; both ends decide that.
    def __ge__(self, other: float) -> bool:
        return min(self.start, self.end) >= other

    def __gt__(self, other: float) -> bool:
        return min(self.start, self.end) > other

    def __le__(self, other: float) -> bool:
        return max(self.start, self.end) <= other

    def __lt__(self, other: float) -> bool:
        return max(self.start, self.end) < other


Varying = float | Ramp
"""A number, constant or moving with the images seen."""


def value_at(value: Varying, seen: int, total: int) -> float:
    """Return what `value` is after `seen` of `total` images."""
    return value.at(seen, total) if isinstance(value, Ramp) else float(value)


@dataclass(frozen=True)
class OneOf:
    """Annotates a field that holds exactly one of a registry's parts, told apart by `kind`."""

    parts: tuple[type[Part], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        choices = {part.key(): handler.generate_schema(part) for part in self.parts}
        return core_schema.tagged_union_schema(choices, discriminator="kind")


@dataclass(frozen=True)
class EachOf:
    """Annotates a field that holds any number of a registry's parts, at most one of each kind.

    Files write it as a table of tables, `[penalties.r1]`; the config holds a tuple in the
    registry's order.
    """

    parts: tuple[type[Part], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        fields = {
            part.key(): core_schema.typed_dict_field(handler.generate_schema(part), required=False)
            for part in self.parts
        }
        table = core_schema.typed_dict_schema(fields, extra_behavior="forbid")
        order = [part.key() for part in self.parts]

        def to_table(value: Any) -> Any:
            if isinstance(value, tuple | list):
                return {part.kind: part for part in value}
            return value

        def to_tuple(value: dict[str, Part]) -> tuple[Part, ...]:
            return tuple(value[kind] for kind in order if kind in value)

        def dump(value: tuple[Any, ...]) -> Draft:
            return {part.kind: part.model_dump(exclude={"kind"}) for part in value}

        return core_schema.no_info_before_validator_function(
            to_table,
            core_schema.no_info_after_validator_function(to_tuple, table),
            serialization=core_schema.plain_serializer_function_ser_schema(dump),
        )


# --- reading what was declared -----------------------------------------------------------------

Kind = Literal[
    "switch", "integer", "number", "varying", "choice", "text", "folder", "color", "one", "each", "section"
]


@dataclass(frozen=True)
class Setting:
    """One setting as a form, a flag or the guide sees it.

    `kind` says how to edit it; `one` and `each` choose among `parts`, a `section` holds the
    settings of `parts[0]`. Bounds are inclusive unless `open_low`.
    """

    path: str
    label: str
    help: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    unit: str = ""
    scale: str = "linear"
    choices: tuple[tuple[Any, str], ...] = ()
    parts: tuple[type[Part], ...] = ()
    live: bool = False
    advanced: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def settings_of(part: type[Part], prefix: str = "") -> tuple[Setting, ...]:
    """Return every setting that `part` declares, in order, with paths below `prefix`."""
    return tuple(
        _setting(f"{prefix}.{name}" if prefix else name, name, info)
        for name, info in part.model_fields.items()
        if name not in ("kind", "format")
    )


def walk(part: type[Part], draft: Mapping[str, Any], prefix: str = "") -> Iterator[Setting]:
    """Yield every setting that is in force for `draft`, chosen parts included."""
    for setting in settings_of(part, prefix):
        yield setting
        value = draft.get(setting.name)
        table = value if isinstance(value, Mapping) else {}
        if setting.kind == "section":
            yield from walk(setting.parts[0], table, setting.path)
        elif setting.kind == "one":
            yield from walk(chosen(setting, table), table, setting.path)
        elif setting.kind == "each":
            for choice in setting.parts:
                if choice.key() in table:
                    inner = table[choice.key()]
                    inner = inner if isinstance(inner, Mapping) else {}
                    yield from walk(choice, inner, f"{setting.path}.{choice.key()}")


def chosen(setting: Setting, table: Mapping[str, Any]) -> type[Part]:
    """Return the part that a `one` setting's table names, or its default part."""
    for part in setting.parts:
        if part.key() == table.get("kind"):
            return part
    return type(setting.default)


def _setting(path: str, name: str, info: FieldInfo) -> Setting:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    data: Any = extra.get("option", {})
    low, high, open_low = _bounds(info)
    kind, parts = _kind(info, data.get("role", ""))
    choices: tuple[tuple[Any, str], ...] = ()
    if kind == "choice":
        names = data.get("names", {})
        choices = tuple((v, names.get(v, str(v).replace("_", " "))) for v in get_args(info.annotation))
    return Setting(
        path=path,
        label=data.get("label") or name.replace("_", " ").capitalize(),
        help=info.description or "",
        kind=kind,
        default=info.get_default(call_default_factory=True),
        low=low,
        high=high,
        open_low=open_low,
        unit=data.get("unit", ""),
        scale=data.get("scale", "linear"),
        choices=choices,
        parts=parts,
        live=bool(data.get("live", False)),
        advanced=bool(data.get("advanced", False)),
    )


def _bounds(info: FieldInfo) -> tuple[float | None, float | None, bool]:
    low = high = None
    open_low = False
    for item in info.metadata:
        if (value := getattr(item, "ge", None)) is not None:
            low = value
        if (value := getattr(item, "gt", None)) is not None:
            low, open_low = value, True
        if (value := getattr(item, "le", None)) is not None:
            high = value
        if (value := getattr(item, "lt", None)) is not None:
            high = value
    return low, high, open_low


def _kind(info: FieldInfo, role: str) -> tuple[Kind, tuple[type[Part], ...]]:
    for item in info.metadata:
        if isinstance(item, OneOf):
            return "one", item.parts
        if isinstance(item, EachOf):
            return "each", item.parts
    annotation = info.annotation
    if get_origin(annotation) is Literal:
        return "choice", ()
    if get_origin(annotation) in (Union, UnionType):
        return "varying", ()
    if annotation is bool:
        return "switch", ()
    if annotation is int:
        return "integer", ()
    if annotation is float:
        return "number", ()
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return "section", (annotation,)
    if role == "folder":
        return "folder", ()
    return ("color" if role == "color" else "text"), ()


# --- drafts ------------------------------------------------------------------------------------


def get(draft: Mapping[str, Any], path: str, default: Any = None) -> Any:
    """Return the value at a dotted `path` of nested tables, or `default`."""
    value: Any = draft
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def put(draft: Mapping[str, Any], path: str, value: Any) -> Draft:
    """Return a copy of `draft` with `value` at `path`; a new `kind` resets its section."""
    head, _, rest = path.partition(".")
    copy = dict(draft)
    if rest:
        inner = copy.get(head)
        copy[head] = put(inner if isinstance(inner, Mapping) else {}, rest, value)
    elif head == "kind":
        return {"kind": value}
    else:
        copy[head] = value
    return copy


def drop(draft: Mapping[str, Any], path: str) -> Draft:
    """Return a copy of `draft` without what is at `path`."""
    head, _, rest = path.partition(".")
    copy = dict(draft)
    if rest and isinstance(copy.get(head), Mapping):
        copy[head] = drop(copy[head], rest)
    elif not rest:
        copy.pop(head, None)
    return copy


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Draft:
    """Return `base` with the values of `over`; a table that names another `kind` replaces."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        same = isinstance(old, Mapping) and isinstance(value, Mapping)
        if same and value.get("kind", old.get("kind")) == old.get("kind"):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def differences(one: Mapping[str, Any], two: Mapping[str, Any], prefix: str = "") -> dict[str, tuple[Any, Any]]:
    """Return {path: (in one, in two)} for every value that differs; None where it is absent."""
    found: dict[str, tuple[Any, Any]] = {}
    for key in sorted(one.keys() | two.keys()):
        path, a, b = f"{prefix}{key}", one.get(key), two.get(key)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found.update(differences(a, b, f"{path}."))
        elif a != b:
            found[path] = (a, b)
    return found


def read_value(text: str) -> Any:
    """Return what `--set path=TEXT` means: TOML where it is TOML, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


# --- problems ----------------------------------------------------------------------------------


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


def problems_of(error: ValidationError, root: type[Part], draft: Mapping[str, Any]) -> list[Problem]:
    """Return pydantic's findings at the paths a person knows, in words a person understands."""
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False):
        path = _clean_path(item["loc"], root, draft)
        if path not in found:
            found[path] = _problem(path, item, root, draft)
    return list(found.values())


def _clean_path(loc: tuple[int | str, ...], root: type[Part], draft: Mapping[str, Any]) -> str:
    """Return `loc` without the tags that tagged unions put between a field and its part's field."""
    kept: list[str] = []
    settings = {s.name: s for s in settings_of(root)}
    table: Any = draft
    skip = False
    for item in (str(x) for x in loc):
        if skip:
            skip = False
            continue
        if kept and item in ("float", "Ramp", "int"):
            continue
        kept.append(item)
        setting = settings.get(item)
        table = table.get(item, {}) if isinstance(table, Mapping) else {}
        if setting is None:
            continue
        if setting.kind == "one":
            skip = True
            settings = {s.name: s for s in settings_of(chosen(setting, table if isinstance(table, Mapping) else {}))}
        elif setting.kind == "each":
            settings = {p.key(): _setting(p.key(), p.key(), FieldInfo(annotation=p, default=None)) for p in setting.parts}
        elif setting.kind == "section":
            settings = {s.name: s for s in settings_of(setting.parts[0])}
    return ".".join(kept)


def _problem(path: str, item: Any, root: type[Part], draft: Mapping[str, Any]) -> Problem:
    kind, context = item["type"], item.get("ctx", {})
    parent, _, name = path.rpartition(".")
    if kind == "extra_forbidden":
        return Problem(path, Message("There is no setting “{name}”.", name=name), did_you_mean(name, names_below(root, draft, parent)))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        expected = context.get("expected_tags", "").replace("'", "").split(", ") if context else []
        tag = str(context.get("tag", "")) if context else ""
        if not tag:
            return Problem(f"{path}.kind", Message("Says nothing about which kind it is."))
        text = Message("“{tag}” is none of the kinds there are.", tag=tag)
        return Problem(f"{path}.kind", text, did_you_mean(tag, expected))
    if kind == "literal_error":
        value, allowed = str(item.get("input")), context.get("expected", "").replace("'", "")
        return Problem(path, Message("“{value}” is none of: {allowed}.", value=value, allowed=allowed.replace(" or ", ", ")))
    if kind in _WORDS:
        return Problem(path, Message(_WORDS[kind], **{k: _plain(v) for k, v in context.items()}))
    expected = _TYPES.get(kind.split("_")[0])
    if expected and kind.endswith(("_type", "_parsing", "_from_float")):
        return Problem(path, Message("Must be {what}.", what=expected))
    if kind.endswith("_type"):
        return Problem(path, Message("Must be a table of settings."))
    return Problem(path, Message(str(item["msg"]).removeprefix("Value error, ").replace("{", "(").replace("}", ")")))


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def names_below(root: type[Part], draft: Mapping[str, Any], parent: str) -> list[str]:
    """Return the setting names that exist right below `parent` for this draft."""
    if not parent:
        return [setting.name for setting in settings_of(root)]
    for setting in walk(root, draft):
        if setting.path == parent and setting.kind == "each":
            return [part.key() for part in setting.parts]
    inside = [s.path for s in walk(root, draft) if s.path.rpartition(".")[0] == parent]
    return [path.rpartition(".")[2] for path in inside]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return a hint that names the closest of `names`, or lists them when none is close."""
    names = list(names)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return Message("Did you mean “{name}”?", name=close[0])
    return Message("There are: {names}.", names=", ".join(names)) if names else ""


# --- text that is not UTF-8 --------------------------------------------------------------------

_MARK = "\N{SYMBOL FOR SUBSTITUTE}"


def escape(text: str) -> str:
    """Return `text` with undecodable bytes (lone surrogates) written so that UTF-8 can hold them."""
    return "".join(
        _MARK * 2 if c == _MARK else f"{_MARK}{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c
        for c in text
    )


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    pieces = text.split(_MARK)
    out, i = [pieces[0]], 1
    while i < len(pieces):
        if pieces[i] == "" and i + 1 < len(pieces):
            out.append(_MARK + pieces[i + 1])
            i += 2
        else:
            out.append(chr(0xDC00 + int(pieces[i][:2], 16)) + pieces[i][2:])
            i += 1
    return "".join(out)
