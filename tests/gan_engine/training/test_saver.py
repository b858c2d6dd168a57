"""Before the first save: whether there will be room for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_engine.config import RunConfig
from gan_engine.events import Notice, Saved
from gan_engine.training import train
from tests.gan_engine.training.conftest import of_kind

Make = Callable[..., RunConfig]


@pytest.mark.parametrize(("share", "told"), [(0.5, True), (1.0, False)])
def test_that_a_disk_too_full_for_a_save_is_told_at_the_start(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, told: bool
) -> None:
    saved = of_kind(train(tiny(), folder=tmp_path / "first"), Saved)[-1]
    usage, inside = shutil.disk_usage, tmp_path / "second"

    def full(path: Path) -> object:
        if Path(path) != inside:
            return usage(path)
        return SimpleNamespace(total=2**40, used=2**40, free=int(share * saved.bytes))

    monkeypatch.setattr(shutil, "disk_usage", full)
    events = list(train(tiny(), folder=inside))
    notices = [one for one in of_kind(events, Notice) if one.key == "room"]
    assert len(notices) == told
    assert all("A save of this run needs" in one.text for one in notices)
    assert all(events.index(one) < events.index(of_kind(events, Saved)[0]) for one in notices)
