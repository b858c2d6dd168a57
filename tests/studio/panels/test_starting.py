"""Starting from somebody's weights, in the window."""

import pytest
import torch
from PySide6.QtWidgets import QFileDialog

from gan_engine import list_runs, parse
from gan_engine.training.networks import build_networks
from studio.panels.starting import StartDialog
from tests.studio.panels.conftest import show  # noqa: F401


@pytest.fixture
def theirs(draft, tmp_path):
    """A file such as others write: a G that fits, but for one tensor, and no D."""
    networks = build_networks(parse(draft), torch.device("cpu"))
    weights = dict(networks.g.state_dict())
    first = next(iter(weights))
    weights[first] = torch.zeros(3)
    torch.save({"netG": weights, "epoch": 3}, tmp_path / "theirs.pt")
    return tmp_path / "theirs.pt", first


def rows(dialog):
    table = dialog.table
    return [[table.item(row, c).text() for c in range(4)] for row in range(table.rowCount())]


def test_that_a_dropped_file_is_shown_tensor_by_tensor_and_started_from(visitor, draft, theirs):
    path, first = theirs
    visitor.settings(draft)
    visitor.drops(path)
    dialog = visitor.window.findChild(StartDialog)
    visitor.waits_until(lambda: dialog.table.rowCount() > 0)
    found = {name: (expected, there, verdict) for name, expected, there, verdict in rows(dialog)}
    assert found[f"g.{first}"][1:] == ("3", "does not fit")
    assert {verdict for name, (*_, verdict) in found.items() if name.startswith("d.")} == {
        "missing"
    }
    taken = [name for name, (*_, verdict) in found.items() if verdict == "taken"]
    assert f"{len(taken)} of {len(found)} tensors start" in dialog.said.text()
    assert "The rest begins" in dialog.hint.text()
    told = []
    visitor.studio.run.noticed.connect(told.append)
    dialog.start.click()
    visitor.waits_until(lambda: any(notice.key == "start" for notice in told))
    assert f"{len(taken)} of {len(found)}" in next(n.text for n in told if n.key == "start")
    visitor.waits_for("idle")
    assert [info.state for info in list_runs()] == ["done"]


def test_that_what_does_not_fit_at_all_cannot_be_started_from(visitor, draft, tmp_path):
    torch.save({"x": torch.zeros(3)}, tmp_path / "other.pt")
    visitor.settings(draft)
    visitor.chooses("start_from")
    chooser = next(d for d in visitor.window.findChildren(QFileDialog) if d.isVisible())
    chooser.fileSelected.emit(str(tmp_path / "other.pt"))
    chooser.close()
    dialog = visitor.window.findChild(StartDialog)
    visitor.waits_until(lambda: dialog.table.rowCount() > 0)
    assert not dialog.start.isEnabled()
    assert rows(dialog)[-1] == ["x", "—", "3", "not needed"]


def test_that_nothing_is_said_of_a_rest_where_all_is_taken(visitor, draft, tmp_path):
    networks = build_networks(parse(draft), torch.device("cpu"))
    g, d = networks.g.state_dict(), networks.d.state_dict()
    torch.save({"netG": g, "netD": d}, tmp_path / "all.pt")
    visitor.settings(draft)
    visitor.drops(tmp_path / "all.pt")
    dialog = visitor.window.findChild(StartDialog)
    visitor.waits_until(lambda: dialog.table.rowCount() > 0)
    assert {verdict for *_, verdict in rows(dialog)} == {"taken"}
    assert dialog.hint.text() == "G's average begins with G."
