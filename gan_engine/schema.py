"""One declaration per setting: options, parts, values that move, and reading what was declared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import core_schema


class Message(str):
    """An English sentence that remembers its template and values, so that a window can translate it."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Message:
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
    role: Literal["", "folder", "file", "color"] = "",
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
        role: What a text is: a folder, a file, a colour, or just text.
        names: For a choice, what a menu calls each value.
        live: Whether it may change while a run trains.
        advanced: Whether a form hides it at first.
    """
    extra: dict[str, Any] = dict(
        label=label,
        unit=unit,
        scale=scale,
        role=role,
        live=live,
        advanced=advanced,
        names=names or {},
    )
    return Field(
        default, ge=ge, gt=gt, le=le, lt=lt, description=help, json_schema_extra={"option": extra}
    )


class Part(BaseModel):
    """A frozen set of settings whose methods are their maths; its docstring is its help page."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        protected_namespaces=(),
    )
    title: ClassVar[str] = ""

    @classmethod
    def key(cls) -> str:
        """Return what files call this part; empty for a section that has no siblings."""
        kind = cls.model_fields.get("kind")
        return str(kind.default) if kind else ""


def section(kind: type[Part]) -> Any:
    """Declare settings that are always there, under their own title and docstring's first line."""
    return option(kind(), label=kind.title, help=(kind.__doc__ or "").partition("\n")[0])


class Ramp(Part):
    """A value that moves from `start` to `end` while images are seen, then stays."""

    title: ClassVar[str] = "Ramp"
    start: float = option(1.0, label="Start value", help="The value at the beginning.")
    end: float = option(0.0, label="End value", help="The value at the end; it stays there.")
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
            if isinstance(value, tuple | list) and all(isinstance(part, Part) for part in value):
                return {part.key(): part for part in value}
            return value

        def to_tuple(value: dict[str, Part]) -> tuple[Part, ...]:
            return tuple(value[kind] for kind in order if kind in value)

        def dump(value: tuple[Any, ...]) -> dict[str, Any]:
            return {part.kind: part.model_dump(exclude={"kind"}) for part in value}

        return core_schema.no_info_before_validator_function(
            to_table,
            core_schema.no_info_after_validator_function(to_tuple, table),
            serialization=core_schema.plain_serializer_function_ser_schema(dump),
        )


# --- reading what was declared -----------------------------------------------------------------

Kind = Literal[
    "switch",
    "integer",
    "number",
    "varying",
    "choice",
    "text",
    "folder",
    "color",
    "one",
    "each",
    "section",
]


@dataclass(frozen=True)
class Setting:
    """One setting as a form, a flag or the guide sees it.

    `kind` says how to edit it; `one` and `each` choose among `parts`, a `section` holds the
    settings of `parts[0]`. Bounds are inclusive unless `open_low` or `open_high`; a text that `is_place` names a
    file or folder.
    """

    path: str
    label: str
    help: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    unit: str = ""
    scale: str = "linear"
    choices: tuple[tuple[Any, str], ...] = ()
    parts: tuple[type[Part], ...] = ()
    live: bool = False
    advanced: bool = False
    is_place: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@cache
def settings_of(part: type[Part], prefix: str = "") -> tuple[Setting, ...]:
    """Return every setting that `part` declares, in order, with paths below `prefix`."""
    return tuple(
        _setting(f"{prefix}.{name}" if prefix else name, name, info)
        for name, info in part.model_fields.items()
        if isinstance(info.json_schema_extra, dict)  # not its kind, nor a run file's format
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
    low, high, open_low, open_high = _bounds(info)
    kind, parts = _kind(info, data.get("role", ""))
    choices: tuple[tuple[Any, str], ...] = ()
    if kind == "choice":
        names = data.get("names", {})
        choices = tuple(
            (v, names.get(v, str(v).replace("_", " "))) for v in get_args(info.annotation)
        )
    return Setting(
        path=path,
        label=data.get("label") or name.replace("_", " ").capitalize(),
        help=info.description or "",
        kind=kind,
        default=info.get_default(call_default_factory=True),
        low=low,
        high=high,
        open_low=open_low,
        open_high=open_high,
        unit=data.get("unit", ""),
        scale=data.get("scale", "linear"),
        choices=choices,
        parts=parts,
        live=bool(data.get("live", False)),
        advanced=bool(data.get("advanced", False)),
        is_place=data.get("role") in ("folder", "file"),
    )


def _bounds(info: FieldInfo) -> tuple[float | None, float | None, bool, bool]:
    low = high = None
    open_low = open_high = False
    for item in info.metadata:
        if (value := getattr(item, "ge", None)) is not None:
            low = value
        if (value := getattr(item, "gt", None)) is not None:
            low, open_low = value, True
        if (value := getattr(item, "le", None)) is not None:
            high = value
        if (value := getattr(item, "lt", None)) is not None:
            high, open_high = value, True
    return low, high, open_low, open_high


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
