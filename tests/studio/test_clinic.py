"""The clinic's model: what it tells, in which order, and that it can be stopped at any time."""

import pytest

from gan_engine import escape
from studio import clinic
from studio.clinic import Progress, _Pace


@pytest.fixture
def wait(qtbot):
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()))


def test_that_names_come_first_then_headers_then_what_a_closer_look_finds(studio, emoji, wait):
    told, clinic = [], studio.clinic
    studio.document.set("data.folder", escape(str(emoji)))
    clinic.began.connect(lambda: told.append("began"))
    clinic.named.connect(lambda names: told.append(("named", len(names))))
    clinic.reported.connect(lambda report: told.append(("reported", len(report.files))))
    clinic.diagnosed.connect(lambda found: told.append(("diagnosed", found.looked_closer)))
    clinic.rested.connect(lambda: told.append("rested"))
    clinic.look(emoji)
    wait(lambda: told[-1:] == [("diagnosed", True)])
    assert told[:3] == ["began", ("named", 48), ("reported", 48)]
    assert "rested" in told
    assert not clinic.is_looking


def test_that_what_is_known_follows_the_settings(studio, emoji, wait):
    studio.document.set("data.folder", escape(str(emoji)))
    studio.clinic.look(emoji)
    wait(lambda: studio.clinic.diagnosis and studio.clinic.diagnosis.looked_closer)
    studio.document.set("data.exclude", "*")
    wait(lambda: len(studio.clinic.diagnosis.out) == 48)
    studio.document.set("data.background", "no colour")  # nothing can be said of that
    studio.document.set("data.background", "#000000")
    studio.document.set("data.exclude", "")
    wait(lambda: not studio.clinic.diagnosis.out)


def test_that_a_run_has_the_processor_to_itself_and_the_look_goes_on_afterwards(
    studio, emoji, wait
):
    studio.document.set("data.folder", escape(str(emoji)))
    studio.clinic.take_state("training")
    studio.clinic.look(emoji)
    wait(lambda: studio.clinic.diagnosis is not None)
    assert not studio.clinic.is_looking
    assert not studio.clinic.diagnosis.looked_closer
    studio.clinic.take_state("idle")
    wait(lambda: studio.clinic.diagnosis.looked_closer)


def test_that_looking_into_another_folder_forgets_the_first(studio, emoji, tmp_path, wait):
    (tmp_path / "other").mkdir()
    reports = []
    studio.clinic.reported.connect(reports.append)
    studio.clinic.look(emoji)
    studio.clinic.look(tmp_path / "other")
    wait(lambda: reports)
    assert [report.folder.name for report in reports] == ["other"]


def test_that_a_cancelled_look_rests(studio, emoji, qtbot):
    studio.clinic.look(emoji)
    with qtbot.waitSignal(studio.clinic.rested):
        studio.clinic.cancel()
    assert studio.clinic.report is None
    assert not studio.clinic.is_looking


def test_that_time_left_is_told_once_there_is_something_to_judge_by(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("studio.clinic.time.monotonic", lambda: now[0])
    pace = _Pace()
    assert pace.left("headers", 0, 1000) is None
    now[0] += 0.5
    assert pace.left("headers", 100, 1000) is None
    now[0] += 1.5
    assert pace.left("headers", 200, 1000) == pytest.approx(8.0)
    assert pace.left("names", 200, 1000) is None
    assert Progress("looks", 1, 2, None).left is None


@pytest.mark.parametrize("work", ["diagnose", "inspect_folder"])
def test_that_what_it_fails_at_is_told_and_nothing_waits_for_it(
    studio, emoji, wait, monkeypatch, work
):
    def broken(*_):
        raise ZeroDivisionError

    told = []
    studio.jobs.unheard.connect(told.append)
    monkeypatch.setattr(clinic, work, broken)
    studio.document.set("data.folder", escape(str(emoji)))
    studio.clinic.look(emoji)
    wait(lambda: any(isinstance(error, ZeroDivisionError) for error in told))
    wait(lambda: not studio.clinic.is_looking)
    monkeypatch.undo()
    studio.clinic.look(emoji)
    wait(lambda: studio.clinic.diagnosis and studio.clinic.diagnosis.looked_closer)
