"""What the actions on the runs chosen in the list do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gan_engine import Message
from studio.preferences import Preferences
from studio.widgets.reveal import reveal

if TYPE_CHECKING:
    from studio.context import Studio


class RunDeeds(QObject):
    """One method an action, named by its key; an action that cannot be taken is off."""

    page_asked = Signal(str)
    dock_asked = Signal(str, str)
    """A dock should come to view, and its panel do what the method of that name does, if any."""
    refused = Signal(object)

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._studio: Studio | None = None

    def bind(self, studio: Studio) -> None:
        self._studio = studio

    @property
    def studio(self) -> Studio:
        """The models; only asked for by actions that are off until these exist."""
        assert self._studio is not None
        return self._studio

    def open_chosen(self) -> None:
        self.studio.run.open_folder(self.studio.library.chosen[0].folder)

    def continue_chosen(self) -> None:
        """Train the chosen run on, by so many images more where it had come to its end."""
        info = self.studio.library.chosen[0]
        more = info.images_seen + self._preferences.train_more_images
        self.page_asked.emit("train")
        self.studio.run.resume(info.folder, more if info.state == "done" else None)

    def compare_runs(self) -> None:
        self.studio.comparison.show([info.folder for info in self.studio.library.chosen])
        self.page_asked.emit("compare")

    def clone_run(self) -> None:
        """Make a run's settings the ones to start from, one undo step; its images come along."""
        info = self.studio.library.chosen[0]
        if self.studio.run.is_active:
            from gan_engine import Notice  # it brings numpy, which the shell does without

            text = Message("A run is going.")
            hint = Message("Stop it before you use another's settings.")
            run = self.studio.run
            run.noticed.emit(Notice(run.images_seen, "warning", text, hint, key="busy"))
        elif info.draft:
            self.studio.document.load(info.draft)
            self.page_asked.emit("design")

    def rename_run(self) -> None:
        self.dock_asked.emit("runs", "edit_title")

    def reveal_chosen(self) -> None:
        reveal(self.studio.library.chosen[0].folder)

    def discard_runs(self) -> None:
        run = self.studio.run
        for info in self.studio.library.chosen:
            shown = run.is_active and run.folder == info.folder
            self.studio.library.move_to_trash(info.folder, shown)
