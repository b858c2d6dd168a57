"""One field for each kind of value: shows what a draft holds, tells what a person wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gan_engine import Ramp, Setting, escape, paths, settings_of, unescape
from studio import theme, tips
from studio.forms.field import Field
from studio.forms.numbers import NumberBox
from studio.i18n import mark, tr

_BUILTIN_NAME = mark("Built-in images")


class SwitchField(Field):
    """True or false."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._box = QCheckBox()
        self._box.clicked.connect(self._tell)
        self._own(self._box, 0)
        self._row.addStretch(1)
        self.setMinimumHeight(26)

    def show_value(self, value: Any) -> None:
        self._box.setChecked(value is True)

    def _tell(self, on: bool) -> None:
        self.edited.emit(on)


class NumberField(Field):
    """A whole or real number with its unit."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._box = number_box(setting)
        self._box.edited.connect(self.edited)
        self._own(self._box)

    def show_value(self, value: Any) -> None:
        self._box.show_value(value)

    def flush(self) -> None:
        self._box.flush()


def number_box(setting: Setting) -> NumberBox:
    """Return a box with the bounds, unit and steps that a setting declares."""
    return NumberBox(
        whole=setting.kind == "integer",
        low=setting.low,
        high=setting.high,
        open_low=setting.open_low,
        open_high=setting.open_high,
        log=setting.scale == "log",
        unit=tr(setting.unit),
    )


class _Choice(QComboBox):
    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setItemDelegate(QStyledItemDelegate(self))  # Qt's own knows no style sheet

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Say with an ellipsis that a choice is called more than there is room for."""
        super().initStyleOption(option)
        kind, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(kind, option, part, self).width()
        elided = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(self.currentText(), elided, room)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the form scrolls; a choice is made on purpose


class ChoiceField(Field):
    """One of a few values."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._values = [value for value, _ in self.choices(setting)]
        self._box = _Choice()
        self._box.addItems([label for _, label in self.choices(setting)])
        self._box.activated.connect(self._choose)
        self._own(self._box)

    @staticmethod
    def choices(setting: Setting) -> tuple[tuple[Any, str], ...]:
        """Return the values there are and what each is called."""
        return tuple((value, tr(label)) for value, label in setting.choices)

    def show_value(self, value: Any) -> None:
        known = len(self._values)
        while self._box.count() > known:
            self._box.removeItem(known)
        if value in self._values:
            self._box.setCurrentIndex(self._values.index(value))
        else:  # shown, so that the problem beside it can be understood
            self._box.addItem(str(value))
            self._box.setCurrentIndex(known)

    def _choose(self, index: int) -> None:
        if index < len(self._values):
            self.edited.emit(self._values[index])


class PartField(ChoiceField):
    """Which of a registry's parts a section is: the value is its kind."""

    @staticmethod
    def choices(setting: Setting) -> tuple[tuple[Any, str], ...]:
        return tuple((part.key(), tr(part.title or part.key())) for part in setting.parts)


class TextField(Field):
    """Any text; told a moment after the last key."""

    ends = False
    """Whether the end of a long text says more than its beginning."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._line = QLineEdit()
        self._value: Any = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(400)
        self._soon.timeout.connect(self.flush)
        self._line.textEdited.connect(self._typed)
        self._line.editingFinished.connect(self.flush)
        self._own(self._line)

    def show_value(self, value: Any) -> None:
        if self._soon.isActive():
            return
        self._value = value
        text = self._text_of(value)
        if self._line.text() != text and not (self._line.hasFocus() and self._value_of() == value):
            self._line.setText(text)
            self._line.setCursorPosition(len(text) if self.ends else 0)

    def flush(self) -> None:
        self._soon.stop()
        if self._line.isModified() and self._value_of() != self._value:
            self._value = self._value_of()
            self.edited.emit(self._value)

    def _typed(self) -> None:
        self._soon.start()

    def _text_of(self, value: Any) -> str:
        return str(value)

    def _value_of(self) -> str:
        return self._line.text()


class FolderField(TextField):
    """A folder, typed or chosen; names that are no UTF-8 survive."""

    ends = True

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        button = QToolButton()
        button.setObjectName("browse")
        theme.wear(button, "folder")
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tr("Choose a folder…"))
        button.setAccessibleName(tr("Choose: {name}", name=self.setting.label))
        button.clicked.connect(self.browse)
        self._row.addWidget(button)

    def browse(self) -> None:
        """Ask for a folder in a window that blocks nothing."""
        dialog = QFileDialog(self, self.setting.label)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setModal(False)
        dialog.fileSelected.connect(self.take)
        dialog.show()

    def take(self, name: str) -> None:
        """Take a folder that was chosen."""
        self._value = escape(name)
        self._line.setText(self._text_of(self._value))
        self.edited.emit(self._value)

    def _text_of(self, value: Any) -> str:
        if value == paths.BUILTIN:
            return tr(_BUILTIN_NAME)
        plain = unescape(str(value))
        return plain if _is_text(plain) else str(value)  # Qt would lose bytes that are no text

    def _value_of(self) -> str:
        text = self._line.text().strip()
        if text in (_BUILTIN_NAME, tr(_BUILTIN_NAME)):
            return paths.BUILTIN
        return escape(text) if _is_text(unescape(text)) else text


def _is_text(name: str) -> bool:
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in name)


class ColorField(TextField):
    """A colour as #rrggbb, typed or picked."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._swatch = QToolButton()
        self._swatch.setObjectName("browse")  # behind its field, as every button that asks
        self._swatch.setIconSize(QSize(16, 16))
        self._swatch.setToolTip(tr("Pick a colour…"))
        self._swatch.setAccessibleName(tr("Pick: {name}", name=self.setting.label))
        self._swatch.clicked.connect(self.browse)
        self._row.addWidget(self._swatch)

    def show_value(self, value: Any) -> None:
        super().show_value(value)
        self._swatch.setIcon(_swatch(str(value)))

    def browse(self) -> None:
        """Ask for a colour in a window that blocks nothing."""
        dialog = QColorDialog(QColor(str(self._value)), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.colorSelected.connect(self._pick)
        dialog.show()

    def _pick(self, color: QColor) -> None:
        self.edited.emit(color.name())


def _swatch(color: str) -> QIcon:
    drawn = QPixmap(32, 32)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.current().edge))
    painter.setBrush(
        QColor(color) if QColor.isValidColorName(color) else Qt.BrushStyle.DiagCrossPattern
    )
    painter.drawRoundedRect(1, 1, 30, 30, 8, 8)
    painter.end()
    return QIcon(drawn)


