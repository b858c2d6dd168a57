"""What can be done with the samples of the page Explore: walk, go on to others, go back."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from studio import theme
from studio.i18n import tr
from studio.panels.base import button
from studio.widgets.folding import FoldingRow, row_of


class ExploreFoot(FoldingRow):
    """Buttons; what leads back is below the others where there is no room beside them."""

    def __init__(self) -> None:
        self._several = self._walks = False
        self.walk_button = QPushButton(tr("Walk"))
        self.walk_button.setCheckable(True)
        self.walk_button.setToolTip(tr("Pass from each sample to the next, without end."))
        self.walk_button.setIconSize(QSize(16, 16))
        theme.wear(self.walk_button, "start")
        self.other_button = button(tr("Other samples"), tr("Show the samples of the next seeds."))
        self.saves_button = button(
            tr("Compare saves"), tr("The first row with each save of the run, the oldest first.")
        )
        self.saves_button.setCheckable(True)
        self.project_button = button(
            tr("Project…"),
            tr(
                "Look for the sample that is most like a picture of yours,"
                " which can also be dropped on the samples."
            ),
        )
        self.back_button = button(tr("Back"), tr("Show what was seen before."))
        self.home_button = button(tr("All samples"), tr("Show different seeds again."))
        self.film_button = button(
            tr("Save as animation…"), tr("Write this walk as WebP, MP4, GIF or PNG.")
        )
        self.folder_button = button(
            tr("Pictures of your own…"), tr("Write what it makes of each picture in a folder.")
        )
        begun = row_of(
            self.walk_button,
            self.other_button,
            self.project_button,
            self.folder_button,
            spacing=8,
        )
        layout = begun.layout()
        if isinstance(layout, QHBoxLayout):
            layout.addStretch(1)
        later = (self.saves_button, self.film_button, self.back_button, self.home_button)
        for one in (*later, self.folder_button):
            one.hide()
        super().__init__(begun, row_of(*later, spacing=8), QWidget())

    def show_walking(self, on: bool) -> None:
        """Say whether a walk is going."""
        self.walk_button.setChecked(on)
        theme.wear(self.walk_button, "pause" if on else "start")
        self.walk_button.setText(tr("Stand still") if on else tr("Walk"))
        self.film_button.setVisible(on)
        self._walks = on
        self._offer()

    def show_saves(self, several: bool) -> None:
        """Offer to compare the saves where there are some."""
        self._several = several
        self._offer()

    def _offer(self) -> None:
        self.saves_button.setVisible(self._several and not self._walks)

    def show_comparing(self, on: bool) -> None:
        """Say whether a row is shown for each save; nothing walks then."""
        self.saves_button.setChecked(on)
        self.walk_button.setEnabled(not on)

    def show_kind(self, needs_pictures: bool) -> None:
        """Offer what can be done with a generator of this kind."""
        for one in (self.walk_button, self.other_button, self.project_button):
            one.setVisible(not needs_pictures)
        self.folder_button.setVisible(needs_pictures)
