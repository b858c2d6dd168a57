"""Words for numbers."""

from datetime import datetime

import pytest

from gan_engine import default_draft
from studio import i18n
from studio.panels import words as say


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (950, "950"), (12_300, "12.3 k"), (100_000, "100 k"), (2_700_000, "2.7 M")],
)
def test_that_counts_are_short_and_round_ones_rounder(number, text):
    assert say.count(number) == text


def test_that_settings_are_told_in_few_characters_and_large_ones_in_groups():
    told = (True, 64, 10_000, 0.0002, 125_000.0, {"start": 20_000.0, "end": 0.05})
    shown = ["on", "64", "10,000", "0.0002", "125,000", "20,000 to 0.05"]
    assert [say.value(one) for one in told] == shown


def test_that_one_thing_is_not_called_things():
    assert say.pictures(1) == "1 image"
    assert say.others(1204) == "1,204 other files"
    assert say.images(1) == "1 image"


def test_that_many_sizes_are_told_as_a_range():
    assert say.sizes({(64, 48): 3}) == "64 × 48"
    assert say.sizes({(64, 48): 3, (8, 8): 1, (100, 90): 1}) == "8 × 8 to 100 × 90 (3 sizes)"


def test_that_colours_of_one_name_are_counted_together():
    assert say.colours({"RGBA": 2, "RGBa": 1, "L": 5}) == "grey 5, colour with transparency 3"
    assert say.colours({"F": 1}) == "floating-point grey"


def test_that_a_long_list_ends_in_a_number():
    assert say.listing({c: 1 for c in "abcdef"}) == "a 1, b 1, c 1, d 1 and 2 more"


def test_that_moments_are_told_from_today():
    now = datetime(2026, 11, 23, 12, 0)
    assert say.when(datetime(2026, 11, 23, 9, 5).timestamp(), now) == "today 9:05"
    assert say.when(datetime(2026, 11, 22, 23, 30).timestamp(), now) == "yesterday 23:30"
    assert say.when(datetime(2025, 1, 2).timestamp(), now) == "2 Jan 2025"


def test_that_settings_are_called_what_forms_call_them():
    draft = default_draft()
    assert say.label_of("data.folder", draft) == "Images, folder"
    assert say.label_of("architecture.d_norm", draft) == "Architecture, D's normalisation"
    assert say.label_of("penalties.r1.weight", draft).startswith("R1, ")
    assert say.label_of("penalties.gone.weight", draft) == "Weight"


def test_that_values_are_told_in_few_characters():
    assert say.value(0.00020000001) == "0.0002"
    assert say.value(True) == "on"
    assert say.value({"start": 1.0, "end": 0.25}) == "1 to 0.25"


def test_that_a_choice_is_said_as_its_form_shows_it(qapp):
    draft = default_draft()
    assert say.chosen("loss.pairing", "pair", draft) != "pair"
    assert say.chosen("loss.kind", "cross_entropy", draft) == "Cross entropy"
    assert say.chosen("training.batch_size", 32, draft) == "32"
    assert say.chosen("data.folder", "cats", draft) == "cats"
    i18n.use("zh_CN")
    assert say.chosen("loss.kind", "cross_entropy", draft) == "交叉熵"
    assert say.chosen("data.flip", True, draft) == "开"
