"""What a run will take: parameters, arithmetic, memory, disk, and what to do when it is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from studio import tips
from studio.figures import duration, speed
from studio.i18n import mark, tr
from studio.panels import words as say
from studio.panels.base import HEAD, button, words
from studio.widgets.share_bar import ShareBar

if TYPE_CHECKING:
    from gan_engine import Cost, Draft, Relief, Trial


class CostCard(QFrame):
    """Told an estimate; each relief is one click."""

    edited = Signal(str, object)
    """This setting should have this value."""
    measure_asked = Signal()
    """A few real updates should say how fast a run would be."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.buttons: list[QPushButton] = []
        self._device = words("", "muted", wraps=False)
        self._facts = {
            name: words("") for name in (mark("Parameters"), mark("Multiply-adds"), mark("Disk"))
        }
        self.bar = ShareBar(tr("Memory needed"))
        self._memory, self._parts = words(""), words("", "muted")
        self._warning, self._full = words("", "warning"), words("", "warning")
        self._offers = QVBoxLayout()  # beside each other they would be wider than the page
        self._offers.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(words(tr("Cost, estimated"), "title", wraps=False))
        head.addStretch(1)
        head.addWidget(self._device)
        self.measure = button(tr("Measure"), "")
        self.measure.setProperty("small", True)
        self.measure.clicked.connect(self.measure_asked)
        head.addWidget(self.measure)
        head.addStrut(HEAD)
        self._speed = words("")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, (name, label) in enumerate(self._facts.items()):
            grid.addWidget(words(tr(name), "muted", wraps=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, 1)
        grid.addWidget(words(tr("Memory"), "muted", wraps=False), 3, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._memory, 3, 1)
        grid.addWidget(words(tr("Speed"), "muted", wraps=False), 4, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._speed, 4, 1)
        self.show_trial(None)
        self.allow_measuring(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self.bar)
        column.addWidget(self._full)
        column.addWidget(self._parts)
        column.addWidget(self._warning)
        column.addLayout(self._offers)
        self.hide()

    # --- shown -------------------------------------------------------------------------------

    def show_cost(self, cost: Cost, draft: Draft, batch: int, keep: int) -> None:
        """Show an estimate for settings with this batch size that keep so many checkpoints."""
        self._device.setText(tr(cost.device))
        both = say.count(cost.parameters_g), say.count(cost.parameters_d)
        self._facts["Parameters"].setText(f"G {both[0]} · D {both[1]}")
        both = say.count(cost.macs_g), say.count(cost.macs_d)
        self._facts["Multiply-adds"].setText(
            tr(
                "G {g} · D {d} for one image's way through; training takes several times as many",
                g=both[0],
                d=both[1],
            )
        )
        disk = tr(
            "{size} a checkpoint, {count} are kept: {total}",
            size=say.size(cost.checkpoint),
            count=keep,
            total=say.size(cost.checkpoint * keep),
        )
        self._facts["Disk"].setText(disk)
        self._full.setVisible(not cost.has_room(keep))
        self._full.setText(
            ""
            if cost.has_room(keep)
            else tr(
                "The disk has {free} free where runs are kept: a run would wait for room, with one"
                " save more than are kept while it writes. Free some space, or keep fewer.",
                free=say.size(cost.disk_free or 0),
            )
        )
        needed, there = say.size(cost.memory), say.size(cost.memory_total)
        self._memory.setText(
            tr(
                "{needed} of {there}, {free} free now; torch itself comes on top",
                needed=needed,
                there=there,
                free=say.size(cost.memory_free),
            )
        )
        parts = (cost.weights, cost.optimizers, cost.activations)
        names = (
            tr("weights and gradients"),
            tr("optimisers"),
            tr("activations of {count} images", count=batch),
        )
        self._parts.setText(
            " · ".join(f"{n} {say.size(p)}" for n, p in zip(names, parts, strict=True))
        )
        self.bar.show_parts(parts, cost.memory_total)
        self._warning.setText(
            "" if cost.fits else tr("This will probably not fit. It takes less with")
        )
        self._warning.setVisible(not cost.fits)
        self._offer(cost.reliefs, draft)
        self.show()

    def show_trial(self, trial: Trial | None, images: int = 0, going: bool = False) -> None:
        """Show how fast a run was in a trial, for so many images; that it is going, or that none was."""
        if going:
            self._speed.setText(tr("Measuring: a few real updates, a minute for large networks."))
        elif trial is None:
            self._speed.setText(tr("Not measured yet. Measure does a few real updates."))
        else:
            self._speed.setText(
                tr(
                    "{speed}, {time} for {count} images; measured here in {formats}",
                    speed=speed(trial.images_per_second),
                    time=duration(trial.seconds_total),
                    count=say.count(images),
                    formats=_formats(trial),
                )
            )

    def show_no_trial(self, why: str) -> None:
        """Show why no speed could be measured."""
        self._speed.setText(why)

    def allow_measuring(self, allowed: bool) -> None:
        """Offer a trial, or not: never while a run trains, which it would slow down."""
        self.measure.setEnabled(allowed)
        why = tr("Do a few real updates on images of nothing, to see how fast a run would be.")
        why = why if allowed else tr("Not while something trains or is being measured.")
        self.measure.setToolTip(tips.lines(why))
        self.measure.setAccessibleDescription(why)

    def show_nothing(self) -> None:
        """Show no estimate: there is none."""
        self.hide()

    def said(self) -> str:
        """Return everything it says."""
        labels = (
            *self._facts.values(),
            self._memory,
            self._speed,
            self._parts,
            self._warning,
            self._full,
        )
        return "\n".join(label.text() for label in labels)

    # --- inside ------------------------------------------------------------------------------

    def _offer(self, reliefs: tuple[Relief, ...], draft: Draft) -> None:
        for made in self.buttons:
            self._offers.removeWidget(made)
            made.hide()
            made.deleteLater()
        self.buttons = []
        for relief in reliefs:
            made = button(say.relief(relief, draft), tr("Change this setting."))
            made.setProperty("small", True)
            made.clicked.connect(self._taker(relief.path, relief.value))
            self._offers.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
            self.buttons.append(made)

    def _taker(self, path: str, value: int) -> Any:
        return lambda: self.edited.emit(path, value)


def _formats(trial: Trial) -> str:
    """Return what a run would compute in, which the program may have chosen by itself."""
    precision: str = trial.formats.precision
    threads = trial.formats.threads
    if not threads:  # no CPU computes
        return precision
    if threads == 1:
        return tr("{precision}, one CPU thread", precision=precision)
    return tr("{precision}, {threads} CPU threads", precision=precision, threads=threads)
