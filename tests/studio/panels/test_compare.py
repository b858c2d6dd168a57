"""The page where runs are held against each other."""

import numpy as np
import pytest

from gan_engine.pictures import ImageError
from studio import theme
from studio.panels.compare import ComparePanel
from studio.panels.overlay import DASHES
from studio.worker import RunView
from tests.studio.panels.conftest import info, picture


def view(folder, draft=None, best=None, seen=(0, 64)):
    x = np.arange(5.0)
    grids = [(number, folder / f"{number}.png") for number in seen]
    scalars = {"loss/d": (x, x), "metric/sliced_wasserstein": (x, x * np.nan)}
    return RunView(info(folder, draft=draft or {}, best=best), scalars, grids, [])


@pytest.fixture
def panel(show):
    return show(ComparePanel)


def test_that_with_less_than_two_runs_it_leads_to_where_one_begins(panel, tmp_path, qtbot):
    panel.show_runs([info(tmp_path / "a")])
    with qtbot.waitSignal(panel.page_asked) as asked:
        panel.empty.button.click()
    assert asked.args == ["start"]


def test_that_the_two_newest_are_one_click_away(panel, studio, tmp_path):
    panel.show_runs(
        [
            info(tmp_path / "d", "unstarted"),
            info(tmp_path / "c", "unreadable"),
            info(tmp_path / "b"),
            info(tmp_path / "a"),
        ]
    )
    panel.empty.button.click()
    assert studio.comparison._folders == [tmp_path / "b", tmp_path / "a"]


def test_that_every_run_has_a_colour_and_a_dash_of_its_own(panel, tmp_path):
    panel.show_views([view(tmp_path / f"00{n}-x") for n in range(6)])
    lines = panel.curves.grid.plot("loss/d")._lines.values()
    assert len({line.paint for line in lines}) == len({line.dash for line in lines}) == 6
    assert [line.label for line in lines][:2] == ["000", "001"]
    assert len(set(DASHES)) == 6 <= len(theme.LIGHT.series)


def test_that_metrics_of_runs_are_drawn_as_they_were_read_and_their_losses_smoothed(
    panel, tmp_path
):
    steep = (np.arange(3.0), np.array([185.0, 118.0, 97.0]))
    scalars = {"loss/d": steep, "metric/sliced_wasserstein": steep}
    views = [RunView(info(tmp_path / name, draft={}), scalars, [], []) for name in "ab"]
    panel.show_views(views)
    ends = {}
    for name in scalars:
        plot = panel.curves.grid.plot(name)
        plot._draw()
        ends[name] = [line.mean[-1] for line in plot._lines["0"].drawn if line is not None]
    assert ends["metric/sliced_wasserstein"] == [97.0]
    assert ends["loss/d"][0] > 120


def test_that_one_slider_asks_for_all_runs_samples_of_a_moment(panel, tmp_path, qtbot):
    panel.grids_wanted.disconnect()
    a, b = tmp_path / "a", tmp_path / "b"
    with qtbot.waitSignal(panel.grids_wanted) as wanted:
        panel.show_views([view(a), view(b, seen=(0, 32, 96))])
    assert wanted.args == [{a: a / "64.png", b: b / "96.png"}]
    with qtbot.waitSignal(panel.grids_wanted) as wanted:
        panel.timeline.go(1)
    assert wanted.args == [{a: a / "0.png", b: b / "32.png"}]
    assert panel.cards[b].moment.text() == "32 images"
    panel.show_grid((b, b / "32.png", picture()))
    assert not panel.cards[b].samples.cell_image(-1).isNull()


def test_that_the_table_holds_what_differs_and_what_came_of_it(panel, tmp_path):
    one = {"loss": {"kind": "hinge", "margin": 1.0}, "training": {"batch_size": 8}}
    two = {"loss": {"kind": "least_squares"}, "training": {"batch_size": 8}}
    metric = "metric/sliced_wasserstein"
    panel.show_views(
        [view(tmp_path / "a", one, (metric, 31.5)), view(tmp_path / "b", two, (metric, 30.0))]
    )
    table = panel.table
    rows = [
        [table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())
    ]
    assert rows[0] == ["Images seen", "48", "48"]
    assert rows[1][1:] == ["31.5", "30"]
    assert ["Hinge", "Least squares"] in [row[1:] for row in rows]
    assert ["1", "–"] in [row[1:] for row in rows]
    assert not any("atch" in row[0] for row in rows)


def test_that_equal_settings_are_said_to_be_equal(panel, tmp_path):
    panel.show_views([view(tmp_path / "a"), view(tmp_path / "b")])
    assert panel.same.isVisible()


def test_that_runs_are_added_and_left_out_on_the_page(panel, studio, tmp_path, qtbot):
    panel.run_added.disconnect()
    panel.run_removed.disconnect()
    panel.show_runs([info(tmp_path / name) for name in "abc"])
    panel.show_views([view(tmp_path / "a")])
    assert panel._more.isVisible()
    offered = panel._menu.actions()
    assert [action.text() for action in offered] == ["b", "c"]
    with qtbot.waitSignal(panel.run_added) as added:
        offered[1].trigger()
    assert added.args == [tmp_path / "c"]
    with qtbot.waitSignal(panel.run_removed) as removed:
        panel.cards[tmp_path / "a"]._remove()
    assert removed.args == [tmp_path / "a"]


def test_that_six_runs_are_all_there_is_room_for(panel, tmp_path):
    panel.show_runs([info(tmp_path / str(n)) for n in range(8)])
    panel.show_views([view(tmp_path / str(n)) for n in range(6)])
    assert not panel.add_button.isEnabled()


def test_that_samples_that_cannot_be_read_are_said_where_they_would_be(panel, tmp_path):
    a = tmp_path / "a"
    panel.show_views([view(a), view(tmp_path / "b")])
    samples = panel.cards[a].samples
    panel.show_grid((a, a / "64.png", picture()))
    panel.show_grid((a, a / "64.png", ImageError(a / "64.png", "the file is empty")))
    assert samples.cell_image(-1).isNull()  # nothing of another moment stays under this one's name
    assert "“64.png” cannot be used: the file is empty." in samples._text
    panel.show_grid((a, a / "0.png", picture()))
    assert not samples.cell_image(-1).isNull()
