"""What a person writes about a run."""

import os

import pytest

from gan_engine import FileError, RunNotes, read_notes, read_run, write_notes

ODD = [
    RunNotes("lsgan b=0.9", "First line\nsecond “quoted” = [1]", ("cats", "to keep")),
    RunNotes("\u202egnp.exe", "猫の絵 🐈", ("", "␚␚", "␚zz")),
    RunNotes(os.fsdecode(b"caf\xe9"), os.fsdecode(b"\xff\xfe"), (os.fsdecode(b"\x80"),)),
]


@pytest.mark.parametrize("notes", ODD, ids=range(len(ODD)))
def test_that_notes_of_any_text_come_back(tmp_path, notes):
    write_notes(tmp_path, notes)
    found = read_notes(tmp_path)
    assert (found.title, found.note) == (notes.title, notes.note)
    assert found.tags == tuple(tag for tag in notes.tags if tag)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"title = 7\ntags = 'one'\nnote = []",
        b"tags = [1, 'kept']",
        b"= =",
        b"\xff",
        b'title = "\xe2\x90\x9azz"',
    ],
)
def test_that_a_strange_file_of_notes_says_what_can_be_understood(tmp_path, text):
    (tmp_path / "notes.toml").write_bytes(text)
    assert set(read_notes(tmp_path).tags) <= {"kept"}
    assert read_notes(tmp_path).title in ("", "␚zz")


def test_that_notes_that_cannot_be_read_are_set_aside_not_overwritten(tmp_path):
    (tmp_path / "notes.toml").write_text("title = [")
    write_notes(tmp_path, RunNotes("new"))
    assert read_notes(tmp_path).title == "new"
    assert (tmp_path / "notes.damaged.toml").read_text() == "title = ["


def test_that_a_run_that_is_gone_takes_no_notes(tmp_path):
    with pytest.raises(FileError, match="not there any more"):
        write_notes(tmp_path / "gone", RunNotes("x"))
    assert not (tmp_path / "gone").exists()


def test_that_a_runs_title_is_what_a_person_calls_it(tmp_path):
    (tmp_path / "run.toml").write_text("format = 1\n")
    assert read_run(tmp_path).title == tmp_path.name
    write_notes(tmp_path, RunNotes("mine", tags=("a",)))
    assert read_run(tmp_path).title == "mine"
    assert read_run(tmp_path).notes.tags == ("a",)
