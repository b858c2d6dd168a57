"""How a run ended and what can be done with it: train on, take it away, or only look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from studio import theme
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
        self.go_on = button("Continue", "Train on from the last save.", primary=True)
        self.export = button("Export…", "Take the generator or its images away.")
        self.dismiss = button("Look only", "Hide this; the run stays as it is.")
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
            self._show("info", f"Samples of “{info.name}”, made after {seen}.", saved=False)
        elif info.state == "interrupted":
            saved = (
                f"Its last save is at {say.images(info.saved_images)}."
                if info.saved_images
                else "Nothing was saved."
            )
            text = f"{info.name} stopped unexpectedly after {seen}. {saved}"
            self._show("warning", text, saved=bool(info.saved_images), look=True)
        elif info.state == "done":
            self._show("done", f"{info.name} is finished: {seen}.", more=True)
        elif info.state == "training":
            self._show("info", f"{info.name} is being trained by another program.", saved=False)
        elif info.state == "unreadable":
            self._show("error", info.problem, saved=False)
        else:
            self._show(
                "info",
                f"{info.name} was stopped after {seen} of {total}.",
                saved=bool(info.saved_images),
            )

    def show_end(self, event: Finished) -> None:
        """Show how the run that was going has ended."""
        done = event.reason == "done"
        text = "is finished" if done else "is stopped and saved"
        self._show(
            "done" if done else "info",
            f"{event.folder.name} {text}: {say.images(event.images_seen)}.",
            more=done,
        )

    def show_failure(self, text: str, hint: str, saved: bool) -> None:
        """Show why a run broke off."""
        self._show("error", f"{text} {hint}".strip(), saved=saved)

    # --- inside ------------------------------------------------------------------------------

    def _show(
        self, glyph: str, text: str, saved: bool = True, more: bool = False, look: bool = False
    ) -> None:
        self._glyph = glyph
        self._draw_sign()
        self.text.setText(text)
        self.go_on.setText(f"Train {say.count(self.more)} more" if more else "Continue")
        self.go_on.setAccessibleName(self.go_on.text())
        self.go_on.setVisible(saved)
        self.export.setVisible(not look)
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
