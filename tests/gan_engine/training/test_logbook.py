"""The log in a run's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gan_engine.commands import Change, Inbox
from gan_engine.config import RunConfig
from gan_engine.training import logbook, resume, train
from gan_engine.training.session import Session

Make = Callable[..., RunConfig]


def lines(folder: Path) -> list[str]:
    return (folder / logbook.NAME).read_text(encoding="utf-8").splitlines()


def test_that_a_run_writes_down_what_happened(tiny: Make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Change("optimizer_g.rate", 0.001))
    inbox.post(Change("data.size", 8))
    list(train(tiny(), inbox, folder=tmp_path / "run"))
    list(resume(tmp_path / "run", images=40))
    told = "\n".join(lines(tmp_path / "run"))
    for words in ("started on CPU", "optimizer_g.rate", "warning: “data.size”", "saved 0000"):
        assert words in told
    assert "resumed on" in told
    assert lines(tmp_path / "run")[-1].endswith("40 images: finished: done")


def test_that_the_last_line_says_what_ended_it(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Session) -> None:
        raise ZeroDivisionError("by\nnothing")

    monkeypatch.setattr(Session, "round", broken)
    with pytest.raises(ZeroDivisionError):
        list(train(tiny(), folder=tmp_path / "run"))
    assert lines(tmp_path / "run")[-1].endswith("broke off: ZeroDivisionError: by nothing")


def test_that_the_log_is_bounded_and_costs_no_run(tmp_path: Path) -> None:
    for number in range(30):
        assert logbook.write_lines(tmp_path, [logbook.dated(number, "x" * 100_000)])
    sizes = [(tmp_path / name).stat().st_size for name in (logbook.NAME, logbook.OLDER)]
    assert 0 < sum(sizes) < 2.5 * 2**20
    assert not logbook.write_lines(tmp_path / "missing", ["nothing happens"])
