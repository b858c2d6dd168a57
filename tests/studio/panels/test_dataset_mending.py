"""The page of images: what can be mended, left out and put back, without a file being touched."""

import numpy as np
import pytest
from PIL import Image

from gan_engine import DataSettings, prepare
from studio.panels.dataset import DatasetPanel
from studio.panels.overview import FINDINGS, OUT


@pytest.fixture
def panel(show):
    return show(DatasetPanel)


def test_that_all_that_is_safe_is_mended_by_one_edit_that_can_be_undone(
    panel, studio, untidy, looked, wait
):
    looked(untidy)
    before = studio.document.draft
    files = sorted((path.name, path.stat().st_mtime_ns) for path in untidy.iterdir())
    assert panel.overview.mend.isVisible()
    panel.overview.mend_button.click()
    data = studio.document.draft["data"]
    assert data["skip_duplicates"]
    assert data["skip_blank"]
    wait(lambda: len(panel.overview.out.rows) == 3)
    wait(lambda: not panel.overview.mend.isVisible())
    assert panel.overview.headline.text().startswith("48 of 51 images")
    assert {name for name, _ in panel.overview.out.rows} == {
        "blank.png",
        "copy 1.webp",
        "copy 2.webp",
    }
    assert not panel.overview.findings.cards["duplicates"].undo.isHidden()
    studio.document.undo()
    assert studio.document.draft == before
    wait(lambda: panel.overview.mend.isVisible())
    assert sorted((path.name, path.stat().st_mtime_ns) for path in untidy.iterdir()) == files


def test_that_a_finding_can_be_mended_alone_and_taken_back(panel, studio, untidy, looked, wait):
    looked(untidy)
    panel.overview.tabs.setCurrentIndex(FINDINGS)
    card = panel.overview.findings.cards["blank"]
    card.act.click()
    assert studio.document.draft["data"]["skip_blank"] is True
    wait(lambda: card.undo.isVisible())
    assert "skip_duplicates" not in [k for k, v in studio.document.draft["data"].items() if v]
    card.undo.click()
    assert studio.document.draft["data"]["skip_blank"] is False
    wait(lambda: card.act.isVisible())


def test_that_one_picture_is_put_back_and_the_run_agrees(panel, studio, untidy, looked, wait):
    looked(untidy)
    panel.overview.mend_button.click()
    wait(lambda: len(panel.overview.out.rows) == 3)
    panel.overview.tabs.setCurrentIndex(OUT)
    row = [name for name, _ in panel.overview.out.rows].index("copy 1.webp")
    panel.overview.out.table.selectRow(row)
    panel.overview.out.back_button.click()
    wait(lambda: len(panel.overview.out.rows) == 2)
    data = studio.document.draft["data"]
    *_, made = prepare(DataSettings(**data))
    assert {one.path for one in made.excluded} == {name for name, _ in panel.overview.out.rows}
    assert "copy 1.webp" in made.files


def test_that_a_picture_is_left_out_where_it_is_shown_and_drawn_as_such(
    panel, studio, emoji, looked, wait
):
    looked(emoji)
    pictures = panel.overview.pictures
    name = pictures.grid.keys[3]
    pictures.grid.select(name)
    pictures.grid.clicked.emit(pictures.grid.currentIndex())
    assert pictures.card.isVisible()
    pictures.card.act.click()
    wait(lambda: pictures.card.act.text() == "Put back")
    assert [row[0] for row in panel.overview.out.rows] == [name]
    assert name in pictures.grid._model.marked
    assert name not in pictures.first
    pictures.card.act.click()
    wait(lambda: pictures.card.act.text() == "Leave out")
    assert panel.overview.out.rows == []


def test_that_several_chosen_pictures_are_left_out_together(panel, studio, emoji, looked, wait):
    looked(emoji)
    grid = panel.overview.pictures.grid
    grid.selectAll()
    grid.picked.emit(grid.keys[0])
    panel.overview.pictures.card.act.click()
    wait(lambda: len(panel.overview.out.rows) == 48)
    panel.overview.out.all_button.click()
    wait(lambda: panel.overview.out.rows == [])


def test_that_a_finding_s_pictures_are_shown_alone_and_all_again(panel, untidy, looked):
    looked(untidy)
    panel.overview.findings.cards["duplicates"].show_button.click()
    pictures = panel.overview.pictures
    assert pictures.grid.keys == ["copy 1.webp", "copy 2.webp"]
    assert "2" in pictures.what.text()
    pictures.all_button.click()
    assert len(pictures.grid.keys) == 51


def test_that_findings_have_thumbnails(panel, untidy, looked, wait):
    looked(untidy)
    panel.overview.tabs.setCurrentIndex(FINDINGS)
    card = panel.overview.findings.cards["duplicates"]
    wait(lambda: not card.missing())
    assert not card.pictures[1].pixmap().isNull()
    assert card.pictures[2].isHidden()


def test_that_the_kinds_of_other_folders_are_forgotten(panel, untidy, tmp_path, looked):
    looked(untidy)
    other = tmp_path / "other"
    other.mkdir()
    noise = np.random.default_rng(0)
    for number in range(120):
        pixels = noise.integers(0, 256, (70, 70, 3), np.uint8)
        Image.fromarray(pixels).save(other / f"{number}.png")
    looked(other)
    assert panel.overview.findings.cards == {}
    assert not panel.overview.findings.none.isHidden()
    assert not panel.overview.mend.isVisible()
