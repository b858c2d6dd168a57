"""Sentences in the user's language."""

from gan_engine import Message
from studio.i18n import tr


def test_that_named_gaps_are_filled() -> None:
    assert tr("{count:,} images in “{name}”", count=1200, name="cats") == "1,200 images in “cats”"


def test_that_a_message_of_the_engine_is_said_with_its_own_values() -> None:
    why = Message("{left} MB are free", left=3)
    assert tr(Message("The disk is full: {why}.", why=why)) == "The disk is full: 3 MB are free."
