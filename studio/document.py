"""The settings being edited: a draft, what it means, what is wrong with it, undo, its file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gan_engine import (
    Preset,
    RunConfig,
    SettingsError,
    check,
    drop,
    first_draft,
    get,
    paths,
    put,
    read_given,
    save_preset,
    unescape,
    with_preset,
    write_draft,
)
from studio.i18n import mark, together, tr
from studio.meanings import label_of
from studio.mending import RefusedError

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Draft, Problem

_TOGETHER = 0.8
"""Edits of one setting that follow each other within so many seconds are one undo step."""
_LIMIT = 500


@dataclass(frozen=True)
class _Step:
    """A draft, and which settings were touched on the way to it."""

    draft: Draft
    touched: tuple[str, ...] = ()


class Document(QObject):
    """Settings on their way to becoming a run; every change is checked, told and undoable."""

    changed = Signal(object, object, object)
    """The draft, the config it means (or None), and everything wrong with it."""
    edited = Signal(str, object)
    """One setting took a new value, by hand, undo or redo; not when other settings are loaded."""
    file_changed = Signal()

    def __init__(self, draft: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._steps = [_Step(dict(draft) if draft is not None else first_draft())]
        self._at = 0
        self._edited_at = 0.0
        self._path: Path | None = None
        self._saved: Draft | None = None
        self._report: DatasetReport | None = None
        self._space: Problem | None = None
        self._config: RunConfig | None = None
        self._problems: list[Problem] = []
        self._check()

    # --- reading ---------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """The settings as they stand, right or wrong."""
        return self._steps[self._at].draft

    @property
    def config(self) -> RunConfig | None:
        """What the draft means; None while a problem is an error."""
        return self._config

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong with the draft and with the folder it names."""
        return list(self._problems)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of a start."""
        return [problem for problem in self._problems if problem.severity == "error"]

    def problems_at(self, path: str) -> list[Problem]:
        """Return what is wrong at `path` or below it."""
        return [p for p in self._problems if p.path == path or p.path.startswith(f"{path}.")]

    def explain(self, problem: Problem) -> str:
        """Return a problem as one sentence that begins with its setting's name."""
        said = together(tr(problem.text), tr(problem.hint))
        if not problem.path:
            return said
        return tr("{name}: {what}", name=label_of(problem.path, self.draft), what=said)

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._steps)

    @property
    def undoes(self) -> tuple[str, ...]:
        """The settings that undo would bring back; empty where it would bring back all of them."""
        return self._steps[self._at].touched if self.can_undo else ()

    def before(self, path: str) -> Any:
        """Return the value at `path` that undo would bring back."""
        return get(self._steps[max(0, self._at - 1)].draft, path)

    @property
    def path(self) -> Path | None:
        """The file these settings were read from or last saved to."""
        return self._path

    @property
    def is_modified(self) -> bool:
        """Whether the file at `path` holds other settings than these."""
        return self._path is not None and self._saved != self.draft

    # --- editing ---------------------------------------------------------------------------

    def set(self, path: str, value: Any) -> None:
        """Give one setting a value; quick edits of the same setting are one undo step."""
        self.set_many({path: value})

    def set_many(self, values: Mapping[str, Any]) -> None:
        """Give several settings their values in one undo step."""
        draft = self.draft
        for path, value in values.items():
            draft = put(draft, path, value)
        touched = tuple(values)
        now = time.monotonic()
        same = touched == self._steps[self._at].touched and now - self._edited_at < _TOGETHER
        self._edited_at = now
        self._push(_Step(draft, touched), replace=same and self.can_undo)

    def switch(self, path: str, on: bool) -> None:
        """Add or remove a part of an `each` section, for example `penalties.r1`."""
        if on == (get(self.draft, path) is not None):
            return
        self._push(_Step(put(self.draft, path, {}) if on else drop(self.draft, path), (path,)))

    def load(self, draft: Mapping[str, Any], path: Path | None = None) -> None:
        """Replace all settings in one undo step; `path` is the file they come from."""
        self._path, self._saved = path, dict(draft)
        self._push(_Step(dict(draft)))
        self.file_changed.emit()

    def read(self, path: Path) -> None:
        """Load a run file or a preset; a preset keeps the images chosen here.

        Raises:
            FileError: It cannot be read, or names a place beyond this computer.
            SettingsError: It is from a newer version of the program.
        """
        draft = read_given(path)
        title = draft.pop("title", None)
        about, _order = str(draft.pop("about", "")), draft.pop("order", None)
        future = [problem for problem in check(draft)[1] if problem.path == "format"]
        if future:
            raise SettingsError(future)
        if title is not None:
            draft = with_preset(Preset(path.stem, str(title), about, draft, True), self.draft)
        self.load(draft, path)

    def save_as_preset(self, title: str) -> Path:
        """Keep the settings as a preset of the user's own and return its file.

        Raises:
            RefusedError: It has no name, or the disk cannot be written.
        """
        if not title:
            raise RefusedError(
                "A preset needs a name.",
                hint="Type a few letters.",
                acts=((mark("Name it…"), "save_preset"),),
            )
        return Path(save_preset(title, "", self.draft))

    def undo(self) -> None:
        if self.can_undo:
            touched = self._steps[self._at].touched
            self._at -= 1
            self._moved(touched)

    def redo(self) -> None:
        if self.can_redo:
            self._at += 1
            self._moved(self._steps[self._at].touched)

    def save(self, path: Path) -> None:
        """Write the settings to a run file, durably; from then on that is their file.

        Raises:
            SpaceError: The disk is full or not writable.
        """
        write_draft(path, self.draft)
        self._path, self._saved = path, self.draft
        self.file_changed.emit()

    def take_report(self, report: DatasetReport) -> None:
        """Let what a scan found wrong join the problems, for as long as the folder is this one."""
        self._report, self._space = report, None
        self._check()
        self.changed.emit(self.draft, self._config, self.problems)

    def check_again(self) -> None:
        """Find out anew what is wrong: a folder that was there may be gone, or the other way round."""
        self._check()
        self.changed.emit(self.draft, self._config, self.problems)

    def take_space(self, problem: Problem | None) -> None:
        """Let what the disk has too little space for join the problems, or leave them."""
        if problem != self._space:
            self._space = problem
            self._check()
            self.changed.emit(self.draft, self._config, self.problems)

    # --- inside ----------------------------------------------------------------------------

    def _push(self, step: _Step, replace: bool = False) -> None:
        if step.draft == self.draft:
            self._tell(step.touched)  # chosen again is chosen, even where nothing changes
            return
        kept = self._steps[: self._at + (0 if replace else 1)][-_LIMIT:]
        self._steps = [*kept, step]
        self._at = len(self._steps) - 1
        self._moved(step.touched)

    def _moved(self, touched: tuple[str, ...]) -> None:
        self._check()
        self.changed.emit(self.draft, self._config, self.problems)
        self._tell(touched)

    def _tell(self, touched: tuple[str, ...]) -> None:
        for path in touched:
            self.edited.emit(path, get(self.draft, path))

    def _check(self) -> None:
        self._config, self._problems = check(self.draft)
        if self._report is not None and _folder_of(self.draft) == self._report.folder:
            told = {problem.path for problem in self._problems}
            of_images = [*self._report.problems(), *([self._space] if self._space else [])]
            found = [problem for problem in of_images if problem.path not in told]
            self._problems = [*self._problems, *found]
            if any(problem.severity == "error" for problem in found):
                self._config = None


def _folder_of(draft: Mapping[str, Any]) -> Path:
    folder = str(get(draft, "data.folder", paths.BUILTIN))
    return paths.builtin_images() if folder == paths.BUILTIN else paths.expanded(unescape(folder))
