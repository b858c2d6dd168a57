"""Which of a test's cases are left to the slow suite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def slowly(cases: Iterable[Any], *slow: Any) -> list[Any]:
    """Return cases to parametrize a test with, of which these run with `-m slow` only.

    A part that is new is in none of those lists, so that it is always tested.
    """
    given = list(cases)
    unknown = [case for case in slow if case not in given]
    assert not unknown, f"no such case: {unknown}"
    return [pytest.param(case, marks=pytest.mark.slow) if case in slow else case for case in given]
