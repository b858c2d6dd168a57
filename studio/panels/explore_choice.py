"""What can be chosen of a generator that is explored: one of its classes, and how to look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gan_engine import Exploration, unescape
from studio.forms import Form
from studio.i18n import tr
from studio.panels.base import words


class ExploreChoice(QScrollArea):
    """A form, and above it the classes where there are some."""

    class_chosen = Signal(object)
    """The place of a class, or None for all in turn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = QComboBox()
        self.classes.setAccessibleName(tr("Class"))
        self.classes.currentIndexChanged.connect(self._choose)
        self.class_row = QWidget()
        row = QHBoxLayout(self.class_row)
        row.setContentsMargins(8, 0, 4, 0)
        row.addWidget(words(tr("Class"), wraps=False))
        row.addStretch(1)
        row.addWidget(self.classes)
        self.form = Form(root=Exploration)
        inner = QWidget()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.class_row)
        column.addWidget(self.form)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has it
        self.setMinimumWidth(220)
        self.setWidget(inner)

    def show_classes(self, labels: Sequence[str]) -> None:
        """Offer these classes, by their escaped names; what was chosen of the same ones stays so."""
        names = [unescape(label) for label in labels]
        offered = [self.classes.itemText(row) for row in range(1, self.classes.count())]
        chosen = self.classes.currentIndex() if names == offered else 0
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self.classes.addItem(tr("All in turn"), None)
            for place, name in enumerate(names):
                self.classes.addItem(name, place)
            self.classes.setCurrentIndex(max(0, chosen))
        self.class_row.setVisible(bool(labels))

    def show_class(self, place: int | None) -> None:
        """Show which class is looked at."""
        with QSignalBlocker(self.classes):
            self.classes.setCurrentIndex(max(0, self.classes.findData(place)))

    @Slot()
    def _choose(self) -> None:
        self.class_chosen.emit(self.classes.currentData())
