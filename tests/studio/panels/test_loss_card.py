"""What D and G play for, with the run's numbers."""

import pytest

from gan_engine import Scalars
from studio.panels.design import DesignPanel
from tests.studio.panels.conftest import start

READINGS = {"loss/d": 1.25, "loss/g": 0.75, "score/real": 2.0, "score/fake": -1.0}


@pytest.fixture
def panel(show):
    return show(DesignPanel)


@pytest.fixture
def card(panel):
    return panel.blueprint.loss


@pytest.fixture
def going(studio, tmp_path):
    """A run with these settings has begun, and says things."""

    def say(**more):
        reading = Scalars(64, {**READINGS, **more}, 1.0)
        studio.run.scalars_arrived.emit([reading])

    studio.run.started.emit(start(tmp_path, studio.document.draft))
    return say


def test_that_the_loss_is_shown_as_formulas(card, studio):
    studio.document.set("loss.kind", "least_squares")
    assert card.formulas() == studio.document.config.loss.formula()
    assert card.numbers() == ("", "")
    assert "R1" in card.terms()
    studio.document.switch("penalties.r1", False)
    assert "no penalty" in card.terms()


def test_that_a_run_fills_the_formulas_with_its_numbers(card, studio, going):
    studio.document.set("penalties.r1.weight", 5.0)
    going(**{"penalty/r1": 0.02})
    assert card.numbers() == ("= 1.25", "= 0.75")
    assert "0.02 × 5 = 0.1" in card.terms()
    assert card.plot.marks == {"D(real) 2.000": 2.0, "D(fake) −1.000": -1.0}


def test_that_numbers_of_another_loss_are_not_shown(card, studio, going):
    going()
    studio.document.set("loss.kind", "hinge")
    assert card.numbers() == ("", "")
    assert not card.plot.marks
    studio.document.undo()
    assert card.numbers() == ("= 1.25", "= 0.75")


def test_that_a_reading_that_is_no_number_leaves_the_last_one(card, going):
    going()
    going(**{"loss/d": float("nan")})
    assert card.numbers()[0] == "= 1.25"


def test_that_the_plot_says_what_each_side_pays_today(card, studio, going, tmp_path):
    studio.document.set("loss.kind", "hinge")
    studio.run.started.emit(start(tmp_path, studio.document.draft))
    going()
    paid = {name: float(text.replace("−", "-")) for name, text in card.plot.readings.items()}
    assert paid == pytest.approx({"d_real": 0.0, "d_fake": 0.0, "g_fake": 1.0})


def test_that_the_plot_reaches_as_far_as_the_scores(card, going):
    going(**{"score/real": 40.0})
    assert card.plot.area.found.scores[-1] >= 40


def test_that_relative_scores_are_marked_as_differences(card, studio, tmp_path):
    studio.document.set("loss.pairing", "pair")
    studio.run.started.emit(start(tmp_path, studio.document.draft))
    studio.run.scalars_arrived.emit([Scalars(64, READINGS, 1.0)])
    assert card.plot.marks == {"reals": 3.0, "fakes": -3.0}
    assert "D(x) − D(G(z))" in card._meant.text()


def test_that_a_curve_can_be_hidden(card, going):
    going()
    before = len(card.plot.area.dots)
    card.plot._legend.toggled.emit("g_fake")
    assert len(card.plot.area.dots) == before - 1
    assert "g_fake" in card.plot.readings
