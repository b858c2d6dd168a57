"""What each action does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gan_engine import DataError, EngineError, Message, escape, paths, unescape
from studio import opening
from studio.failures import log_file
from studio.i18n import mark, tr
from studio.preferences import Preferences
from studio.run_deeds import RunDeeds
from studio.widgets.reveal import reveal

if TYPE_CHECKING:
    from studio.seeking import Seeking

Open = Callable[[Path], None]


class Deeds(RunDeeds):
    """One method an action, named by its key; dialogs never block the window."""

    setting_asked = Signal(str)
    tour_asked = Signal()
    layout_asked = Signal()
    export_asked = Signal()
    weights_chosen = Signal(object)
    """A run should start from the weights in this file."""
    several_asked = Signal()
    measure_asked = Signal()
    left_out_asked = Signal()
    preferences_asked = Signal()
    help_asked = Signal(str)
    guide_asked = Signal(str)
    quit_asked = Signal()

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window, preferences)
        self.asks_before_undo: Callable[[], bool] = lambda: False
        """Whether the user is asked how first; then the answer undoes."""
        self._seeking: Seeking | None = None

    # --- opening ---------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Take a dropped or chosen path for what it is: images, run, settings or weights."""
        studio = self.studio
        match opening.what_is(path):
            case "images":
                self.use_folder(str(path))
            case "run":
                studio.run.open_folder(path if path.is_dir() else path.parent)
            case "settings":
                self.read_settings(path)
            case "picture":
                self.use_folder(str(path.parent))
                name = escape(path.parent.name)
                self._tell(Message("A picture means the folder it is in: “{name}”.", name=name))
            case "video":
                self._refuse(
                    mark("“{name}” is a video; GANs learn from pictures."),
                    mark("Save its frames as pictures, and choose their folder."),
                    name=path.name,
                )
            case "missing":
                self._refuse(
                    mark("“{name}” is not there."),
                    mark("Check the name, or plug the disk in."),
                    name=path.name,
                )
            case "weights":
                run = opening.run_of(path)
                studio.run.open_folder(run) if run else studio.run.open_weights(path)
            case "strangers":
                self.weights_chosen.emit(path)

    def show(self, kind: str, what: str) -> None:
        """Bring a setting, a run or a folder to view, or copy a text; `kind` is what the window calls an act."""
        if kind == "setting":
            self.setting_asked.emit(what)
        elif kind == "open":
            self.open(Path(unescape(what)))
        elif kind == "reveal":
            reveal(Path(unescape(what)))
        elif kind == "copy":
            QGuiApplication.clipboard().setText(what)

    def use_folder(self, folder: str) -> None:
        """Make a folder of images the one to learn from, and show its page."""
        self.studio.document.set("data.folder", escape(folder))
        if folder != paths.BUILTIN:
            self._preferences.set("last_folder", str(Path(folder).parent))
        self.page_asked.emit("dataset")

    def read_settings(self, path: Path) -> None:
        """Load a run file or a preset, one undo step; one that cannot be read changes nothing."""
        try:
            self.studio.document.read(path)
        except EngineError as error:
            self.refused.emit(error)

    def open_folder(self) -> None:
        dialog = self._chooser(tr("Open images"), self.use_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.show()

    def open_archive(self) -> None:
        dialog = self._chooser(tr("Open an archive"), self.use_folder)
        kinds = "*.zip *.tar *.tar.gz *.tgz *.tar.bz2 *.tbz2 *.tar.xz *.txz *.npz *.npy"
        every = tr("All files (*)")
        dialog.setNameFilters([tr("Archives of pictures ({kinds})", kinds=kinds), every])
        dialog.show()

    def open_builtin(self) -> None:
        self.use_folder(paths.BUILTIN)

    def open_run(self) -> None:
        dialog = self._chooser(tr("Open run"), self._open_text, paths.runs())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.show()

    def open_weights(self) -> None:
        dialog = self._chooser(tr("Open checkpoint"), self._open_text, paths.runs())
        dialog.setNameFilters([tr("Checkpoints (*.safetensors)"), tr("All files (*)")])
        dialog.show()

    def start_from(self) -> None:
        dialog = self._chooser(tr("Start from weights"), self._choose_weights)
        kinds = tr("Weights (*.safetensors *.pt *.pth *.ckpt *.bin)")
        dialog.setNameFilters([kinds, tr("All files (*)")])
        dialog.show()

    def open_settings_file(self) -> None:
        dialog = self._chooser(tr("Open settings"), self._open_text, paths.runs())
        dialog.setNameFilters([tr("Settings (*.toml)"), tr("All files (*)")])
        dialog.show()

    def save_settings(self) -> None:
        dialog = self._chooser(tr("Save settings"), self._save_settings, paths.home())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.setNameFilters([tr("Settings (*.toml)")])
        dialog.selectFile("settings.toml")
        dialog.show()

    def save_preset(self) -> None:
        from studio.panels.preset_name import PresetName  # it draws on the engine

        dialog = PresetName(self._window)
        dialog.textValueSelected.connect(self._save_preset)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setModal(False)
        dialog.show()

    def reveal_run(self) -> None:
        if self.studio.run.folder:
            reveal(self.studio.run.folder)

    def show_log(self) -> None:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        reveal(log_file().parent)

    def save_report(self) -> None:
        dialog = self._chooser(tr("Save a report"), self._save_report)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setNameFilters([tr("Archive (*.zip)")])
        dialog.selectFile("gan-studio-report.zip")
        dialog.show()

    # --- editing and looking ---------------------------------------------------------------

    def undo(self) -> None:
        if not self.asks_before_undo():
            self.studio.document.undo()

    def redo(self) -> None:
        self.studio.document.redo()

    def show_preferences(self) -> None:
        self.preferences_asked.emit()

    def show_start(self) -> None:
        self.page_asked.emit("start")

    def show_dataset(self) -> None:
        self.page_asked.emit("dataset")

    def show_design(self) -> None:
        self.page_asked.emit("design")

    def show_train(self) -> None:
        self.page_asked.emit("train")

    def show_explore(self) -> None:
        self.page_asked.emit("explore")

    def show_compare(self) -> None:
        self.page_asked.emit("compare")

    def find_setting(self) -> None:
        self.setting_asked.emit("")

    def palette(self) -> None:
        from studio.seeking import Seeking  # it draws on the engine, which loads later

        if self._seeking is None:
            self._seeking = Seeking(self._window, self)
        self._seeking.open()

    def theme_system(self) -> None:
        self._preferences.set("theme", "system")

    def theme_light(self) -> None:
        self._preferences.set("theme", "light")

    def theme_dark(self) -> None:
        self._preferences.set("theme", "dark")

    def reset_layout(self) -> None:
        self.layout_asked.emit()

    def export(self) -> None:
        self.export_asked.emit()

    def show_tour(self) -> None:
        self.tour_asked.emit()

    def show_guide(self) -> None:
        self.guide_asked.emit("")

    def explain(self) -> None:
        """Open the guide at the setting that has the keyboard, or where it was."""
        widget: QWidget | None = self._window.focusWidget()
        while widget is not None and not hasattr(widget, "guide_path"):
            widget = widget.parentWidget()
        self.guide_asked.emit("" if widget is None else str(getattr(widget, "guide_path")))  # noqa: B009

    def show_shortcuts(self) -> None:
        self.help_asked.emit("shortcuts")

    def about(self) -> None:
        self.help_asked.emit("about")

    def quit(self) -> None:
        self.quit_asked.emit()

    # --- running ---------------------------------------------------------------------------

    def start(self) -> None:
        config = self.studio.document.config
        if config is not None and not self.studio.run.is_active:
            self.page_asked.emit("train")
            self.studio.run.start(config)

    def pause(self) -> None:
        run = self.studio.run
        run.go_on() if run.state in ("paused", "pausing") else run.pause()

    def stop(self) -> None:
        self.studio.run.stop()

    def start_several(self) -> None:
        self.several_asked.emit()

    def show_left_out(self) -> None:
        self.left_out_asked.emit()

    def measure(self) -> None:
        """See on the page of the design how fast a run with these settings would be."""
        self.page_asked.emit("design")
        self.measure_asked.emit()

    def leave_run(self) -> None:
        self.studio.run.leave()

    def sample_now(self) -> None:
        self.studio.run.sample_now()

    def save_now(self) -> None:
        self.studio.run.save_now()

    def evaluate(self) -> None:
        self.studio.run.evaluate()

    def branch(self) -> None:
        """Begin a new run from the newest save up to the samples on the screen."""
        self.page_asked.emit("train")
        more = self._preferences.train_more_images
        self.studio.run.branch(self.studio.looking.moment, more=more)

    def keep_save(self) -> None:
        """Let the newest save up to the samples on the screen stay, or go if it was kept already."""
        folder, moment = self.studio.run.folder, self.studio.looking.moment
        if folder is not None:
            job = self.studio.jobs.call(lambda: _kept_or_let_go(folder, moment))
            job.done.connect(self._tell)
            job.failed.connect(self.refused)

    def train_more(self) -> None:
        """Go on with the run on the screen, by so many images more where it had come to its end."""
        run = self.studio.run
        if run.folder is not None and not run.is_active:
            self.page_asked.emit("train")
            at_end = run.images_seen >= run.images_total
            more = run.images_seen + self._preferences.train_more_images
            run.resume(run.folder, more if at_end else None)

    # --- the queue -------------------------------------------------------------------------

    def queue_add(self) -> None:
        if self.studio.queue.add(self.studio.document.draft):
            self.dock_asked.emit("queue", "")

    def queue_start(self) -> None:
        self.studio.queue.start()
        self.dock_asked.emit("queue", "")

    def queue_rest(self) -> None:
        self.studio.queue.rest()

    # --- inside ----------------------------------------------------------------------------

    def _chooser(
        self, title: str, chosen: Callable[[str], None], at: Path | None = None
    ) -> QFileDialog:
        start = str(at) if at and at.is_dir() else self._preferences.last_folder
        dialog = QFileDialog(self._window, title, start)
        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setModal(False)
        return dialog

    def _choose_weights(self, path: str) -> None:
        self.weights_chosen.emit(Path(path))

    def _open_text(self, path: str) -> None:
        self.open(Path(path))

    def _save_settings(self, path: str) -> None:
        try:
            self.studio.document.save(Path(path))
        except EngineError as error:
            self.refused.emit(error)

    def _save_preset(self, title: str) -> None:
        try:
            path = self.studio.document.save_as_preset(title.strip())
        except EngineError as error:
            self.refused.emit(error)
            return
        self._tell(Message("Saved as the preset “{name}”.", name=path.stem))

    def _save_report(self, path: str) -> None:
        from studio.report import write_report  # it draws on the engine, which loads later

        draft, folder = self.studio.document.draft, self.studio.run.folder
        job = self.studio.jobs.call(lambda: write_report(Path(path), draft, folder))
        job.done.connect(self._tell_report)
        job.failed.connect(self.refused)

    def _tell_report(self, path: Path) -> None:
        self._tell(Message("The report is “{name}”. Nothing was sent anywhere.", name=path.name))

    def _tell(self, text: str) -> None:
        from gan_engine import Notice  # brings numpy, which the shell does without

        self.studio.run.noticed.emit(Notice(0, "info", text, key="did"))

    def _refuse(self, text: str, hint: str, **values: object) -> None:
        """Say why there are no pictures to learn from, with the ways to others."""
        self.refused.emit(DataError(text, hint=hint, **values))


def _kept_or_let_go(folder: Path, moment: int) -> Message:
    """Keep the newest save up to a moment, or let it go where it is kept; say which."""
    from gan_engine import keep, kept_of, let_go  # they bring torch, which the shell does without

    before = kept_of(folder)
    seen = keep(folder, moment)
    if seen in before:
        let_go(folder, seen)
        return Message("The save after {count:,} images is kept no longer.", count=seen)
    return Message("The save after {count:,} images is kept, whatever follows.", count=seen)
