"""What is trained: a preset to start from, the two networks layer by layer, what they play for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from gan_engine import (
    NetworkSummary,
    Preset,
    cost_of,
    default_draft,
    differences,
    get,
    put,
    read_presets,
    summarize,
    try_out,
    with_preset,
)
from studio import tips
from studio.failures import sentence_of
from studio.i18n import together, tr
from studio.panels.base import PAGE, Panel, button, words
from studio.panels.blueprint import Blueprint
from studio.panels.gallery import Gallery
from studio.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from gan_engine import Cost, Draft, Message, Problem, RunConfig, Scalars, Started, Suit, Trial
    from studio.context import Studio
    from studio.jobs import Job
    from studio.worker import RunView

CALM_MS = 120
"""Edits that follow each other closer than this are drawn once."""

HIGH = 680
"""From so many pixels on, both networks are seen below two rows of presets."""


class DesignPanel(Panel):
    """The second page."""

    key, title = "design", "Design"

    edited = Signal(str, object)
    preset_chosen = Signal(object)
    """These settings are to be taken; the images stay."""
    presets_seen = Signal(object)
    """Somebody looks at these presets."""

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft = {}
        self._config: RunConfig | None = None
        self._drawn: object = None
        self._job: Job | None = None
        self._priced: object = None
        self._pricing: Job | None = None
        self._running = False
        self._recommended, self._why = "", ""
        self._trial: Job | None = None
        self._trouble = ""
        self._tried: tuple[RunConfig, Trial] | None = None
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._ask)
        self.gallery = Gallery()
        self.gallery.preset_chosen.connect(self._take_preset)
        self.blueprint = Blueprint()
        self.blueprint.setting_asked.connect(self.setting_asked)
        self.blueprint.networks.guide_asked.connect(self._explain_networks)
        self.blueprint.loss.guide_asked.connect(self._explain_loss)
        self.blueprint.cost.edited.connect(self.edited)
        self.blueprint.cost.measure_asked.connect(self._ask_to_measure)
        column = QVBoxLayout(self)
        column.setContentsMargins(*PAGE)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self.gallery)
        column.addWidget(self.blueprint, 1)

    def bind(self, studio: Studio) -> None:
        document = studio.document
        self._jobs = studio.jobs
        document.changed.connect(self.show_document)
        document.file_changed.connect(self.show_presets)
        studio.run.noticed.connect(self.show_presets)
        self._suiting = studio.suiting
        studio.suiting.recommended.connect(self.show_recommended)
        studio.suiting.suited.connect(self.show_suit)
        studio.suiting.failed.connect(self.show_no_suits)
        self.presets_seen.connect(studio.suiting.look)
        studio.run.state_changed.connect(self.show_state)
        studio.run.started.connect(self.show_start)
        studio.run.viewed.connect(self.show_view)
        studio.run.scalars_arrived.connect(self.show_readings)
        self.edited.connect(document.set)
        self.preset_chosen.connect(document.load)
        self.show_presets()
        self.show_document(document.draft, document.config, document.problems)

    # --- shown -------------------------------------------------------------------------------

    @Slot()
    def show_presets(self) -> None:
        """Show the program's presets and the user's own."""
        presets = read_presets()
        if presets != [card.preset for card in self.gallery.cards]:
            self.gallery.show_presets(presets)
            self._mark_preset()
            self._look()

    @Slot(object, object)
    def show_recommended(self, preset: Preset, why: Message) -> None:
        """Show which preset is for a newcomer, and why."""
        if preset.key != self._recommended:
            self.gallery.bring(lambda one: one.key == preset.key)
        self._recommended, self._why = preset.key, why
        self.gallery.show_suit(preset.key, None, tr(why))  # what it takes is not known yet
        self._advice.setText(tr("Recommended {why}: {title}", why=why, title=preset.title))

    @Slot(object, object)
    def show_suit(self, preset: Preset, suit: Suit) -> None:
        """Show how a preset suits."""
        why = tr(self._why) if preset.key == self._recommended else ""
        self.gallery.show_suit(preset.key, suit, why)

    @Slot()
    def show_no_suits(self) -> None:
        """Recommend nothing."""
        self._advice.setText("")

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Show the settings, what they mean and what is wrong with them."""
        came = _paired(draft) and not _paired(self._draft)
        self._draft, self._config = draft, config
        self._mark_preset()
        if came:
            self.gallery.bring(lambda preset: _paired(preset.draft))
        self._enable()
        self.blueprint.show_problems(problems, draft)
        if config is not None:
            self.blueprint.show_loss(config)
            self._calm.start()
            if not self.isVisible():  # nor should it be, until it is that of these settings
                self.blueprint.cost.show_nothing()
        self._show_trial()

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Keep what a going run needs from being changed."""
        self._running = state != "idle"
        if self._running and self._trial is not None:
            self._trial.cancel()
        self._show_trial()
        self.gallery.setEnabled(not self._running)
        self._enable()

    @Slot(object)
    def show_summary(self, summary: NetworkSummary) -> None:
        """Show both networks block by block."""
        if self._config is not None:
            config = self._config
            takes = config.architecture.takes(config.data.shape)
            self.blueprint.show_networks(summary, takes, config.training.batch_size)

    @Slot(object)
    def show_cost(self, found: tuple[RunConfig, Cost]) -> None:
        """Show what a run with these settings will take, unless they have changed meanwhile."""
        config, cost = found
        if config == self._config:
            training, saving = config.training, config.checkpoint
            self.blueprint.cost.show_cost(cost, self._draft, training.batch_size, saving.keep)

    @Slot(object)
    def show_no_cost(self, error: Exception) -> None:
        """Show no estimate: the networks' own failure is told where they would be."""
        self.blueprint.cost.show_nothing()

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Expect numbers of a new run, or more of one that goes on."""
        self._follow(event.draft, event.images_total)

    @Slot(object)
    def show_view(self, view: RunView) -> None:
        """Show the last numbers of an earlier run."""
        self._follow(view.info.draft, view.info.images_total)
        last = {name: float(y[np.isfinite(y)][-1]) for name, (_, y) in view.scalars.items()
                if np.isfinite(y).any()}  # fmt: skip
        if last:
            seen = max(float(x[-1]) for x, _ in view.scalars.values() if len(x))
            self.blueprint.loss.show_readings(last, int(seen))

    @Slot(object)
    def show_readings(self, readings: list[Scalars]) -> None:
        """Fill the newest numbers into the formulas; they are told twice a second at most."""
        values = {name: value for reading in readings for name, value in reading.values.items()}
        seen = max(reading.images_seen for reading in readings)
        self.blueprint.loss.show_readings(values, seen)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say why the networks cannot be shown."""
        self.blueprint.show_note(together(*sentence_of(error)))

    # --- inside ------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        self.start_button = button(tr("Start training"), primary=True)
        self.start_button.clicked.connect(self._start)
        self._advice = ElidedLabel()
        self._advice.color = "good"
        row = QHBoxLayout()
        row.addWidget(words(tr("Start from a preset"), "title", wraps=False))
        row.addWidget(self.gallery.back)
        row.addWidget(self.gallery.on)
        row.addWidget(self._advice, 1)
        row.addWidget(self.start_button)
        return row

    def _enable(self) -> None:
        """Offer a start while no run is going and nothing is wrong."""
        self.start_button.setEnabled(self._config is not None and not self._running)
        why = tr("Train a new run with these settings.")
        why = tr("A run is going.") if self._running else why
        why = why if self._config is not None else tr("Mend what is marked first.")
        self.start_button.setToolTip(tips.lines(why))
        self.start_button.setAccessibleDescription(why)

    def _follow(self, draft: Draft, total: int) -> None:
        if draft:  # a file with weights has none
            kind, pairing = (
                str(get(draft, path, get(default_draft(), path)))
                for path in ("loss.kind", "loss.pairing")
            )
            self.blueprint.loss.show_run(kind, pairing, total)

    def _mark_preset(self) -> None:
        same = set()
        for card in self.gallery.cards:
            if not differences(with_preset(card.preset, self._draft), self._draft):
                same.add(card.preset.key)
        self.gallery.show_chosen(same)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.gallery.show_rows(2 if self.height() >= HIGH else 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()
        self._calm.start()

    def _look(self) -> None:
        if self.isVisible():
            self.presets_seen.emit([card.preset for card in self.gallery.cards])

    @Slot()
    def _ask(self) -> None:
        """Ask what is drawn of these settings, once somebody looks."""
        if self._config is not None and self.isVisible():
            self._ask_for_summary(self._config)
            self._ask_for_cost(self._config)

    def _ask_for_summary(self, config: RunConfig) -> None:
        batch = config.training.batch_size
        wanted = (config.architecture, config.data.shape, batch)
        if wanted == self._drawn or (self._job is not None and self._job.active):
            return  # when the going one ends it is asked for again
        self._drawn = wanted
        self._job = self._jobs.call(lambda: summarize(config))
        self._job.done.connect(self.show_summary)
        self._job.failed.connect(self.show_failure)
        self._job.ended.connect(self._calm.start)

    def _ask_for_cost(self, config: RunConfig) -> None:
        if config == self._priced or (self._pricing is not None and self._pricing.active):
            return
        self._priced = config
        self._pricing = self._jobs.call(lambda: (config, cost_of(config)))
        self._pricing.done.connect(self.show_cost)
        self._pricing.failed.connect(self.show_no_cost)
        self._pricing.ended.connect(self._calm.start)

    @Slot()
    def _ask_to_measure(self) -> None:
        self.action_asked.emit("measure")

    @Slot()
    def measure(self) -> None:
        """Do a few real updates off the window's thread, unless something trains."""
        if self._config is None or self._running or self._is_trying:
            return
        config = self._config

        def work(cancelled: Callable[[], bool]) -> Iterator[object]:
            yield config, try_out(config, cancelled)

        self._trial = self._jobs.run(work)
        self._trial.done.connect(self.show_trial)
        self._trial.failed.connect(self.show_no_trial)
        self._trial.ended.connect(self._show_trial)
        self._show_trial()

    @property
    def _is_trying(self) -> bool:
        return self._trial is not None and self._trial.active

    @Slot(object)
    def show_trial(self, found: tuple[RunConfig, Trial | None]) -> None:
        """Keep what a trial found, for as long as the settings are the same."""
        config, trial = found
        if trial is not None:
            self._tried = (config, trial)
        self._show_trial()

    @Slot(object)
    def show_no_trial(self, error: Exception) -> None:
        """Say why no speed could be measured."""
        self._tried = None
        self._trouble = together(*sentence_of(error))

    @Slot()
    def _show_trial(self) -> None:
        card, config = self.blueprint.cost, self._config
        card.allow_measuring(config is not None and not self._running and not self._is_trying)
        if self._trouble and not self._is_trying:
            card.show_no_trial(self._trouble)
            self._trouble = ""
            return
        same = config is not None and self._tried is not None and self._tried[0] == config
        images = config.training.images if config is not None else 0
        trial = self._tried[1] if same and self._tried is not None else None
        card.show_trial(trial, images, going=self._is_trying)

    @Slot(object)
    def _take_preset(self, preset: Preset) -> None:
        draft = self._draft
        if not _paired(draft):  # a preset for pairs takes them as they lie there
            draft = put(draft, "data.pairs", self._suiting.pictures.pairs)
        self.preset_chosen.emit(with_preset(preset, draft))

    @Slot()
    def _explain_networks(self) -> None:
        self.guide_asked.emit(f"architecture.{get(self._draft, 'architecture.kind', 'dcgan')}")

    @Slot()
    def _explain_loss(self) -> None:
        self.guide_asked.emit(f"loss.{get(self._draft, 'loss.kind', 'cross_entropy')}")

    @Slot()
    def _start(self) -> None:
        self.action_asked.emit("start")


def _paired(draft: Draft) -> bool:
    return bool(get(draft, "data.pairs", "off") != "off")
