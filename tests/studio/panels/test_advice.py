"""The doctor's card."""

import pytest

from gan_engine import Message, Remedy, Verdict
from studio.panels.advice import MOST_REMEDIES, Advice

RATE = Remedy(
    "optimizer_d.rate", 1e-4, Message("Halve D's learning rate"), Message("2 → 1"), live=True
)
WIDTH = Remedy("architecture.width", 8, Message("Halve the width"), Message("16 → 8"), live=False)
WON = Verdict("d_has_won", Message("D has won."), Message("Its loss is 0.01."), (RATE, WIDTH))


@pytest.fixture
def card(qtbot):
    made = Advice()
    qtbot.addWidget(made)
    made.show_verdict(WON)
    return made


def test_that_it_is_hidden_while_there_is_nothing_to_say(card):
    assert card.said == "D has won. Its loss is 0.01."
    card.show_verdict(None)
    assert card.isHidden()
    assert not card.said


def test_that_a_button_says_what_it_does_and_when(card, qtbot):
    now, later = card.buttons
    assert now.text() == "Halve D's learning rate"
    assert "2 → 1. It applies at once." in now.toolTip()
    assert later.text() == "Next run: halve the width"
    with qtbot.waitSignal(card.remedy_chosen) as chosen:
        now.click()
    assert chosen.args == [RATE]


def test_that_it_can_be_dismissed(card, qtbot):
    with qtbot.waitSignal(card.dismissed):
        card.closing.click()


def test_that_only_the_first_few_remedies_are_offered(card):
    card.show_verdict(Verdict("x", WON.text, WON.evidence, (RATE,) * 6))
    assert len(card.buttons) == MOST_REMEDIES
