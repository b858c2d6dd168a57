"""Every fault of a run is marked, while it happens and when the run is looked at later."""

import pytest

from gan_engine import Notice
from studio.panels import marks
from studio.panels.train import TrainPanel

FAULTS = ["memory", "space", "history", "metrics", "grid", "damaged"]


@pytest.mark.parametrize("key", [*FAULTS, "diverged"])
def test_that_a_fault_is_marked_where_it_happened(show, monkeypatch, key):
    panel, made = show(TrainPanel), []
    monkeypatch.setattr(panel, "_mark", lambda *mark: made.append(mark))
    panel.show_notice(Notice(8, "warning", "Something happened.", key=key))
    assert [(seen, kind) for seen, _, kind in made] == [(8, "notice")]


@pytest.mark.parametrize("key", FAULTS)
def test_that_a_kept_notice_has_the_mark_it_had_live(key):
    assert marks.of_event("notice", {"key": key}, {}) == marks.of_notice(key) is not None


def test_that_other_notices_leave_no_mark():
    assert marks.of_event("notice", {"key": "start"}, {}) is None