class VaryingField(Field):
    """A number, or one that moves from a start to an end while images are seen."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self._ramp: dict[str, Any] | None = None
        self._constant = number_box(setting)
        self._constant.edited.connect(self.edited)
        self._own(self._constant)
        self._moves = QToolButton()
        theme.wear(self._moves, "ramp")
        self._moves.setCheckable(True)
        self._moves.setIconSize(QSize(16, 16))
        self._moves.setProperty("tight", True)
        self._moves.setToolTip(tr("Let it move while the run goes on"))
        self._moves.setAccessibleName(tr("{name}: let it move", name=self.setting.label))
        self._moves.clicked.connect(self._toggle)
        self._inner = QWidget()
        self._fields: dict[str, Field] = {}
        self._lines: dict[str, QWidget] = {}
        self._row.insertWidget(1, self._inner, 1)
        self._row.addWidget(self._moves, 0, Qt.AlignmentFlag.AlignTop)
        self._inner.hide()

    def show_value(self, value: Any) -> None:
        moving = isinstance(value, Mapping)
        self._ramp = dict(value) if moving else None
        if moving and not self._fields:
            self._build()
        self._moves.setChecked(moving)
        self._constant.setVisible(not moving)
        self._inner.setVisible(moving)
        if not moving:
            self._constant.show_value(value)
            return
        for setting in settings_of(Ramp):
            self._fields[setting.name].show_value(value.get(setting.name, setting.default))
        stepped = value.get("shape") == "steps"
        self._lines["jumps"].setVisible(stepped)

    def flush(self) -> None:
        self._constant.flush()
        for field in self._fields.values():
            field.flush()

    def _build(self) -> None:
        """Make the rows of a ramp; few settings ever need them."""
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for setting in settings_of(Ramp):
            ends = setting.name in ("start", "end")
            like = self.setting if ends else setting
            field = ChoiceField(setting) if setting.kind == "choice" else _part_of(like, setting)
            field.edited.connect(lambda value, name=setting.name: self._edit(name, value))
            line = self._lines[setting.name] = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            label = QLabel(_ramp_word(setting))
            label.setProperty("role", "muted")
            label.setFixedWidth(44)
            line.setToolTip(tips.lines(tr(setting.help)))
            row.addWidget(label)
            row.addWidget(field, 1)
            column.addWidget(line)
            self._fields[setting.name] = field

    def _toggle(self, moving: bool) -> None:
        if moving:
            value = self._constant.value
            start = value if value == value else self.setting.default
            default = {s.name: s.default for s in settings_of(Ramp)}
            self.edited.emit({**default, "start": float(start), "end": self._far_end(float(start))})
        else:
            self.edited.emit((self._ramp or {}).get("start", self.setting.default))

    def _far_end(self, start: float) -> float:
        return start / 10 if self.setting.open_low else max(0.0, self.setting.low or 0.0)

    def _edit(self, name: str, value: Any) -> None:
        self.edited.emit({**(self._ramp or {}), name: value})


def _ramp_word(setting: Setting) -> str:
    words = {"start": mark("from"), "end": mark("to"), "images": mark("over")}
    return tr(words[setting.name]) if setting.name in words else tr(setting.label).lower()


def _part_of(like: Setting, setting: Setting) -> Field:
    """Return a number's field with the bounds of `like` and the words of `setting`."""
    field = NumberField(like)
    field.setAccessibleName(f"{tr(like.label)}: {tr(setting.label)}")
    return field


FIELDS: dict[str, type[Field]] = {
    "switch": SwitchField,
    "integer": NumberField,
    "number": NumberField,
    "varying": VaryingField,
    "choice": ChoiceField,
    "text": TextField,
    "folder": FolderField,
    "color": ColorField,
    "one": PartField,
}


def make_field(setting: Setting) -> Field:
    """Return the field for a setting's kind of value."""
    return FIELDS[setting.kind](setting)
