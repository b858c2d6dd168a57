"""The prepared images in the preferences: listed with who uses them, removed, kept to a budget."""

import os
import shutil
from dataclasses import replace

import pytest

from gan_engine import DataSettings, clean_prepared, parse, paths, prepare, prepared_sets, train
from studio.panels.prepared import PreparedSection
from studio.prepared import Shelf, kept
from tests.studio.tiny import tiny_draft


@pytest.fixture
def wait(qtbot):
    return lambda holds: qtbot.waitUntil(lambda: bool(holds()))


@pytest.fixture
def sets(emoji):
    """Three prepared arrays, the second of a run in the library, from the oldest to the newest."""
    made = []
    for number, size in enumerate((8, 16, 24)):
        if size == 16:
            list(train(parse(tiny_draft(emoji, images=16)), folder=paths.runs() / "001-emoji"))
        else:
            list(prepare(DataSettings(folder=str(emoji), size=size)))
        (fresh,) = [one.path for one in prepared_sets() if one.path not in made]
        made.append(fresh)
        os.utime(fresh / "list.json", (10**9 + number, 10**9 + number))
    return made


def rows(section):
    tree = section.list
    every = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [[item.text(column) for column in range(5)] for item in every]


def test_that_every_set_is_listed_with_its_size_and_its_runs(show, sets, wait):
    section = show(PreparedSection)
    wait(lambda: len(rows(section)) == 3)
    names, images, sizes, dates, runs = zip(*rows(section), strict=True)
    assert set(names) == {"emoji"}
    assert images == (
        "48 of 24 × 24 colour",
        "48 of 16 × 16 colour",
        "48 of 8 × 8 colour",
    )
    assert runs == ("–", "1", "–")
    assert section.list.topLevelItem(1).toolTip(4) == "001-emoji"
    assert all("kB" in size for size in sizes)
    assert all("2001" in date for date in dates)
    assert "in all" in section.summary.text()


def test_that_a_set_is_called_after_its_pictures(show, sets):
    section, known = show(PreparedSection), prepared_sets()[0]
    named = {"": "Not finished", str(paths.builtin_images()): "built-in images", "/a/cats": "cats"}
    section.show_list([Shelf(replace(known, source=source), ()) for source in named])
    assert [row[0] for row in rows(section)] == list(named.values())


def test_that_the_chosen_one_is_removed_and_no_picture_is(show, sets, emoji, wait):
    section = show(PreparedSection)
    wait(lambda: len(rows(section)) == 3)
    pictures = sorted(emoji.iterdir())
    assert not section.remove_button.isEnabled()
    section.list.setCurrentItem(section.list.topLevelItem(0))
    section.remove_button.click()
    wait(lambda: len(rows(section)) == 2)
    assert not sets[2].exists()
    assert sorted(emoji.iterdir()) == pictures


def test_that_all_that_no_run_uses_is_removed_at_once(show, sets, wait):
    section = show(PreparedSection)
    wait(lambda: len(rows(section)) == 3)
    section.unused_button.click()
    wait(lambda: len(rows(section)) == 1)
    assert [path.exists() for path in sets] == [False, True, False]
    assert not section.unused_button.isEnabled()


def test_that_nothing_prepared_is_said(show, wait):
    section = show(PreparedSection)
    wait(lambda: "Nothing is prepared" in section.summary.text())
    assert section.list.isHidden()


def test_that_a_start_keeps_the_room_within_its_budget(studio, sets, wait):
    for path in sets:
        with open(path / "images.npy", "ab") as file:
            file.truncate(2**30)  # a hole: it takes no room
    studio.preferences.set("prepared_gb", 0)
    studio.prepared._make_room(None)
    studio.preferences.set("prepared_gb", 2)
    studio.prepared._make_room(None)
    wait(lambda: not sets[0].exists())
    wait(lambda: not studio.jobs.active)
    assert [path.exists() for path in sets] == [False, False, True]


def test_that_what_cannot_be_made_again_is_kept_for_the_run_that_needs_it(sets, emoji):
    shutil.rmtree(emoji)
    assert set(kept()) == {sets[1], sets[2]}
    clean_prepared(0, kept())
    assert [path.exists() for path in sets] == [False, True, True]
