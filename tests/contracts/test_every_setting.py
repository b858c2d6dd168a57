"""What holds for every setting of every part: it explains itself, keeps its bounds, survives a file."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import ValidationError

from gan_engine import EXPORTERS, RunConfig, check, default_draft, put, settings_of, to_toml
from gan_engine.drafts import Draft
from gan_engine.schema import Part, Setting

NUMBERS = ("integer", "number", "varying")


@dataclass(frozen=True)
class Case:
    """A setting, the part that declares it, and a draft in which it is in force."""

    part: type[Part]
    setting: Setting
    draft: Draft

    def __str__(self) -> str:
        return f"{self.part.__name__}-{self.setting.path}"


def every(part: type[Part], prefix: str, draft: Draft) -> Iterator[Case]:
    for setting in settings_of(part, prefix):
        yield Case(part, setting, draft)
        path = setting.path
        for inner in setting.parts:
            if setting.kind == "section":
                yield from every(inner, path, draft)
            elif setting.kind == "one":
                yield from every(inner, path, put(draft, f"{path}.kind", inner.key()))
            else:
                below = f"{path}.{inner.key()}"
                yield from every(inner, below, put(draft, below, {}))


RUN = list(every(RunConfig, "", default_draft()))
EXPORTS = [case for part in EXPORTERS for case in every(part, "", {"kind": part.key()})]
ALL = [*RUN, *EXPORTS]
PARTS = list(dict.fromkeys(case.part for case in ALL))


def cases(found: list[Case], *kinds: str) -> pytest.MarkDecorator:
    fitting = [case for case in found if not kinds or case.setting.kind in kinds]
    return pytest.mark.parametrize("case", fitting, ids=str)


def beyond(setting: Setting) -> list[float]:
    """Return the nearest values outside the bounds."""
    step: Any = 1 if setting.kind == "integer" else 1e-6
    values = []
    if setting.low is not None:
        values.append(setting.low if setting.open_low else setting.low - step)
    if setting.high is not None:
        past = setting.high + step * max(1, abs(setting.high))
        values.append(setting.high if setting.open_high else past)
    return values


def another(setting: Setting) -> Any:
    """Return an allowed value that is not the default."""
    match setting.kind:
        case "switch":
            return not setting.default
        case "choice":
            return next(value for value, _ in setting.choices if value != setting.default)
        case "integer":
            low = 0 if setting.low is None else int(setting.low) + setting.open_low
            return low if setting.default != low else low + 1
        case "number" | "varying":
            low, high = setting.low or 0.0, 1.0 if setting.high is None else setting.high
            return low + (high - low) / (4 if setting.default != low + (high - low) / 4 else 8)
        case "color":
            return "#123456"
    return "a “folder” named\nÜ"


def complaints(draft: Draft, path: str) -> list[str]:
    """Return what is said at a setting; anywhere inside it for a choice among parts."""
    _, problems = check(draft)
    errors = [problem for problem in problems if problem.severity == "error"]
    return [str(p) for p in errors if p.path == path or p.path.startswith(f"{path}.")]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_that_a_part_has_a_name_and_a_help_page(part: type[Part]) -> None:
    assert part is RunConfig or part.title
    assert part.__doc__
    assert len(part.__doc__.split()) >= 3
    assert re.fullmatch("[a-z][a-z0-9_]*|", part.key())


@cases([case for case in RUN if case.setting.parts])
def test_that_no_two_parts_of_a_menu_share_a_key_or_a_title(case: Case) -> None:
    parts = case.setting.parts
    assert len({part.key() for part in parts}) == len({part.title for part in parts}) == len(parts)


@cases(ALL)
def test_that_a_setting_explains_itself(case: Case) -> None:
    setting = case.setting
    assert setting.label.strip()
    assert len(setting.help.split()) >= 2
    assert setting.help[0].isupper() or not setting.help[0].isalpha() or setting.help[0] in "bβnψσ"
    assert setting.help[-1] in ".?!)"
    assert setting.help.rstrip(".").lower() != setting.label.lower()


@cases(ALL)
def test_that_the_default_is_allowed(case: Case) -> None:
    setting = case.setting
    case.part()
    if setting.kind == "choice":
        assert setting.default in [value for value, _ in setting.choices]
        assert all(name.strip() for _, name in setting.choices)
    if setting.kind in NUMBERS and isinstance(setting.default, int | float):
        assert setting.low is None or setting.default >= setting.low
        assert setting.high is None or setting.default <= setting.high


@cases(ALL, *NUMBERS)
def test_that_a_log_slider_never_meets_a_negative_number(case: Case) -> None:
    if case.setting.scale == "log":
        assert case.setting.low is not None
        assert case.setting.low >= 0
        assert case.setting.high is not None


@cases(ALL)
def test_that_only_numbers_are_live(case: Case) -> None:
    # A live value reaches a compiled step as a tensor of no dimensions.
    assert not case.setting.live or case.setting.kind in NUMBERS


@cases(RUN, *NUMBERS)
def test_that_a_value_out_of_bounds_is_refused_at_its_path(case: Case) -> None:
    path = case.setting.path
    for value in beyond(case.setting):
        assert len(complaints(put(case.draft, path, value), path)) == 1, value


@cases(RUN, "varying")
def test_that_a_ramp_out_of_bounds_is_refused_at_its_path(case: Case) -> None:
    path = case.setting.path
    for value in beyond(case.setting):
        ramp = {"start": case.setting.default, "end": value}
        assert complaints(put(case.draft, path, ramp), path), value


@cases(RUN, "number", "varying")
def test_that_what_is_no_number_is_refused_at_its_path(case: Case) -> None:
    for value in (math.nan, math.inf, -math.inf, "many"):
        assert complaints(put(case.draft, case.setting.path, value), case.setting.path), value


@cases(RUN)
def test_that_nonsense_is_refused_at_its_path(case: Case) -> None:
    path, kind = case.setting.path, case.setting.kind
    nonsense: Any = ["nonsense"] if kind in ("text", "folder", "color") else "nonsense"
    assert complaints(put(case.draft, path, nonsense), path)


@cases(RUN)
def test_that_a_misspelt_name_is_found(case: Case) -> None:
    path, name = case.setting.path, case.setting.name
    wrong = f"{path}q"
    said = complaints(put(case.draft, wrong, 1), wrong)
    assert len(said) == 1
    assert f"“{name}”" in said[0]


@cases(ALL)
def test_that_a_setting_survives_a_file(case: Case) -> None:
    if case.setting.parts:
        return
    chosen = case.part.model_validate({case.setting.name: another(case.setting)})
    again = case.part.model_validate(without_version(to_toml(chosen.model_dump()), case.part))
    assert again == chosen
    assert getattr(again, case.setting.name) != case.setting.default


def without_version(text: str, part: type[Part]) -> Draft:
    """Return a file's tables less its version, which only a whole run has; exporters have a format."""
    found = tomllib.loads(text)
    return {n: value for n, value in found.items() if n != "format" or n in part.model_fields}


@cases(RUN, "varying")
def test_that_a_ramp_survives_a_file(case: Case) -> None:
    low = case.setting.low or 0.0
    ramp = {"start": case.setting.default, "end": low + 1e-9, "images": 5000, "shape": "cosine"}
    chosen = case.part.model_validate({case.setting.name: ramp})
    text = to_toml(chosen.model_dump())
    assert case.part.model_validate(without_version(text, case.part)) == chosen


@pytest.mark.parametrize("case", {str(c.draft): c for c in RUN}.values(), ids=str)
def test_that_a_whole_run_survives_a_file(case: Case) -> None:
    config = RunConfig.model_validate(case.draft)
    assert RunConfig.model_validate(tomllib.loads(to_toml(config.draft()))) == config


def test_that_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunConfig().training.batch_size = 5  # type: ignore[misc]
