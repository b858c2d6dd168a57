"""Which sizes doubling networks can make."""

from __future__ import annotations

import pytest

from gan_engine.architectures.sizes import Growth, growth, size_objections
from gan_engine.imaging import ImageShape


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (64, 64, Growth(4, 4, 4)),
        (48, 48, Growth(6, 6, 3)),
        (224, 224, Growth(7, 7, 5)),
        (128, 64, Growth(8, 4, 4)),
    ],
)
def test_that_a_start_is_four_to_seven_pixels_on_its_shorter_side(height, width, expected) -> None:
    assert growth(ImageShape(height, width, 3)) == expected


def test_that_every_allowed_size_grows_from_its_start() -> None:
    allowed = [s for s in range(1, 1025) if not list(size_objections(ImageShape(s, s, 3)))]
    assert allowed[:8] == [16, 20, 24, 28, 32, 40, 48, 56]
    assert allowed[-1] == 512
    for size in allowed:
        start, _, times = growth(ImageShape(size, size, 3))
        assert 4 <= start <= 7
        assert start << times == size


def test_that_every_suggestion_is_taken() -> None:
    for height in range(8, 600, 7):
        for width in range(8, 600, 31):
            shape = ImageShape(height, width, 3)
            for _ in range(3):
                for problem in size_objections(shape):
                    side = {"data.size": "height", "data.width": "width"}[problem.path]
                    shape = shape._replace(**{side: problem.suggestion})
            assert not list(size_objections(shape)), (height, width, shape)
