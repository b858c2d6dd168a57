"""Originals may change or go: a run that trains goes on, and a resume asks before it does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import checkpoint, paths
from gan_engine.cli import main
from gan_engine.config import RunConfig
from gan_engine.errors import DataError, ImagesChangedError
from gan_engine.events import Finished, Notice, Started
from gan_engine.history import History
from gan_engine.training import branch, resume, train
from gan_engine.training.originals import NAME, prepared_uses, read
from tests.gan_engine.training.conftest import of_kind

Make = Callable[..., RunConfig]


@pytest.fixture
def run(tiny: Make, tmp_path: Path) -> Path:
    """A run of 16 images that could go on to 32."""
    list(train(tiny(training={"images": 16}), folder=tmp_path / "run"))
    return tmp_path / "run"


def change(folder: Path) -> None:
    """Take one picture away and put two others there."""
    next(iter(sorted(folder.iterdir()))).unlink()
    for number in range(2):
        Image.new("RGB", (20, 20), (number, 99, 0)).save(folder / f"new {number}.png")


def test_that_an_unchanged_folder_is_resumed_without_a_question(run: Path) -> None:
    events = list(resume(run, images=32))
    assert isinstance(events[-1], Finished)
    assert not [n for n in of_kind(events, Notice) if n.key == "as_prepared"]


def test_that_a_changed_folder_is_asked_about_and_nothing_is_touched(
    run: Path, emoji: Path
) -> None:
    change(emoji)
    before = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    with pytest.raises(ImagesChangedError) as asked:
        list(resume(run, images=32))
    assert "2 pictures are new, 1 are gone" in asked.value.text
    assert asked.value.hint
    assert (asked.value.run, asked.value.images) == (run, 32)
    assert asked.value.prepared
    assert asked.value.there
    assert {p: p.read_bytes() for p in run.rglob("*") if p.is_file()} == before


def test_that_a_picture_of_the_same_name_with_other_contents_is_noticed(
    run: Path, emoji: Path
) -> None:
    picture = next(iter(sorted(emoji.iterdir())))
    picture.write_bytes(picture.read_bytes() + b"\0")
    with pytest.raises(ImagesChangedError, match="0 pictures are new, 0 are gone, others may"):
        list(resume(run, images=32))


def test_that_going_on_with_the_prepared_images_is_bit_exact(
    tiny: Make, run: Path, emoji: Path, tmp_path: Path
) -> None:
    list(train(tiny(training={"images": 32}), folder=tmp_path / "whole"))
    change(emoji)
    events = list(resume(run, images=32, changed="prepared"))
    assert [n.key for n in of_kind(events, Notice)].count("as_prepared") == 1
    assert of_kind(events, Started)[0].dataset_images == 48
    whole, half = (checkpoint.newest(f)[1].tensors for f in (tmp_path / "whole", run))
    assert all(np.array_equal(whole[name], half[name]) for name in whole)
    with pytest.raises(ImagesChangedError):  # it is still the same question the next time
        list(resume(run, images=48))


def test_that_preparing_anew_learns_from_what_is_there_now(run: Path, emoji: Path) -> None:
    change(emoji)
    events = list(resume(run, images=32, changed="anew"))
    assert of_kind(events, Started)[0].dataset_images == 49
    assert isinstance(list(resume(run, images=48))[-1], Finished)


def test_that_a_branch_asks_as_the_run_would(run: Path, emoji: Path, tmp_path: Path) -> None:
    longer = {"training.images": 32}
    first = branch(run, 16, longer, into=tmp_path / "first")
    assert of_kind(list(resume(first)), Started)[0].dataset_images == 48
    change(emoji)
    second = branch(run, 16, longer, into=tmp_path / "second")
    with pytest.raises(ImagesChangedError) as asked:
        list(resume(second))
    assert asked.value.run == second
    assert asked.value.prepared
    events = list(resume(second, changed="prepared"))
    assert of_kind(events, Started)[0].dataset_images == 48
    other = branch(run, 16, {**longer, "data.fit": "pad"}, into=tmp_path / "other")
    assert of_kind(list(resume(other)), Started)[0].dataset_images == 49  # of other images


def test_that_a_folder_that_is_gone_leaves_the_prepared_images_to_go_on_with(
    run: Path, emoji: Path
) -> None:
    shutil.rmtree(emoji)
    with pytest.raises(ImagesChangedError, match="no longer where they were") as asked:
        list(resume(run, images=32))
    assert asked.value.prepared
    assert not asked.value.there
    assert isinstance(list(resume(run, images=32, changed="prepared"))[-1], Finished)


def test_that_without_the_prepared_images_only_preparing_anew_is_left(
    run: Path, emoji: Path
) -> None:
    record = read(run)
    assert record is not None
    shutil.rmtree(paths.cache() / "prepared" / record.prepared)
    assert isinstance(list(resume(run, images=24))[-1], Finished)  # unchanged: made again
    shutil.rmtree(paths.cache() / "prepared" / record.prepared)
    change(emoji)
    with pytest.raises(ImagesChangedError, match="are gone") as asked:
        list(resume(run, images=32, changed="prepared"))
    assert not asked.value.prepared
    shutil.rmtree(emoji)
    with pytest.raises(DataError, match="not there"):
        list(resume(run, images=32, changed="prepared"))


@pytest.mark.parametrize("damage", [None, b"", b"{", b'{"format": 9}', b'{"format": 1}'])
def test_that_a_run_that_does_not_know_its_pictures_goes_on_as_before(
    run: Path, emoji: Path, damage: bytes | None
) -> None:
    (run / NAME).unlink() if damage is None else (run / NAME).write_bytes(damage)
    change(emoji)
    assert isinstance(list(resume(run, images=32))[-1], Finished)


def test_that_originals_may_go_while_a_run_trains(tiny: Make, emoji: Path, tmp_path: Path) -> None:
    seen = []
    for event in train(tiny(), folder=tmp_path / "run"):
        seen.append(event)
        if isinstance(event, Started):
            shutil.rmtree(emoji)
    assert isinstance(seen[-1], Finished)
    assert seen[-1].reason == "done"


def test_that_the_command_line_names_the_ways_on(
    run: Path, emoji: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(emoji)

    def said(*words: str) -> tuple[object, str]:
        monkeypatch.setattr("sys.argv", ["gan-engine", "resume", str(run), *words])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, capsys.readouterr().err

    code, text = said("--images", "32")
    assert code == 1
    assert "has changed" in text
    assert "Add --changed prepared or --changed anew." in text
    code, text = said("--images", "32", "--changed", "prepared")
    assert not code


def test_that_a_run_tells_and_keeps_what_is_left_out(
    tiny: Make, emoji: Path, tmp_path: Path
) -> None:
    (emoji / "broken.png").write_bytes(b"")
    first = sorted(path.name for path in emoji.iterdir())[3]
    events = list(train(tiny(data={"exclude": first}), folder=tmp_path / "run"))
    notices = {notice.key: notice.text for notice in of_kind(events, Notice)}
    assert notices["left_out"].startswith("1 ")
    history = History(tmp_path / "run")
    (kept,) = [row[3] for row in history.events() if row[2] == "images"]
    history.close()
    assert [name for name, _ in kept["left_out"]] == [first]
    assert [name for name, _ in kept["unreadable"]] == ["broken.png"]
    assert kept["used"] == 47


def test_that_it_is_known_which_runs_use_an_array(run: Path, tmp_path: Path) -> None:
    record = read(run)
    assert record is not None
    (tmp_path / "no run").mkdir()
    assert prepared_uses(tmp_path) == {record.prepared: ["run"]}
    assert prepared_uses(tmp_path / "nowhere") == {}
