"""What the window's frame says of the models: actions on or off, status line, title, notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDockWidget

from studio import theme
from studio.i18n import tr
from studio.messages_button import MessagesButton

if TYPE_CHECKING:
    from gan_engine import Finished, Notice, Preparing, Saved, Scalars, Started
    from studio.context import Studio
    from studio.window import MainWindow


class Readout(QObject):
    """Listens to the models of a window that has them."""

    page_asked = Signal(str)

    def __init__(self, window: MainWindow, studio: Studio) -> None:
        super().__init__(window)
        self._window, self._studio = window, studio
        run = studio.run
        studio.document.changed.connect(self._take_document)
        studio.document.edited.connect(self._take_edit)
        studio.document.file_changed.connect(self._take_file)
        studio.library.chosen_changed.connect(self.refresh)
        studio.queue.changed.connect(self.refresh)
        run.state_changed.connect(self._take_state)
        run.preparing.connect(self._take_preparing)
        run.started.connect(self._take_start)
        run.scalars_arrived.connect(self._take_scalars)
        run.saved.connect(self._take_save)
        run.noticed.connect(self._take_notice)
        run.finished.connect(self._take_end)
        run.viewed.connect(self._take_view)
        run.heard.connect(window.status.show_heard)
        window.status.setting_asked.connect(self._show_wrong)
        window.tabs.currentChanged.connect(self._take_page)
        window.device.setEnabled(True)
        self._hold_pause()
        self._button: MessagesButton | None = None
        self._add_messages_button()
        self.refresh()
        self._show_title()

    def _hold_pause(self) -> None:
        """Give the button of two names the room of the longer, so that the others stay."""
        action = self._window.acts["pause"]
        button = self._window.toolbar.widgetForAction(action)
        for name in (tr("Resume"), tr("Pause")):
            action.setText(name)
            button.ensurePolished()
            button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))

    def _add_messages_button(self) -> None:
        from studio.panels.messages import MessagesPanel  # it draws on the engine

        dock = self._window.findChild(QDockWidget, "dock-messages")
        panel = self._window.panels.get("messages")
        if isinstance(dock, QDockWidget) and isinstance(panel, MessagesPanel):
            self._button = MessagesButton(dock)
            panel.added.connect(self._button.note)
            self._window.status.end_with(self._button)

    def take_over(self, former: Readout) -> None:
        """Go on where the readout of a window in another language was."""
        if self._button is not None and former._button is not None:
            self._button.take_over(former._button)

    @Slot()
    def refresh(self) -> None:
        """Turn actions on and off, and say what stands in the way of a start."""
        # They draw on the engine, which is there by now.
        from studio.comparison import MOST
        from studio.library import may_continue, may_open

        document, run, library = self._studio.document, self._studio.run, self._studio.library
        queue = self._studio.queue
        errors, resting = document.errors, not run.is_active
        chosen = library.chosen[0] if len(library.chosen) == 1 else None
        holds = {
            "loaded": True,
            "undo": document.can_undo,
            "redo": document.can_redo,
            "start": resting and document.config is not None,
            "pause": run.state in ("preparing", "training", "pausing", "paused"),
            "following": run.is_following,
            "active": not resting and run.state != "stopping",
            "training": run.has_begun and run.state in ("training", "pausing", "paused"),
            "run": run.folder is not None,
            "source": run.source is not None,
            "resting": resting and run.folder is not None,
            "chosen": chosen is not None,
            "openable": chosen is not None and may_open(chosen, resting),
            "continuable": chosen is not None and may_continue(chosen, resting),
            "settled": library.is_settled,
            "queued": queue.waiting > 0 and not queue.is_on,
            "queue": queue.is_on,
            "several": 2 <= len(library.chosen) <= MOST,
        }
        acts = self._window.acts
        acts.enable({name for name, holding in holds.items() if holding})
        waiting = run.state in ("paused", "pausing")
        acts["pause"].setText(tr("Resume") if waiting else tr("Pause"))
        acts["pause"].setIcon(theme.icon("start" if waiting else "pause"))
        reason = document.explain(errors[0]) if errors and resting else ""
        acts.explain(start=reason or ("" if resting else tr("A run is going; it must end first.")))
        if resting:
            more = tr("{reason} (and {count} more)", reason=reason, count=len(errors) - 1)
            there = bool(errors and errors[0].path)
            self._window.status.show_problem(more if len(errors) > 1 else reason, there)

    @Slot()
    def _show_wrong(self) -> None:
        """Bring to view what stands in the way of a start."""
        if self._studio.document.errors:
            self._window.show_setting(self._studio.document.errors[0].path)

    @Slot(object, object, object)
    def _take_document(self, draft: object, config: object, problems: object) -> None:
        self.refresh()
        self._show_title()

    @Slot(str)
    def _take_state(self, state: str) -> None:
        run = self._studio.run
        self._window.status.show_state(state, run.images_seen, run.images_total, run.is_following)
        self.refresh()
        self._show_title()
        if state == "idle":
            self._window.notices.withdraw("stop")  # whatever had to be stopped for something
        elif state == "preparing":
            self._window.notices.hide_notice()
            self._window.status.show_saved(None)
        elif state == "training" and self._waits:
            self._window.notices.show_next()  # there is room again
        self._waits = self._waits and state == "paused"

    _waits = False
    """Whether it stands above the page that the run waits for room on the disk."""

    @Slot(object)
    def _take_preparing(self, event: Preparing) -> None:
        self._window.status.show_preparing(event.done, event.total)

    @Slot(object)
    def _take_start(self, event: Started) -> None:
        self._window.device.setText(tr(event.device))
        self._window.status.show_progress(event.images_seen, event.images_total)
        self.refresh()
        self._show_title()

    @Slot(object)
    def _take_scalars(self, readings: list[Scalars]) -> None:
        for reading in readings:
            self._window.status.show_reading(reading.values)
        run = self._studio.run  # a metric is read at an earlier moment
        self._window.status.show_progress(run.images_seen, run.images_total)

    @Slot(object)
    def _take_save(self, event: Saved) -> None:
        self._window.status.show_saved(self._studio.run.last_saved)

    @Slot(object)
    def _take_notice(self, notice: Notice) -> None:
        """What a person must act on stands above the page; the rest is in the messages."""
        from studio.mending import acts_for_notice  # it draws on the engine, which is there by now

        if notice.key == "failed":
            return  # the window shows the failure itself, with what can be done about it
        if notice.key == "did":
            self._window.notices.show_first("good", tr(notice.text))
        elif notice.level == "error" or notice.key in ("busy", "change", "diverged", "evaluate"):
            self._waits = notice.key == "space"
            acts = acts_for_notice(notice.key)
            self._window.notices.show_notice(notice.level, tr(notice.text), tr(notice.hint), acts)

    @Slot(int)
    def _take_page(self, place: int) -> None:
        """What was done is told until somebody turns to something else."""
        if self._window.notices.level == "good":
            self._window.notices.show_next()

    @Slot(object)
    def _take_view(self, view: object) -> None:
        self.refresh()
        self._show_title()
        if not self._studio.run.retelling:
            self._forget_refusals()
            self._window.status.show_saved(self._studio.run.last_saved)
            self.page_asked.emit("train")

    @Slot(str, object)
    def _take_edit(self, path: str, value: object) -> None:
        if path == "data.folder":
            self._forget_refusals()

    @Slot()
    def _take_file(self) -> None:
        self._forget_refusals()
        self._show_title()

    def _forget_refusals(self) -> None:
        """Something was opened: what could not be, before that, is no news any more."""
        for act in ("open_folder", "open_weights", "open_run"):
            self._window.notices.withdraw(act)

    @Slot(object)
    def _take_end(self, event: Finished) -> None:
        self._window.status.show_saved(self._studio.run.last_saved)

    @Slot()
    def _show_title(self) -> None:
        names = ["GAN Studio"]
        document, run = self._studio.document, self._studio.run
        if document.path is not None:
            names.append(document.path.name + (" •" if document.is_modified else ""))
        if run.source is not None:
            names.append(run.source.name)
        self._window.setWindowTitle(" — ".join(names))
