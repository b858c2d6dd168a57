"""The model behind the page where a generator is played with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gan_engine import Exploration, Spot, checkpoint
from studio.exploring import Exploring

SMALL = Exploration(rows=2, columns=2)


class Heard:
    """What was told, in order."""

    def __init__(self, exploring: Exploring) -> None:
        self.opened: list[Any] = []
        self.drawn: list[Any] = []
        self.failed: list[Exception] = []
        self.walking: list[bool] = []
        for name, found in vars(self).items():
            getattr(exploring, name).connect(found.append)


@pytest.fixture
def exploring(studio):
    studio.exploring.look(SMALL)
    return studio.exploring


@pytest.fixture
def heard(exploring):
    return Heard(exploring)


@pytest.fixture
def watched(studio, exploring, heard, run_folder, qtbot):
    studio.run.open_folder(run_folder)
    qtbot.waitUntil(lambda: studio.run.view is not None)
    exploring.watch(True)
    qtbot.waitUntil(lambda: bool(heard.drawn))
    return exploring


def test_that_nothing_is_loaded_until_somebody_looks(studio, exploring, heard, run_folder, qtbot):
    studio.run.open_folder(run_folder)
    qtbot.waitUntil(lambda: studio.run.view is not None)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert exploring._sampler is None
    assert heard.opened == []
    exploring.watch(True)
    qtbot.waitUntil(lambda: bool(heard.drawn))
    assert heard.opened[-1].source == run_folder
    sight, grid = heard.drawn[-1]
    assert (sight.how, grid.spots) == (SMALL, tuple(map(Spot, range(4))))


def test_that_a_generator_nobody_looks_at_is_let_go(watched):
    watched.watch(False)
    assert watched._sampler is None


def test_that_a_wish_is_drawn_and_what_came_meanwhile_is_not(watched, heard, qtbot):
    before = len(heard.drawn)
    for seed in (10, 20, 30, 40):
        watched.look(SMALL.model_copy(update={"seed": seed}))
    qtbot.waitUntil(lambda: heard.drawn[-1][1].spots[0] == Spot(40))
    assert len(heard.drawn) <= before + 2
    watched.go_near(Spot(42))
    qtbot.waitUntil(lambda: heard.drawn[-1][0].how.near == "42")
    assert heard.drawn[-1][1].spots[0] == Spot(42)


def test_that_a_walk_goes_on_until_it_is_stopped_and_stays_where_it_is(watched, heard, qtbot):
    watched.walk(True)
    qtbot.waitUntil(lambda: watched.sight.walked > 0)
    place = watched.sight.walked
    qtbot.waitUntil(lambda: watched.sight.walked > place)
    watched.walk(False)
    place = watched.sight.walked
    assert heard.walking == [True, False]
    assert not watched._next.isActive()
    watched.look(SMALL.model_copy(update={"truncation": 0.5}))
    assert watched.sight.walked == place
    watched.look(SMALL.model_copy(update={"seed": 9}))
    assert watched.sight.walked == 0


def test_that_one_goes_on_from_the_very_picture_that_was_seen_and_back_again(watched, heard, qtbot):
    home = heard.drawn[-1]
    for cell in (2, 3, 1):
        shown = heard.drawn[-1]
        watched.go_near(shown[1].spots[cell])
        qtbot.waitUntil(lambda: heard.drawn[-1][0] == watched.sight)
        assert heard.drawn[-1][1].spots[0] == shown[1].spots[cell]
    assert watched.sight.how.near == "2>3:0.3>0:0.3"
    watched.go_back()
    assert watched.sight.how.near == "2>3:0.3"
    watched.go_home()
    qtbot.waitUntil(lambda: heard.drawn[-1][0] == watched.sight)
    assert (heard.drawn[-1][1].pixels == home[1].pixels).all()


def test_that_a_walk_begins_at_the_neighbours_and_can_be_left_anywhere(watched, heard, qtbot):
    watched.go_near(Spot(3))
    watched.walk(True)
    qtbot.waitUntil(lambda: heard.drawn[-1][0].walked > 0)
    assert watched.sight.how.near == "3"
    watched.walk(False)
    place, shown = watched.sight.walked, heard.drawn[-1]
    assert str(shown[1].spots[1]).startswith("3>0:0.3>5:0.")
    watched.go_near(shown[1].spots[1])
    qtbot.waitUntil(lambda: heard.drawn[-1][0] == watched.sight)
    assert heard.drawn[-1][1].spots[0] == shown[1].spots[1]
    watched.go_back()
    assert (watched.sight.how.near, watched.sight.walked) == ("3", place)
    watched.look(watched.sight.how.model_copy(update={"through": "7, 9"}))
    watched.walk(True)  # what was pinned is elsewhere
    assert watched.sight.how.near == ""


def save_once_more(folder: Path) -> int:
    """Write another save of a run, as if it had gone on; return after how many images."""
    path, saved, _ = checkpoint.newest(folder)
    counters = {**saved.counters, "images_seen": saved.images_seen + 8}
    later = path.with_name(checkpoint.file_name(counters["images_seen"]))
    tensors = {
        name: 1.1 * one if one.is_floating_point() else one for name, one in saved.tensors.items()
    }
    checkpoint.write(later, checkpoint.Checkpoint("checkpoint", saved.draft, counters, tensors))
    return counters["images_seen"]


def test_that_a_new_save_is_looked_at_in_the_same_way(watched, heard, studio, run_folder, qtbot):
    watched.look(SMALL.model_copy(update={"seed": 7}))
    newest = save_once_more(run_folder)
    studio.run.saved.emit(None)
    qtbot.waitUntil(lambda: heard.opened[-1].images_seen == newest)
    qtbot.waitUntil(lambda: heard.drawn[-1][0].how.seed == 7)


def test_that_the_same_seeds_are_seen_with_an_earlier_save_whatever_is_saved_meanwhile(
    watched, heard, studio, run_folder, qtbot
):
    first = watched.now.images_seen
    save_once_more(run_folder)
    watched.take_save(first)
    qtbot.waitUntil(lambda: heard.opened[-1].save == first)
    newest = save_once_more(run_folder)
    studio.run.saved.emit(None)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert (watched.now.images_seen, watched.save) == (first, first)
    watched.take_save(None)
    qtbot.waitUntil(lambda: heard.opened[-1].images_seen == newest)
    (before, old) = heard.drawn[0]
    qtbot.waitUntil(lambda: (heard.drawn[-1][1].pixels != old.pixels).any())
    assert (before, old.spots) == (heard.drawn[-1][0], heard.drawn[-1][1].spots)


def test_that_the_newest_save_stands_in_for_one_that_is_gone(
    watched, heard, studio, run_folder, qtbot
):
    newest = save_once_more(run_folder)
    watched.take_save(8_000_000)
    qtbot.waitUntil(lambda: heard.opened[-1].images_seen == newest)
    assert (watched.now.save, watched.save) == (None, None)


def test_that_a_new_save_gets_a_row_where_saves_are_compared(
    watched, heard, studio, run_folder, qtbot
):
    first = watched.now.images_seen
    watched.walk(True)
    watched.compare(True)
    assert heard.walking[-1] is False
    qtbot.waitUntil(lambda: heard.drawn[-1][1].moments == (first,))
    newest = save_once_more(run_folder)
    studio.run.saved.emit(None)
    qtbot.waitUntil(lambda: heard.drawn[-1][1].moments == (first, newest))
    watched.walk(True)
    assert heard.walking[-1] is False
    watched.compare(False)
    qtbot.waitUntil(lambda: not heard.drawn[-1][1].moments)


def test_that_a_picture_is_looked_for_until_somebody_looks_at_something_else(
    watched, heard, studio, run_folder, emoji, qtbot
):
    def found():
        return heard.drawn[-1][1].projection

    picture = next(emoji.iterdir())
    watched.walk(True)
    watched.project(picture)
    assert heard.walking[-1] is False
    qtbot.waitUntil(lambda: found() is not None and found().done == found().total)
    nearest = heard.drawn[-1][1]
    assert (nearest.rows, nearest.columns, nearest.spots) == (1, 2, (found().spot,))

    drawn = len(heard.drawn)  # another look, with what is asked for now
    watched.look(SMALL.model_copy(update={"truncation": 0.5}))
    qtbot.waitUntil(lambda: len(heard.drawn) > drawn and found().done == found().total)
    assert heard.drawn[-1][0].how.truncation == 0.5
    newest = save_once_more(run_folder)
    studio.run.saved.emit(None)
    drawn = len(heard.drawn)
    qtbot.waitUntil(lambda: len(heard.drawn) > drawn)
    assert (watched.now.images_seen, watched.picture) == (newest, picture)

    watched.go_near(nearest.spots[0])
    qtbot.waitUntil(lambda: len(heard.drawn[-1][1].spots) == 4)
    assert (watched.picture, heard.drawn[-1][1].spots[0]) == (None, nearest.spots[0])


@pytest.mark.parametrize("then", ["home", "back", "walk", "compare", "other seeds"])
def test_that_whatever_is_wanted_next_takes_the_place_of_a_picture(
    then, watched, heard, emoji, qtbot
):
    watched.project(next(emoji.iterdir()))
    qtbot.waitUntil(lambda: heard.drawn[-1][1].projection is not None)
    if then == "home":
        watched.go_home()
    elif then == "back":
        watched.go_back()
    elif then == "walk":
        watched.walk(True)
    elif then == "compare":
        watched.compare(True)
    else:
        watched.look(SMALL.model_copy(update={"seed": 9}))
    assert watched.picture is None
    qtbot.waitUntil(lambda: heard.drawn[-1][1].projection is None)
    watched.walk(False)


def test_that_what_was_found_is_not_looked_for_again_when_the_page_comes_back(
    watched, heard, emoji, qtbot, studio
):
    watched.project(next(emoji.iterdir()))
    qtbot.waitUntil(lambda: watched._found is not None)
    found, drawn = watched.nearest, len(heard.drawn)
    watched.watch(False)
    watched.watch(True)
    qtbot.waitUntil(lambda: watched._sampler is not None)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert (watched.nearest, len(heard.drawn)) == (found, drawn)


def test_that_where_no_generator_is_open_no_picture_is_kept(exploring, emoji):
    exploring.project(next(emoji.iterdir()))
    assert exploring.picture is None


def test_that_a_search_that_is_ended_makes_room_for_the_next(watched, heard, emoji, qtbot, studio):
    first, second, *_ = sorted(emoji.iterdir())
    watched.project(first)
    watched.project(second)
    assert len([job for job in studio.jobs.active if job is watched._series._job]) <= 1
    qtbot.waitUntil(lambda: watched._found is not None)
    assert watched.picture == second
    qtbot.waitUntil(lambda: not studio.jobs.active)


def test_that_what_is_no_picture_is_told_and_looked_for_no_more(watched, heard, tmp_path, qtbot):
    (tmp_path / "words.png").write_text("no picture")
    watched.project(tmp_path / "words.png")
    qtbot.waitUntil(lambda: bool(heard.failed))
    assert "words.png" in str(heard.failed[0])
    assert watched.picture is None


def test_that_another_run_begins_with_all_its_samples(watched, heard, studio, tmp_path, qtbot):
    watched.go_near(Spot(3))
    watched.walk(True)
    watched.save = 16
    watched.compare(True)
    studio.run.source = tmp_path / "other"  # as where a run is started
    studio.run.state_changed.emit("preparing")
    assert heard.opened[-1] is None
    assert (watched.sight.how.near, watched.sight.walked, watched.save) == ("", 0.0, None)
    assert heard.walking[-1] is False
    assert not watched.compares


def test_that_a_run_without_a_save_is_waited_for(studio, exploring, heard, tmp_path, qtbot):
    studio.run.source = tmp_path
    exploring.watch(True)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    assert (heard.opened, heard.failed) == ([], [])


def test_that_a_file_that_is_no_generator_is_told(studio, exploring, heard, tmp_path, qtbot):
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    studio.run.source = tmp_path / "bad.safetensors"
    exploring.watch(True)
    qtbot.waitUntil(lambda: bool(heard.failed))
    assert "bad.safetensors" in str(heard.failed[0])


def test_that_a_second_who_looks_keeps_the_generator(watched):
    watched.watch(True)
    watched.watch(False)
    assert watched._sampler is not None
    watched.watch(False)
    assert watched._sampler is None
