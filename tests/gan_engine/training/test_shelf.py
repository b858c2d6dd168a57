"""The library of runs, read piece by piece and only where something changed."""

import json
import os

import pytest

import gan_engine.training.shelf as shelf_module
from gan_engine import DataError, Inbox, RunNotes, Shelf, Stop, list_runs, parse, train, write_notes
from gan_engine.durable import lock
from gan_engine.training.history_writer import HistoryWriter
from tests.studio.tiny import tiny_draft

TOML = 'format = 1\n[data]\nfolder = "x"\n[training]\nimages = 100\n'


def make_run(root, name, started, **happened):
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text(TOML)
    os.utime(folder / "run.toml", (started, started))
    if happened:
        history = HistoryWriter(folder, 0)
        for kind, payload in happened.items():
            history.event(50, kind, **payload)
        history.close()
    return folder


@pytest.fixture
def root(tmp_path):
    for number in range(30):
        happened = {"finished": {"reason": "done"}} if number == 15 else {}
        make_run(tmp_path / "runs", f"{number:03d}-run", 1_700_000_000 + number, **happened)
    return tmp_path / "runs"


@pytest.fixture
def reads(monkeypatch):
    """Every folder that is read, as it is read."""
    read, found = shelf_module.read_run, []

    def noted(folder):
        found.append(folder.name)
        return read(folder)

    monkeypatch.setattr(shelf_module, "read_run", noted)
    return found


def everything(shelf):
    return [info for batch in shelf.read() for info in batch]


def test_that_it_tells_every_run_in_pieces_the_newest_first(root, tmp_path):
    pieces = list(Shelf(root, tmp_path / "index.json").read())
    assert len(pieces) > 1
    names = [info.name for piece in pieces for info in piece]
    assert names == sorted(names, reverse=True)
    assert [info for piece in pieces for info in piece] == list_runs(root)


def test_that_what_did_not_change_is_not_read_again_even_by_another_program(root, tmp_path, reads):
    index = tmp_path / "index.json"
    first = everything(Shelf(root, index))
    reads.clear()
    assert everything(Shelf(root, index)) == first
    assert reads == []


@pytest.mark.parametrize("change", ["notes", "grid", "history", "settings"])
def test_that_a_run_that_changed_is_read_again(root, tmp_path, reads, change):
    shelf, folder = Shelf(root, tmp_path / "index.json"), root / "015-run"
    everything(shelf)
    reads.clear()
    if change == "notes":
        write_notes(folder, RunNotes("mine"))
    elif change == "grid":
        (folder / "grids").mkdir()
    elif change == "history":
        history = HistoryWriter(folder, 0)
        history.event(99, "finished", reason="done")
        history.close()
    else:
        (folder / "run.toml").write_text(TOML.replace("100", "200"))
    found = everything(shelf)
    assert reads == ["015-run"]
    assert found == list_runs(root)


def test_that_a_run_whose_lock_is_held_is_read_every_time(root, tmp_path, reads):
    shelf = Shelf(root, tmp_path / "index.json")
    everything(shelf)
    (root / "015-run" / "lock").write_text(json.dumps({"pid": 1, "host": "elsewhere", "boot": "x"}))
    reads.clear()
    everything(shelf)
    everything(shelf)
    assert reads == ["015-run"] * 2


def test_that_a_run_is_no_longer_in_training_once_its_lock_is_let_go(root, tmp_path):
    index = tmp_path / "index.json"
    with lock(root / "015-run"):
        held = {info.name: info.state for info in everything(Shelf(root, index))}
    assert held["015-run"] == "training"
    after = {info.name: info.state for info in everything(Shelf(root, index))}
    assert after["015-run"] == "done"


def test_that_a_run_in_another_process_says_whose_it_is(root, tmp_path):
    held = {"pid": 77, "host": "elsewhere", "boot": "x", "born": 0}
    (root / "015-run" / "lock").write_text(json.dumps(held))
    info = next(i for i in everything(Shelf(root, tmp_path / "i.json")) if i.name == "015-run")
    assert (info.state, info.writer) == ("training", "77 @ elsewhere")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "root": "ROOT", "runs": {"a": 1}}']
)
def test_that_an_index_that_makes_no_sense_only_costs_time(root, tmp_path, text):
    index = tmp_path / "index.json"
    index.write_text(text.replace("ROOT", str(root)))
    assert everything(Shelf(root, index)) == list_runs(root)


def test_that_an_index_that_cannot_be_written_only_costs_time(root, tmp_path):
    (tmp_path / "file").write_text("")
    shelf = Shelf(root, tmp_path / "file" / "index.json")
    assert everything(shelf) == everything(shelf) == list_runs(root)


def test_that_names_of_any_bytes_are_remembered(root, tmp_path, reads):
    folder = root / os.fsdecode(b"999-caf\xe9\n")
    make_run(root, folder.name, 1_800_000_000)
    write_notes(folder, RunNotes(os.fsdecode(b"\xff")))
    index = tmp_path / "index.json"
    first = everything(Shelf(root, index))
    reads.clear()
    assert everything(Shelf(root, index)) == first
    assert first[0].folder == folder
    assert not reads


def test_that_a_run_that_is_gone_is_forgotten(root, tmp_path):
    shelf = Shelf(root, tmp_path / "index.json")
    everything(shelf)
    for path in sorted((root / "015-run").rglob("*"), reverse=True):
        path.unlink()
    (root / "015-run").rmdir()
    assert len(everything(shelf)) == 29


def test_that_the_best_save_is_told_by_the_metric_that_ranks(tmp_path):
    values = {"metric/diversity": 0.5, "metric/sliced_wasserstein": 31.5, "path": "x"}
    folder = make_run(tmp_path / "runs", "001-a", 1_700_000_000, best=values)
    assert list_runs(folder.parent)[0].best == ("metric/sliced_wasserstein", 31.5)


def test_that_a_real_run_is_on_the_shelf(emoji, tmp_path):
    list(train(parse(tiny_draft(emoji))))
    info = everything(Shelf())[0]
    assert (info.state, info.images_seen, info.writer) == ("done", 48, "")
    assert info.thumbnail.is_file()


def test_that_a_run_that_could_not_begin_says_why_in_any_language(tmp_path):
    (tmp_path / "no pictures").mkdir()
    folder, index = tmp_path / "runs" / "001-a", tmp_path / "index.json"
    with pytest.raises(DataError) as refused:
        list(train(parse(tiny_draft(tmp_path / "no pictures")), folder=folder))
    told = [everything(Shelf(folder.parent, index))[0] for _ in range(2)]  # read, then remembered
    for info in told:
        assert (info.state, info.images_seen) == ("unstarted", 0)
        assert info.problem == str(refused.value)
        assert info.problem.values["what"].template == refused.value.text.template


def test_that_a_run_stopped_while_it_was_prepared_did_not_start_and_no_fault_is_told(
    emoji, tmp_path
):
    inbox = Inbox()
    inbox.post(Stop())
    list(train(parse(tiny_draft(emoji)), inbox, tmp_path / "runs" / "001-a"))
    info = list_runs(tmp_path / "runs")[0]
    assert (info.state, info.problem) == ("unstarted", "")


def test_that_a_run_that_began_after_all_is_like_any_other(tmp_path):
    folder = make_run(tmp_path / "runs", "001-a", 1_700_000_000, failed={"text": "no"})
    history = HistoryWriter(folder, 0)
    history.event(0, "started")
    history.event(50, "finished", reason="stopped")
    history.close()
    assert list_runs(tmp_path / "runs")[0].state == "stopped"
