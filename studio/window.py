"""The main window: pages, docks, menus, drop target, saved layout, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from studio import help_pages, i18n, layout, opening, theme
from studio.actions import ACTIONS, MENUS
from studio.acts import Actions
from studio.deeds import Deeds
from studio.device_button import DeviceButton
from studio.dialogs import Dialogs
from studio.failures import sentence_of
from studio.i18n import tr
from studio.preferences import Preferences
from studio.readout import Readout
from studio.status import StatusLine
from studio.tour import Tour
from studio.widgets.notice import NoticeBar

if TYPE_CHECKING:
    from studio.context import Studio
    from studio.leaving import Leaving
    from studio.panels.base import Panel

DOCKS = {
    "runs": Qt.DockWidgetArea.LeftDockWidgetArea,
    "queue": Qt.DockWidgetArea.LeftDockWidgetArea,
    "settings": Qt.DockWidgetArea.RightDockWidgetArea,
    "guide": Qt.DockWidgetArea.RightDockWidgetArea,
    "messages": Qt.DockWidgetArea.BottomDockWidgetArea,
}

BESIDE = {"queue": "runs", "guide": "settings"}
"""Docks that share a place with another, as tabs."""


class MainWindow(layout.DockedWindow):
    """A shell at first; `bind` fills it when the engine is loaded."""

    acts: Actions
    tabs: QTabBar
    toolbar: QToolBar
    left = Signal()
    """The window is closed and no thread of its own is left."""
    renewed = Signal(object)
    """A window in another language takes this one's place; what listened here listens there now."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("main")
        self.setAcceptDrops(True)
        self.resize(layout.fitting(QSize(1440, 900)))
        self.preferences = preferences
        self.panels: dict[str, Panel] = {}
        self._studio: Studio | None = None
        self._dialogs = Dialogs(self)
        self._leaving: Leaving | None = None
        self._readout: Readout | None = None
        self.tour: Tour | None = None
        self._layout = layout.Layout(self, preferences)
        self._deeds = Deeds(self, preferences)
        self.acts = Actions({spec.key: getattr(self._deeds, spec.key) for spec in ACTIONS}, self)
        self.acts.enable(set())
        self._build_menus()
        self._build_middle()
        self._deeds.page_asked.connect(self.show_page)
        self._deeds.setting_asked.connect(self.show_setting)
        self._deeds.dock_asked.connect(self.show_dock)
        self._deeds.tour_asked.connect(self.show_tour)
        self._deeds.layout_asked.connect(self._layout.reset)
        self._deeds.help_asked.connect(self._dialogs.show_help)
        self._deeds.guide_asked.connect(self.show_guide)
        self._deeds.weights_chosen.connect(self._dialogs.show_start)
        self._deeds.export_asked.connect(self._dialogs.show_export)
        self._deeds.several_asked.connect(self._dialogs.show_several)
        self._deeds.left_out_asked.connect(self._dialogs.show_left_out)
        self._deeds.preferences_asked.connect(self._dialogs.show_preferences)
        self._deeds.quit_asked.connect(self.close)
        self._deeds.refused.connect(self.show_failure)
        preferences.changed.connect(self._take_preference)
        self._renewal = QTimer(self, singleShot=True, interval=0)
        self._renewal.timeout.connect(self._renew)
        self._take_theme()
        self.setWindowTitle("GAN Studio")

    # --- building --------------------------------------------------------------------------

    def _build_menus(self) -> None:
        self.toolbar = QToolBar(tr("Toolbar"), self)
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toolbar.setIconSize(QSize(18, 18))
        menus: dict[str, QMenu] = {name: self.menuBar().addMenu(tr(name)) for name in MENUS}
        for spec in ACTIONS:
            action = self.acts[spec.key]
            for bar in (menus.get(spec.menu), self.toolbar if spec.toolbar else None):
                if bar is not None:
                    if spec.divider:
                        bar.addSeparator()
                    bar.addAction(action)
        self._view_menu = menus["View"]
        self.menuBar().setCornerWidget(layout.seek_button(self.acts["palette"], self.menuBar()))
        self.device = DeviceButton()
        self.device.clicked.connect(lambda: self.show_setting("training.device"))
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.toolbar.addWidget(space)
        self.toolbar.addWidget(self.device).setEnabled(False)  # until it says something
        self.toolbar.toggleViewAction().setEnabled(False)
        self.addToolBar(self.toolbar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _build_middle(self) -> None:
        self.notices = NoticeBar()
        self.tabs = QTabBar()
        self.tabs.setObjectName("pages")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.currentChanged.connect(self._turn_page)
        self._pages = QStackedWidget()
        self._pages.addWidget(help_pages.loading_page())
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.notices, self.tabs, self._pages):
            column.addWidget(widget)
        column.setStretchFactor(self._pages, 1)
        self.setCentralWidget(middle)
        self.status = StatusLine()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)
        self.status.show_loading(tr("The engine is loading; this takes a few seconds."))

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
                self._pages.addWidget(layout.scrolling(panel))
                self.tabs.addTab(tr(kind.title))
                self.tabs.setTabData(self.tabs.count() - 1, kind.key)
            panel.bind(studio)
            self._listen_to(panel)
        self.device.show_device(device)
        self._layout.arrange()
        self._make_speakers(studio)
        self._readout = Readout(self, studio)
        self._readout.page_asked.connect(self.show_page)
        self.show_page("start")
        if studio.preferences.problem:
            self.notices.show_notice("warning", tr(studio.preferences.problem), "", [])
        if studio.queue.problem:
            self.notices.show_first("warning", tr(studio.queue.problem))
        studio.keeping.restore()

    def _add_dock(self, panel: Panel) -> None:
        dock = QDockWidget(tr(panel.title), self)
        dock.setObjectName(f"dock-{panel.key}")
        dock.setWidget(panel)
        self.addDockWidget(DOCKS[panel.key], dock)
        beside = self.findChild(QDockWidget, f"dock-{BESIDE.get(panel.key)}")
        if isinstance(beside, QDockWidget):
            self.tabifyDockWidget(beside, dock)
        self._view_menu.addAction(layout.view_action(dock))

    def _make_speakers(self, studio: Studio) -> None:
        """Let speak above the page, and be answered there, whoever has something to say."""
        from studio.bell import Bell  # these know the run, which draws on the engine
        from studio.panels.design import DesignPanel
        from studio.panels.start import StartPanel
        from studio.speakers import speakers_of

        self.notices.act.connect(self.notices.show_next)  # before an answer may say more
        speakers = speakers_of(studio)
        self._leaving = speakers.leaving
        self._deeds.asks_before_undo = speakers.taking_back.asks
        speakers.speak_in(self)
        self.notices.act.connect(self._mend)
        failing = studio.run, studio.several, studio.library, studio.comparison
        for told in (*(model.failed for model in failing), studio.jobs.unheard):
            told.connect(self._take_failure)
        studio.queue.refused.connect(self.show_failure)
        Bell(studio.run, studio.queue, self).told.connect(self.notices.show_first)
        if isinstance(start := self.panels.get("start"), StartPanel):
            start.folder_chosen.connect(self.open_path)
        if isinstance(design := self.panels.get("design"), DesignPanel):
            self._deeds.measure_asked.connect(design.measure)

    def _listen_to(self, panel: Panel) -> None:
        """Connect what panels may ask of the window."""
        panel.page_asked.connect(self.show_page)
        panel.setting_asked.connect(self.show_setting)
        panel.action_asked.connect(self._act)
        panel.guide_asked.connect(self.show_guide)

    # --- showing ---------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The key of the page in front; empty while there is none."""
        return str(self.tabs.tabData(self.tabs.currentIndex()) or "")

    @Slot(str)
    def show_page(self, key: str) -> None:
        """Bring the page called `key` to the front."""
        for index in range(self.tabs.count()):
            if self.tabs.tabData(index) == key:
                self.tabs.setCurrentIndex(index)
                self._turn_page(index)

    @Slot(int)
    def _turn_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index + 1)  # the first is what stands there while loading

    @Slot(object)
    def show_failure(self, error: BaseException, run: Path | None = None) -> None:
        """Say what went wrong, above the page; `run` is the one it went wrong with, if any."""
        from studio.mending import acts_for  # it draws on the engine, which may be what failed

        text, hint = sentence_of(error)
        acts = acts_for(error, run) if self._studio is not None else []
        self.notices.show_notice("error", text, hint, acts)

    @Slot(object)
    def _take_failure(self, error: BaseException) -> None:
        """Say what went wrong with a run, unless Offers or Originals know more of it."""
        from gan_engine import ImagesChangedError, MemoryFullError, OlderSaveError

        if not isinstance(error, ImagesChangedError | MemoryFullError | OlderSaveError):
            self.show_failure(error, self._studio.run.folder if self._studio else None)

    @Slot(str)
    def _mend(self, name: str) -> None:
        """Do what a notice offered; answers to its speakers are none of the window's."""
        kind, _, what = name.partition(":")
        if what:
            self._deeds.show(kind, what)
        elif name in self.acts and self.acts[name].isEnabled():
            self.acts[name].trigger()

    def show_setting(self, path: str) -> None:
        """Bring the setting at `path` to view; an empty path begins a search."""
        self.show_dock("settings", "show_setting", path)

    @Slot(str)
    def show_guide(self, anchor: str) -> None:
        """Open the guide: at a setting by its path, at `page#heading`, or, with "", where it was."""
        self.show_dock("guide", "show_anchor", anchor)

    @Slot(str, str)
    def show_dock(self, key: str, method: str = "", *what: str) -> None:
        """Bring a dock to view, and have its panel show something."""
        panel, dock = self.panels.get(key), self.findChild(QDockWidget, f"dock-{key}")
        if panel is not None and isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
            if method:
                getattr(panel, method)(*what)

    @Slot()
    def show_tour(self, place: int = 0) -> None:
        """Show a newcomer around, from the first callout on."""
        if self.tour is None and self._studio is not None:
            self.tour = Tour(self)
            self._studio.run.state_changed.connect(self.tour.take_state)
        if self.tour is not None:
            self.tour.begin(place)

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
        if self._readout is not None:
            self._readout.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the desktop when it turns dark or light."""
        if event.type() == QEvent.Type.PaletteChange and self._pages.count():
            self._take_colors()
        super().changeEvent(event)

    @Slot(str, object)
    def _take_preference(self, name: str, value: object) -> None:
        if name == "theme":
            self._take_theme()
        elif name == "language":
            self._renewal.start()  # when whoever asked for it has been answered

    @Slot()
    def _catch_up(self) -> None:
        """Hear what has happened so far, when nobody of the former window listens any more."""
        if self._studio is not None:
            QTimer.singleShot(0, self._studio.run.retell)

    @Slot()
    def _renew(self) -> None:
        """Make a window in the language that was chosen, over the same models, and go."""
        i18n.use(self.preferences.language)
        self.preferences.changed.disconnect(self._take_preference)  # the heir listens now
        self._layout.keep()
        heir = MainWindow(self.preferences)
        self.renewed.emit(heir)
        if self._studio is not None:
            kinds = [type(panel) for panel in self.panels.values()]
            heir.bind(self._studio, kinds, self.device.device)
            heir._take_over(self)
            self.destroyed.connect(heir._catch_up)
        heir.show()
        self.hide()
        self.deleteLater()

    def _take_over(self, former: MainWindow) -> None:
        """Go on where another window was: its page, what it says and asks, what is typed in it."""
        self.show_page(former.page)
        for key, panel in self.panels.items():
            panel.take_over(former.panels[key])
        self.notices.take_over(former.notices)
        self.device.warn(former.device.unused)
        if self._readout is not None and former._readout is not None:
            self._readout.take_over(former._readout)
        former._dialogs.hand_over(self._dialogs)
        if former.tour is not None and former.tour.place >= 0:
            self.show_tour(former.tour.place)

    # --- dropping --------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        local = any(url.isLocalFile() for url in event.mimeData().urls())
        if local and self._studio is not None and event.source() is None:  # none of our samples
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if local and self._studio is not None:
            event.acceptProposedAction()
            self.open_path(local[0])
            if said := opening.left_over(local):
                self.notices.show_first("warning", *said)

    def open_path(self, path: Path) -> None:
        """Take a dropped or chosen path for what it is."""
        self._deeds.open(path)

    # --- leaving ---------------------------------------------------------------------------

    def save_at_once(self) -> None:
        """Save and end what trains; returns when it is on disk."""
        if self._studio is not None:
            self._studio.run.shut_down()

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

    @Slot(str)
    def _act(self, name: str) -> None:
        """Do what a panel's button asks for, as if its menu entry had been chosen."""
        self.acts[name].trigger()
