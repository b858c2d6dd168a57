"""Settings of a wrong kind, as somebody may write them into a file, are shown and named by every panel."""

from __future__ import annotations

import pytest

from gan_engine import RunConfig, default_draft, merge, put, walk
from tests.slowly import slowly
from tests.studio.tiny import tiny_draft

EVERY = merge(
    default_draft(),
    {"augment": {"kind": "adaptive"}, "metrics": {"kid": {}}, "penalties": {"lecam": {}}},
)
PATHS = [setting.path for setting in walk(RunConfig, EVERY)]


NONSENSE = ["a word", [1, 2], {"what": 1}, 10**30]


@pytest.mark.parametrize("each", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("nonsense", slowly(NONSENSE, [1, 2], {"what": 1}), ids=repr)
def test_that_nonsense_at_any_setting_is_shown_and_stops_no_panel(visitor, emoji, nonsense, each):
    draft = merge(EVERY, tiny_draft(emoji))
    for path in PATHS[:: each if nonsense == "a word" else 16]:
        visitor.settings(put(draft, path, nonsense))
    for path in ("data", "samples", "architecture", "penalties", "training.images"):
        visitor.settings(put(draft, path, nonsense))
        assert visitor.studio.document.errors
        assert not visitor.window.acts["start"].isEnabled()
    visitor.settings(draft)
    assert visitor.window.acts["start"].isEnabled()


def test_that_a_preset_with_nonsense_in_it_is_named_like_any_other(visitor, tmp_path):
    (tmp_path / "mine.toml").write_text('data = 3\nloss = "hinge"\n')
    visitor.drops(tmp_path / "mine.toml")
    assert {problem.path for problem in visitor.studio.document.errors} >= {"loss"}
