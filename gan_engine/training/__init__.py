"""A run: its updates, its clock, its folder and its history."""

from gan_engine.training.branching import branch
from gan_engine.training.folder import RunInfo, list_runs, new_folder, read_run
from gan_engine.training.following import follow
from gan_engine.training.leading import serve
from gan_engine.training.mail import answer, tell
from gan_engine.training.meters import score_edges
from gan_engine.training.neighbours import Neighbour, Neighbours
from gan_engine.training.notes import RunNotes, read_notes, write_notes
from gan_engine.training.pins import Pin, read_pins, write_pins
from gan_engine.training.ranks import join, launched, leads, nearest_batch
from gan_engine.training.run import go_on_or_train, resume, train
from gan_engine.training.saves import keep, kept_of, let_go, read_saves, save_in, saves_of
from gan_engine.training.shelf import Shelf
from gan_engine.training.trial import Trial, try_out

__all__ = [
    "Neighbour",
    "Neighbours",
    "Pin",
    "RunInfo",
    "RunNotes",
    "Shelf",
    "Trial",
    "answer",
    "branch",
    "follow",
    "go_on_or_train",
    "join",
    "keep",
    "kept_of",
    "launched",
    "leads",
    "let_go",
    "list_runs",
    "nearest_batch",
    "new_folder",
    "read_notes",
    "read_pins",
    "read_run",
    "read_saves",
    "resume",
    "save_in",
    "saves_of",
    "score_edges",
    "serve",
    "tell",
    "train",
    "try_out",
    "write_notes",
    "write_pins",
]
