"""The dock of messages."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gan_engine import Changed, Finished, Notice, RunInfo, Saved
from studio import theme
from studio.panels import messages
from studio.panels.messages import MessagesPanel
from studio.worker import RunView
from tests.studio.panels.conftest import start


@pytest.fixture
def panel(show):
    return show(MessagesPanel)


def log(panel):
    return [panel.log.item(row).text().split("   ", 1)[1] for row in range(panel.log.count())]


def test_that_without_problems_it_says_that_one_can_start(panel):
    assert panel._none.isVisible()
    assert not panel.problems.isVisible()


def test_that_an_empty_log_offers_a_start_while_one_can_begin(panel, studio, qtbot):
    assert panel.start_button.isVisible()
    assert panel.start_button.isEnabled()
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.start_button.click()
    assert asked.args == ["start"]
    studio.document.set("data.size", 50)
    assert not panel.start_button.isEnabled()
    assert panel.start_button.toolTip() == "Mend what is marked first."
    studio.document.undo()
    panel.show_state("preparing")
    assert panel.start_button.toolTip() == "A run is going."
    panel.add("info", "Something.")
    assert not panel.start_button.isVisible()


def test_that_every_problem_is_told_and_leads_to_its_field(panel, studio, qtbot):
    studio.document.set_many({"training.batch_size": 0, "architecture.width": 0})
    studio.document.switch("penalties.r1", False)
    texts = [panel.problems.item(row).text() for row in range(panel.problems.count())]
    assert any(text.startswith("Training, batch size:") for text in texts)
    assert len(texts) == 3
    assert "grow" in texts[-1]  # the warning comes last
    with qtbot.waitSignal(panel.setting_asked) as asked:
        panel.problems.itemActivated.emit(panel.problems.item(2))
    assert asked.args == ["penalties"]


def test_that_what_a_run_says_is_logged_in_words(panel, draft):
    folder = Path("007-cats")
    panel.show_start(start(folder, draft))
    panel.show_notice(Notice(9, "warning", "It diverged.", "Halve the rate."))
    panel.show_save(Saved(12_300, Path("000000012300.safetensors"), 5_400_000, 0.26))
    panel.show_change(Changed(12_300, "optimizer_g.rate", 0.0002, 0.0001))
    panel.show_end(Finished(20_000, "stopped", folder))
    began, notice, saved, changed, ended = log(panel)
    assert "420 pictures" in began
    assert "1.2 M parameters" in began
    assert notice == "It diverged. Halve the rate."
    assert saved == "Saved after 12.3 k images: 000000012300.safetensors, 5 MB in 0.3 s."
    assert "0.0002 → 0.0001" in changed
    assert ended == "“007-cats” stopped after 20 k images."


def test_that_a_live_change_by_the_user_reaches_the_log_through_the_run(panel, studio):
    studio.run.setting_changed.emit(Changed(5, "loss.real_target", 1.0, 0.9))
    assert "1 → 0.9" in log(panel)[0]


def test_that_the_log_can_be_copied_and_cleared(panel):
    panel.add("info", "One.")
    panel.add("error", "Two.")
    panel.copy()
    assert [line.split("   ")[1] for line in QApplication.clipboard().text().splitlines()] == [
        "One.",
        "Two.",
    ]
    panel.clear()
    assert not log(panel)
    assert panel._nothing.isVisible()


def test_that_the_oldest_lines_go_when_there_are_too_many(panel, monkeypatch):
    monkeypatch.setattr(messages, "MOST", 20)
    for number in range(23):
        panel.add("info", f"line {number}")
    assert log(panel)[0] == "line 3"
    assert panel.log.count() == 20


def test_that_it_takes_the_colours_of_another_theme(panel, qapp):
    studio_style = qapp.styleSheet()
    theme.apply(qapp, "light")
    panel.add("error", "One.")
    light = panel.log.item(0).icon().pixmap(12).toImage()
    theme.apply(qapp, "dark")
    assert panel.log.item(0).icon().pixmap(12).toImage() != light
    theme.apply(qapp, "light")
    assert panel.log.item(0).icon().pixmap(12).toImage() == light
    qapp.setStyleSheet(studio_style)


def test_that_what_a_run_elsewhere_said_before_is_in_the_log_once(panel, tmp_path):
    told = {"level": "warning", "key": "x", "text": ["{count} files are odd.", {"count": 3}]}
    events = [(0, 1000.0, "started", {}), (8, 2000.0, "notice", told)]
    for state, lines in (("done", 0), ("training", 1), ("training", 1)):
        info = RunInfo(tmp_path, "run", state, 8, 100, 8, {}, None, 0.0)
        panel.show_view(RunView(info, {}, [], events))
        assert panel.log.count() == lines
    assert "3 files are odd." in panel.log.item(0).text()
