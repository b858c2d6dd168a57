"""A run whose prepared images cannot be read any more waits for them, wherever in a round they fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reliability.helpers import in_process
from tests.reliability.images import READS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cuts no open file")


@pytest.mark.timeout(300)
def test_that_a_run_waits_for_its_images_and_goes_on_where_it_was(
    emoji: Path, tmp_path: Path
) -> None:
    found = in_process("images", tmp_path, emoji)  # which a signal would end
    assert found["waited"] == [[1, 1]] * READS
    assert len(found["said"]) == READS
    assert all("images cannot be read: the file has become too short" in s for s in found["said"])
    assert found["exact"] == [True] * READS
    assert found["stopped"] == [["stopped", True]] * READS
