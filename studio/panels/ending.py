"""How a run ended and what can be done with it: train on, take it away, or only look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from studio import theme
from studio.i18n import together, tr
from studio.panels import words as say
from studio.panels.base import button, words

if TYPE_CHECKING:
    from gan_engine import Finished, RunInfo

_SIGN = 18


class Ending(QFrame):
    """A bar above a run that rests; hidden while it trains."""

    action_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.more = 100_000
        """By how many images a finished run is trained on."""
        self._sign = QLabel()
        self.text = words("")
        self.go_on = button(tr("Continue"), tr("Train on from the last save."), primary=True)
        self.export = button(tr("Export…"), tr("Take the generator or its images away."))
        self.dismiss = button(tr("Look only"), tr("Hide this; the run stays as it is."))
        self.go_on.clicked.connect(self._go_on)
        self.export.clicked.connect(self._export)
        self.dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self.text, 1)
        for act in (self.dismiss, self.export, self.go_on):
            row.addWidget(act)
        self.hide()

    # --- shown -------------------------------------------------------------------------------

    def show_run(self, info: RunInfo, reached: int) -> None:
        """Show the state a run was left in; `reached` is the last that is known of it."""
        seen, total = say.images(max(reached, info.images_seen)), say.images(info.images_total)
        if info.folder.is_file():
            self._show(
                "info",
                tr("Samples of “{name}”, made after {seen}.", name=info.name, seen=seen),
                saved=False,
            )
        elif info.state == "interrupted":
            last = tr("Its last save is at {seen}.", seen=say.images(info.saved_images))
            saved = last if info.saved_images else tr("Nothing was saved.")
            what = tr("“{name}” stopped unexpectedly after {seen}.", name=info.name, seen=seen)
            text = f"{what} {saved}"
            self._show("warning", text, saved=bool(info.saved_images), look=True)
        elif info.state == "done":
            self._show(
                "done", tr("“{name}” is finished: {seen}.", name=info.name, seen=seen), more=True
            )
        elif info.state == "training":
            self._show(
                "info",
                tr("“{name}” is being trained by another program.", name=info.name),
                saved=False,
            )
        elif info.state == "unstarted":
            what = tr("“{name}” did not start.", name=info.name)
            tone = "error" if info.problem else "info"
            self._show(tone, together(what, tr(info.problem)), saved=False, kept=False)
        elif info.state == "unreadable":
            self._show("error", tr(info.problem), saved=False)
        else:
            self._show(
                "info",
                tr(
                    "“{name}” was stopped after {seen} of {total}.",
                    name=info.name,
                    seen=seen,
                    total=total,
                ),
                saved=bool(info.saved_images),
                kept=bool(info.saved_images),
            )

    def show_end(self, event: Finished) -> None:
        """Show how the run that was going has ended."""
        done = event.reason == "done"
        name, seen = event.folder.name, say.images(event.images_seen)
        finished = tr("“{name}” is finished: {seen}.", name=name, seen=seen)
        stopped = tr("“{name}” is stopped and saved: {seen}.", name=name, seen=seen)
        self._show("done" if done else "info", finished if done else stopped, more=done)

    def show_broken(self, name: str, saved: bool) -> None:
        """Show that a run broke off; why, and what mends it, is said above the page."""
        kept = tr("“{name}” broke off. What it saved is whole.", name=name)
        lost = tr("“{name}” broke off before it had saved anything.", name=name)
        self._show("error", kept if saved else lost, saved=saved, kept=saved)

    def show_failure(self, text: str, hint: str) -> None:
        """Show why something could not be taken away."""
        self._show("error", together(text, hint), saved=False)

    # --- inside ------------------------------------------------------------------------------

    def _show(
        self,
        glyph: str,
        text: str,
        saved: bool = True,
        more: bool = False,
        look: bool = False,
        kept: bool = True,
    ) -> None:
        """Show `text`; a run that is `saved` goes on, one that `kept` something is exported."""
        self._glyph = glyph
        self._draw_sign()
        self.text.setText(text)
        self.go_on.setText(
            tr("Train {count} more", count=say.count(self.more)) if more else tr("Continue")
        )
        self.go_on.setAccessibleName(self.go_on.text())
        self.go_on.setVisible(saved)
        self.export.setVisible(kept and not look)
        self.dismiss.setVisible(look)
        self.show()

    _glyph = ""

    def _draw_sign(self) -> None:
        colors = theme.current()
        shades = {"done": colors.good, "warning": colors.warning, "error": colors.error}
        shade = shades.get(self._glyph, colors.muted)
        self._sign.setPixmap(theme.pixmap(self._glyph, _SIGN, shade))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._glyph:
            self._draw_sign()

    @Slot()
    def _go_on(self) -> None:
        self.action_asked.emit("train_more")

    @Slot()
    def _export(self) -> None:
        self.action_asked.emit("export")
