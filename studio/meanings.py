"""What parts say about themselves: their docstrings, in the language in force."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from gan_engine import Part, RunConfig, Setting, walk
from studio.i18n import listed, mark, together, tr


def about(part: type[Part]) -> str:
    """Return the first sentence of a part's help page."""
    text = " ".join((inspect.getdoc(part) or "").split())
    first = text.split(" Source:")[0]
    end = first.find(". ")
    return first if end < 0 else first[: end + 1]


def rest(part: type[Part]) -> str:
    """Return what follows the first sentence of a part's help page; often nothing."""
    return " ".join((inspect.getdoc(part) or "").split())[len(about(part)) :].strip()


def page(part: type[Part]) -> str:
    """Return a part's whole help page as one paragraph, in the language in force."""
    return together(*(tr(text) for text in (about(part), rest(part)) if text))


def choices(setting: Setting) -> dict[Any, str]:
    """Return what may be chosen at a setting, values or kinds of parts, and what a form calls it."""
    values = {value: tr(label) for value, label in setting.choices}
    return values | {part.key(): tr(part.title) for part in setting.parts}


def label_of(path: str, draft: Mapping[str, Any]) -> str:
    """Return what a form calls the setting at `path`, with its part's name where it is one of many."""
    labels: dict[str, str] = {}
    for setting in walk(RunConfig, draft):
        labels[setting.path] = tr(setting.label)
        if setting.kind == "each":
            labels |= {f"{setting.path}.{part.key()}": tr(part.title) for part in setting.parts}
    plain = path.rpartition(".")[2].replace("_", " ").capitalize()
    name, outer = labels.get(path, plain), labels.get(path.rpartition(".")[0], "")
    return tr("{part}, {name}", part=outer, name=inner(name)) if outer else name


def inner(text: str) -> str:
    """Return what begins like a sentence as it stands within one; D's head and R1 stay as they are."""
    return f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text


def layer(name: str) -> str:
    """Return a layer's name or kind in the language in force; sizes and numbers stay: Up 2, 3×3."""
    if (whole := tr(name)) != name:
        return whole
    return listed(_numbered(part) for part in name.split(", "))


def _numbered(part: str) -> str:
    found = re.fullmatch(r"(.*?)((?: [\d×÷./]+)*)", part)
    return f"{tr(found[1])}{found[2]}" if found is not None else tr(part)


LAYERS = (
    mark("Activation"),
    mark("After"),
    mark("Before"),
    mark("Block"),
    mark("Change"),
    mark("Coarse"),
    mark("Conv"),
    mark("Convolution"),
    mark("Convolve"),
    mark("Decoder"),
    mark("Decoders"),
    mark("Dense"),
    mark("Down"),
    mark("Downsample"),
    mark("Enlarge"),
    mark("Equal conv2d"),
    mark("Equal linear"),
    mark("Excite"),
    mark("Expand"),
    mark("Features"),
    mark("First"),
    mark("Gate"),
    mark("Grouped conv2d"),
    mark("Head"),
    mark("Hidden"),
    mark("Instance norm2d"),
    mark("Last"),
    mark("Logit"),
    mark("Mapping"),
    mark("Mix"),
    mark("Mixing"),
    mark("Modulated convolution"),
    mark("Norm"),
    mark("Project"),
    mark("Resample"),
    mark("Shortcut"),
    mark("Shrink"),
    mark("Sigmoid"),
    mark("Squash"),
    mark("Squeeze"),
    mark("Up"),
    mark("Upsample"),
    mark("Variety"),
    mark("Weigh"),
    mark("Whole"),
    mark("spectral norm"),
    mark("convolution"),
)
"""Words that networks call their layers by."""
