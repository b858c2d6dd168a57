"""The guide's page of settings says what the settings say of themselves."""

from __future__ import annotations

from tests.house.make_settings import PAGE, page


def test_that_the_page_of_settings_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.house.make_settings"
