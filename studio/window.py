"""The main window: pages, docks, menus, drop target, saved layout, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from studio import help_pages, theme
from studio.actions import ACTIONS, MENUS, Actions
from studio.deeds import Deeds
from studio.dialogs import Dialogs
from studio.failures import sentence_of
from studio.layout import Layout, fitting, scrolling
from studio.preferences import Preferences
from studio.status import StatusLine
from studio.widgets.notice import NoticeBar

if TYPE_CHECKING:
    from gan_engine import Finished, Notice, Preparing, Saved, Scalars, Started
    from studio.context import Studio
    from studio.leaving import Leaving
    from studio.panels.base import Panel

DOCKS = {
    "runs": Qt.DockWidgetArea.LeftDockWidgetArea,
    "settings": Qt.DockWidgetArea.RightDockWidgetArea,
    "messages": Qt.DockWidgetArea.BottomDockWidgetArea,
}


class MainWindow(QMainWindow):
    """A shell at first; `bind` fills it when the engine is loaded."""

    left = Signal()
    """The window is closed and no thread of its own is left."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setAcceptDrops(True)
        self.resize(fitting(QSize(1440, 900)))
        self.preferences = preferences
        self.panels: dict[str, Panel] = {}
        self._studio: Studio | None = None
        self._dialogs = Dialogs(self)
        self._leaving: Leaving | None = None
        self._layout = Layout(self, preferences)
        self._deeds = Deeds(self, preferences)
        self.acts = Actions({spec.key: getattr(self._deeds, spec.key) for spec in ACTIONS}, self)
        self.acts.enable(set())
        self._build_menus()
        self._build_middle()
        self._deeds.page_asked.connect(self.show_page)
        self._deeds.setting_asked.connect(self.show_setting)
        self._deeds.layout_asked.connect(self._layout.reset)
        self._deeds.help_asked.connect(self._dialogs.show_help)
        self._deeds.export_asked.connect(self._dialogs.show_export)
        self._deeds.preferences_asked.connect(self._dialogs.show_preferences)
        self._deeds.quit_asked.connect(self.close)
        self._deeds.refused.connect(self.show_failure)
        preferences.changed.connect(self._take_preference)
        self._take_theme()
        self._show_title()

    # --- building --------------------------------------------------------------------------

    def _build_menus(self) -> None:
        self.toolbar = QToolBar("Toolbar", self)
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toolbar.setIconSize(QSize(18, 18))
        menus: dict[str, QMenu] = {name: self.menuBar().addMenu(name) for name in MENUS}
        for spec in ACTIONS:
            action = self.acts[spec.key]
            for bar in (menus.get(spec.menu), self.toolbar if spec.toolbar else None):
                if bar is not None:
                    if spec.divider:
                        bar.addSeparator()
                    bar.addAction(action)
        self._view_menu = menus["View"]
        self._device = QLabel()
        self._device.setProperty("role", "muted")
        self._device.setContentsMargins(0, 0, 12, 0)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar.addWidget(space)
        self.toolbar.addWidget(self._device)
        self.toolbar.toggleViewAction().setEnabled(False)
        self.addToolBar(self.toolbar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _build_middle(self) -> None:
        self.notices = NoticeBar()
        self._tabs = QTabBar()
        self._tabs.setObjectName("pages")
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.currentChanged.connect(self._turn_page)
        self._pages = QStackedWidget()
        self._pages.addWidget(help_pages.loading_page())
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.notices, self._tabs, self._pages):
            column.addWidget(widget)
        column.setStretchFactor(self._pages, 1)
        self.setCentralWidget(middle)
        self.status = StatusLine()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)
        self.status.show_loading("The engine is loading; this takes a few seconds.")

    def bind(self, studio: Studio, panels: Iterable[type[Panel]], device: str) -> None:
        """Fill the shell: make every panel, give each its page or dock, listen to the models."""
        self._studio = studio
        self._deeds.bind(studio)
        self._dialogs.bind(studio)
        for kind in panels:
            panel = self.panels[kind.key] = kind()
            if kind.key in DOCKS:
                self._add_dock(panel)
            else:
                self._pages.addWidget(scrolling(panel))
                self._tabs.addTab(kind.title)
                self._tabs.setTabData(self._tabs.count() - 1, kind.key)
            panel.bind(studio)
            self._listen_to(panel)
        self._device.setText(device)
        self._device.setToolTip("What trains; the setting Training, Device changes it.")
        self._layout.arrange()
        self._listen(studio)
        self.show_page("dataset")
        self._refresh()
        if studio.preferences.problem:
            self.notices.show_notice("warning", studio.preferences.problem, "", [])

    def _add_dock(self, panel: Panel) -> None:
        dock = QDockWidget(panel.title, self)
        dock.setObjectName(f"dock-{panel.key}")
        dock.setWidget(panel)
        self.addDockWidget(DOCKS[panel.key], dock)
        self._view_menu.addAction(dock.toggleViewAction())

    def _listen(self, studio: Studio) -> None:
        run = studio.run
        self._make_speakers(studio)
        studio.document.changed.connect(self._take_document)
        studio.document.file_changed.connect(self._show_title)
        run.state_changed.connect(self._take_state)
        run.preparing.connect(self._take_preparing)
        run.started.connect(self._take_start)
        run.scalars_arrived.connect(self._take_scalars)
        run.saved.connect(self._take_save)
        run.noticed.connect(self._take_notice)
        run.finished.connect(self._take_end)
        run.viewed.connect(self._take_view)

    def _make_speakers(self, studio: Studio) -> None:
        """Make what speaks above the page and is answered there."""
        from studio.leaving import Leaving  # these know the run, which draws on the engine
        from studio.recovery import Recovery

        self.notices.act.connect(self.notices.hide_notice)  # before an answer may say more
        self._leaving = Leaving(studio.run, self)
        self._leaving.ready.connect(self.close)
        for speaker in (self._leaving, Recovery(studio.library, studio.run, self)):
            speaker.told.connect(self._tell)
            self.notices.act.connect(speaker.answer)

    def _listen_to(self, panel: Panel) -> None:
        """Connect what panels may ask of the window."""
        panel.page_asked.connect(self.show_page)
        panel.setting_asked.connect(self.show_setting)
        panel.action_asked.connect(self._act)

    # --- showing ---------------------------------------------------------------------------

    @Slot(str)
    def show_page(self, key: str) -> None:
        """Bring the page called `key` to the front."""
        for index in range(self._tabs.count()):
            if self._tabs.tabData(index) == key:
                self._tabs.setCurrentIndex(index)
                self._turn_page(index)

    @Slot(int)
    def _turn_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index + 1)  # the first is what stands there while loading

    @Slot(object)
    def show_failure(self, error: BaseException) -> None:
        """Say what went wrong, above the page."""
        text, hint = sentence_of(error)
        self.notices.show_notice("error", text, hint, [])

    def show_setting(self, path: str) -> None:
        """Bring the setting at `path` to view; an empty path begins a search."""
        panel = self.panels.get("settings")
        dock = self.findChild(QDockWidget, "dock-settings")
        if panel is not None and isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
            getattr(panel, "show_setting")(path)  # noqa: B009

    @Slot()
    def _show_title(self) -> None:
        names = ["GAN Studio"]
        if self._studio is not None:
            document, run = self._studio.document, self._studio.run
            if document.path is not None:
                names.append(document.path.name + (" •" if document.is_modified else ""))
            if run.source is not None:
                names.append(run.source.name)
        self.setWindowTitle(" — ".join(names))

    def _take_theme(self) -> None:
        name = self.preferences.theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        self.acts[f"theme_{name}"].setChecked(True)
        self._take_colors()

    def _take_colors(self) -> None:
        colors = theme.current()
        self.acts.set_icons(theme.icon)
        self.status.set_colors(
            quiet=colors.muted, busy=colors.warning, good=colors.good, bad=colors.error
        )
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the desktop when it turns dark or light."""
        if event.type() == QEvent.Type.PaletteChange and self._pages.count():
            self._take_colors()
        super().changeEvent(event)

    @Slot(str, object)
    def _take_preference(self, name: str, value: object) -> None:
        if name == "theme":
            self._take_theme()

    # --- what the models say ---------------------------------------------------------------

    def _refresh(self) -> None:
        """Turn actions on and off, and say what stands in the way of a start."""
        if self._studio is None:
            return
        document, run = self._studio.document, self._studio.run
        errors, resting = document.errors, not run.is_active
        holds = {
            "loaded": True,
            "undo": document.can_undo,
            "redo": document.can_redo,
            "start": resting and document.config is not None,
            "pause": run.state in ("preparing", "training", "pausing", "paused"),
            "active": not resting and run.state != "stopping",
            "training": run.state in ("training", "pausing", "paused"),
            "run": run.folder is not None,
            "source": run.source is not None,
            "resting": resting and run.folder is not None,
        }
        self.acts.enable({name for name, holding in holds.items() if holding})
        waiting = run.state in ("paused", "pausing")
        self.acts["pause"].setText("Resume" if waiting else "Pause")
        self.acts["pause"].setIcon(theme.icon("start" if waiting else "pause"))
        reason = document.explain(errors[0]) if errors and resting else ""
        self.acts.explain(start=reason or ("" if resting else "A run is going; it must end first."))
        if resting:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            self.status.show_problem(reason + more if reason else "")

    @Slot(object, object, object)
    def _take_document(self, draft: object, config: object, problems: object) -> None:
        self._refresh()
        self._show_title()

    @Slot(str)
    def _take_state(self, state: str) -> None:
        assert self._studio is not None
        run = self._studio.run
        self.status.show_state(state, run.images_seen, run.images_total)
        self._refresh()
        if state == "preparing":
            self.notices.hide_notice()
            self.status.show_saved(None)

    @Slot(object)
    def _take_preparing(self, event: Preparing) -> None:
        self.status.show_preparing(event.done, event.total)

    @Slot(object)
    def _take_start(self, event: Started) -> None:
        self._device.setText(event.device)
        self.status.show_progress(event.images_seen, event.images_total)
        self._refresh()
        self._show_title()

    @Slot(object)
    def _take_scalars(self, readings: list[Scalars]) -> None:
        assert self._studio is not None
        for reading in readings:
            self.status.show_reading(reading.values)
        self.status.show_progress(readings[-1].images_seen, self._studio.run.images_total)

    @Slot(object)
    def _take_save(self, event: Saved) -> None:
        assert self._studio is not None
        self.status.show_saved(self._studio.run.last_saved)

    @Slot(object)
    def _take_notice(self, notice: Notice) -> None:
        """What a person must act on stands above the page; the rest is in the messages."""
        if notice.level == "error" or notice.key in ("busy", "diverged"):
            self.notices.show_notice(notice.level, notice.text, notice.hint, [])

    @Slot(object)
    def _take_view(self, view: object) -> None:
        self._refresh()
        self._show_title()
        self.show_page("train")

    @Slot(object)
    def _take_end(self, event: Finished) -> None:
        assert self._studio is not None
        self.status.show_saved(self._studio.run.last_saved)

    # --- dropping --------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if self._studio is not None and any(url.isLocalFile() for url in urls):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local and self._studio is not None:
            event.acceptProposedAction()
            self.open_path(Path(local[0]))

    def open_path(self, path: Path) -> None:
        """Take a dropped or chosen path for what it is."""
        self._deeds.open(path)

    # --- leaving ---------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave at once when nothing trains; else when the run is saved."""
        if self._leaving is not None and not self._leaving.begin():
            event.ignore()
            return
        self._layout.keep()
        if self._studio is not None:
            self._studio.shut_down()
        event.accept()
        self.left.emit()

    @Slot(str, str, str, object)
    def _tell(self, level: str, text: str, hint: str, answers: list[tuple[str, str]]) -> None:
        self.notices.show_notice(level, text, hint, answers)

    @Slot(str)
    def _act(self, name: str) -> None:
        """Do what a panel's button asks for, as if its menu entry had been chosen."""
        self.acts[name].trigger()
