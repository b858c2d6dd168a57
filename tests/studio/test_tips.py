from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF

from gan_engine import RunConfig, default_draft, settings_of, walk
from studio import theme, tips
from studio.meanings import page

READABLE_PX = 600


def test_that_a_long_tip_is_broken_between_words_and_loses_none():
    text = "Adds the mean of what D says of the reals, " * 6
    told = tips.lines(text)
    assert told.count("\n") >= 2
    assert told.split() == text.split()


def test_that_its_own_lines_and_a_short_tip_stay():
    assert tips.lines("Batch size.\n\nDefault: 64") == "Batch size.\n\nDefault: 64"


def test_that_chinese_is_broken_between_letters_but_never_before_a_sign():
    told = tips.lines("真实图像与生成图像的均值之差，" * 8)
    assert told.count("\n") >= 2
    assert not any(line.startswith("，") for line in told.splitlines())


@pytest.mark.parametrize(
    "text",
    [setting.help for setting in walk(RunConfig, default_draft())]
    + [page(part) for setting in settings_of(RunConfig) for part in setting.parts],
    ids=lambda text: text[:30],
)
def test_that_what_a_setting_says_of_itself_fits_beside_the_pointer(qapp, text):
    theme.apply(qapp, "light")
    metrics = QFontMetricsF(qapp.font())
    for line in tips.lines(text).splitlines():
        assert metrics.horizontalAdvance(line) <= READABLE_PX
