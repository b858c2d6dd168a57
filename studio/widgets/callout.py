"""A few words beside a part of the window, with a ring around it; the window stays usable."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import tr

WIDTH, ARROW, GAP = 320, 10, 6
_EDGE = 8


class Ring(QWidget):
    """A line around a part of the window; clicks go through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()


class Callout(QWidget):
    """One step of several: a title, a text, and keys or buttons to go on, back, or away."""

    next_asked = Signal()
    back_asked = Signal()
    skip_asked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._ring = window, Ring(window)
        self._tip, self._side = QPointF(), ""
        self._title, self._text, self._place = QLabel(), QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._place.setProperty("role", "muted")
        self._text.setWordWrap(True)
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.skip_button = QPushButton(tr("Skip the tour"))
        self.back_button = QPushButton(tr("Back"))
        self.next_button = QPushButton()
        self.next_button.setProperty("primary", True)
        self.skip_button.clicked.connect(self.skip_asked)
        self.back_button.clicked.connect(self.back_asked)
        self.next_button.clicked.connect(self.next_asked)
        for made in (self.skip_button, self.back_button, self.next_button):
            made.installEventFilter(self)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._place)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.skip_button)
        foot.addStretch(1)
        foot.addWidget(self.back_button)
        foot.addWidget(self.next_button)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(16 + ARROW, 14 + ARROW, 16 + ARROW, 14 + ARROW)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addSpacing(4)
        column.addLayout(foot)
        self.hide()

    def show_step(self, title: str, text: str, number: int, count: int) -> None:
        """Say this, as step `number` of `count`."""
        self._title.setText(title)
        self._text.setText(text)
        self._place.setText(tr("{number} of {count}", number=number, count=count))
        self.back_button.setEnabled(number > 1)
        self.skip_button.setVisible(number < count)
        self.next_button.setText(tr("Next") if number < count else tr("Done"))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.next_button.setAccessibleDescription(f"{title}. {text}")
        self.show()
        self.raise_()
        self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def point_at(self, area: QRect | None) -> None:
        """Stand beside `area` of the window, where there is most room; in the middle without one."""
        window = self._window
        self.setFixedWidth(WIDTH + 2 * ARROW)
        self.setFixedHeight(self._column.totalHeightForWidth(WIDTH + 2 * ARROW))
        self._ring.setVisible(area is not None)
        if area is None:
            self._side = ""
            self.move(window.rect().center() - self.rect().center())
            return
        around = area.adjusted(-4, -4, 4, 4).intersected(window.rect())
        self._ring.setGeometry(around)
        self._ring.raise_()
        self.raise_()
        self._side, place = _beside(around, window.rect(), self.size())
        self.move(place)
        self._tip = QPointF(
            min(max(around.center().x(), self.x() + 24), self.x() + self.width() - 24) - self.x(),
            min(max(around.center().y(), self.y() + 24), self.y() + self.height() - 24) - self.y(),
        )
        self.update()

    def hideEvent(self, event: object) -> None:
        self._ring.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrow keys go on and back, and Enter press the button that has the keyboard."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            acts = {
                Qt.Key.Key_Right: self.next_button,
                Qt.Key.Key_Left: self.back_button,
                Qt.Key.Key_Escape: self.skip_button,
                Qt.Key.Key_Return: watched,
                Qt.Key.Key_Enter: watched,
            }
            found = acts.get(Qt.Key(event.key()))
            if found is self.skip_button:
                self.skip_asked.emit()  # on the last step there is no such button
            elif isinstance(found, QPushButton):
                found.click()
            if found is not None:
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(ARROW, ARROW, -ARROW, -ARROW)
        painter.setPen(QPen(QColor(colors.accent), 1.5))
        painter.setBrush(QColor(colors.raised))
        shape = QPainterPath()
        shape.addRoundedRect(body, 10, 10)
        if self._side:
            arrow = QPainterPath()
            arrow.addPolygon(self._arrow(body))
            shape = shape.united(arrow)
        painter.drawPath(shape)
        painter.end()

    def _arrow(self, body: QRectF) -> QPolygonF:
        """Return the triangle that points at the part of the window."""
        x, y, half = self._tip.x(), self._tip.y(), float(ARROW)
        match self._side:
            case "right":
                points = [(0, y), (body.left() + 1, y - half), (body.left() + 1, y + half)]
            case "left":
                edge = body.right() - 1
                points = [(self.width(), y), (edge, y - half), (edge, y + half)]
            case "below":
                points = [(x, 0), (x - half, body.top() + 1), (x + half, body.top() + 1)]
            case _:
                edge = body.bottom() - 1
                points = [(x, self.height()), (x - half, edge), (x + half, edge)]
        return QPolygonF([QPointF(*point) for point in points])


def _beside(around: QRect, window: QRect, size: QSize) -> tuple[str, QPoint]:
    """Return on which side of `around` there is room, and where to stand there."""
    room = {
        "below": window.bottom() - around.bottom() - size.height(),
        "right": window.right() - around.right() - size.width(),
        "left": around.left() - size.width(),
        "above": around.top() - size.height(),
    }
    side = next((s for s, left in room.items() if left >= 0), "")
    middle = around.center()
    x, y = middle.x() - size.width() // 2, middle.y() - size.height() // 2
    if side in ("left", "right"):
        x = around.right() + 1 if side == "right" else around.left() - size.width()
    elif side:
        y = around.bottom() + 1 if side == "below" else around.top() - size.height()
    return side, QPoint(
        min(max(_EDGE, x), window.width() - size.width() - _EDGE),
        min(max(_EDGE, y), window.height() - size.height() - _EDGE),
    )
