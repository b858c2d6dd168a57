"""What watches a run and says one thing at a time."""

from dataclasses import replace

import numpy as np
import pytest

from gan_engine import Changed, Notice, Scalars, default_draft, get
from studio.doctor import MOST_READINGS
from tests.studio.panels.conftest import start

STEP = 320


@pytest.fixture
def doctor(studio, draft, tmp_path):
    """A doctor who looks at every batch of readings of a run that has begun."""
    studio.doctor.every_seconds = 0.0
    studio.run.draft = default_draft()
    studio.document.load(studio.run.draft)
    studio.run.started.emit(start(tmp_path / "007-cats", draft))
    return studio.doctor


def readings(first=0, count=900, **ill):
    """Return what a run says in which D has won, or which is ill in another way."""
    values = {"loss/d": 0.01, "loss/g": 9.0, "score/real": 9.0, "score/fake": -9.0}
    values |= {"gradient/g": 3.0, "gradient/d": 3.0, "speed": 400.0, **ill}
    random = np.random.default_rng(first)
    return [
        Scalars(STEP * n, {name: v * random.normal(1, 0.05) for name, v in values.items()}, 0.1 * n)
        for n in range(first, first + count)
    ]


def examined(qtbot, studio, told):
    """Let the run say something, and wait for what the doctor finds."""
    studio.run.scalars_arrived.emit(told)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    qtbot.waitUntil(lambda: studio.doctor._job is None)


def ill(qtbot, studio):
    examined(qtbot, studio, readings())
    examined(qtbot, studio, readings(900, 1))


def test_that_something_is_said_once_it_is_found_twice(qtbot, studio, doctor):
    examined(qtbot, studio, readings())
    assert doctor.shown is None
    examined(qtbot, studio, readings(900, 1))
    assert doctor.shown.key == "d_has_won"


@pytest.mark.parametrize(
    ("device", "kind", "said"), [("2 × CPU, 4 cores", "cpu", True), ("CPU?", "mps", False)]
)
def test_that_days_are_told_of_processes_on_a_cpu_whatever_that_is_called(
    qtbot, studio, doctor, draft, tmp_path, device, kind, said
):
    begun = start(tmp_path / "008-cats", draft)
    studio.run.started.emit(replace(begun, device=device, device_kind=kind))
    slow = {"loss/d": 1.0, "loss/g": 1.0, "score/real": 0.5, "score/fake": -0.5, "speed": 1.0}
    examined(qtbot, studio, readings(**slow))
    examined(qtbot, studio, readings(900, 1, **slow))
    assert (doctor.shown is not None and doctor.shown.key == "it_takes_days") == said


def test_that_it_is_no_longer_said_when_it_no_longer_holds(qtbot, studio, doctor):
    ill(qtbot, studio)
    said = []
    doctor.advised.connect(said.append)
    examined(qtbot, studio, readings(901, 900, **{"loss/d": 100.0}))
    examined(qtbot, studio, readings(1801, 1, **{"loss/d": 100.0}))
    assert "d_has_won" not in [verdict and verdict.key for verdict in said]


def test_that_what_is_dismissed_stays_so_for_the_run(qtbot, studio, doctor, draft, tmp_path):
    ill(qtbot, studio)
    doctor.dismiss()
    assert doctor.shown is None
    examined(qtbot, studio, readings(901, 1))
    examined(qtbot, studio, readings(902, 1))
    assert doctor.shown is None
    studio.run.started.emit(start(tmp_path / "008-cats", draft))
    ill(qtbot, studio)
    assert doctor.shown.key == "d_has_won"


def test_that_a_metric_of_an_earlier_moment_is_not_taken_for_a_return(qtbot, studio, doctor):
    examined(qtbot, studio, readings())
    late = Scalars(STEP * 100, {"metric/kid": 0.1}, 90.0)
    examined(qtbot, studio, [late, *readings(900, 1)])
    assert len(doctor._readings) == 902
    assert doctor.shown.key == "d_has_won"


def test_that_a_remedy_is_an_ordinary_edit(qtbot, studio, doctor):
    ill(qtbot, studio)
    remedy = next(r for r in doctor.shown.remedies if r.path == "optimizer_d.rate")
    before = get(studio.document.draft, remedy.path)
    doctor.take(remedy)
    assert doctor.shown is None
    assert get(studio.document.draft, remedy.path) == pytest.approx(before / 2)
    studio.document.undo()
    assert get(studio.document.draft, remedy.path) == before


def test_that_after_a_change_it_is_given_time(qtbot, studio, doctor):
    ill(qtbot, studio)
    studio.run.setting_changed.emit(Changed(901 * STEP, "optimizer_d.rate", 2e-4, 1e-4))
    examined(qtbot, studio, readings(902, 1))
    examined(qtbot, studio, readings(903, 1))
    assert doctor.shown is None


def test_that_what_applies_to_the_next_run_is_not_said_again(qtbot, studio, doctor):
    ill(qtbot, studio)
    doctor.take(next(r for r in doctor.shown.remedies if not r.live))
    examined(qtbot, studio, readings(901, 1))
    examined(qtbot, studio, readings(902, 1))
    assert doctor.shown is None


def test_that_returns_to_a_save_are_counted(qtbot, studio, doctor):
    for _ in range(2):
        studio.run.noticed.emit(Notice(0, "warning", "Went back.", key="diverged"))
    examined(qtbot, studio, readings(**{"loss/d": 100.0}))
    examined(qtbot, studio, readings(900, 1, **{"loss/d": 100.0}))
    assert doctor.shown.key == "rate_is_too_high"


def test_that_readings_beyond_a_save_are_forgotten_when_the_run_goes_back(qtbot, studio, doctor):
    examined(qtbot, studio, readings(0, 300))
    examined(qtbot, studio, readings(100, 1))
    assert len(doctor._readings) == 101


def test_that_memory_is_bounded_and_measurements_are_kept(qtbot, studio, doctor):
    told = readings(0, 2 * MOST_READINGS)
    told[3].values["metric/kid"] = 0.1
    examined(qtbot, studio, told[:MOST_READINGS])
    examined(qtbot, studio, told[MOST_READINGS : MOST_READINGS + 10])
    assert len(doctor._readings) < MOST_READINGS
    assert told[3] in doctor._readings


def test_that_nothing_is_said_of_a_run_that_is_over(qtbot, studio, doctor):
    ill(qtbot, studio)
    studio.run.state_changed.emit("idle")
    assert doctor.shown is None


def test_that_a_rule_that_breaks_is_told_once(qtbot, studio, doctor, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    told = []
    studio.jobs.unheard.connect(told.append)
    monkeypatch.setattr("studio.doctor.examine", broken)
    ill(qtbot, studio)
    assert len(told) == 1
    assert doctor.shown is None
