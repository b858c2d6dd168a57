"""How the studio looks: two palettes, one style sheet, icons and type."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QDir, QEvent, QObject, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QImageReader,
    QPalette,
    QPixmap,
)

from gan_engine import paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

Mode = Literal["light", "dark", "system"]
TEXT_PX = 13
"""The size of ordinary text; everything else is a multiple of it."""
GRID = 8
"""Pixels; every margin and gap is this, its half, or a multiple."""


@dataclass(frozen=True)
class Colors:
    """Every colour in use, as #rrggbb.

    `series` are for curves, told apart by colour-blind people too; `faint` is decoration and never
    text; `dim` is text that is off. Text on `window`, `surface` and `field` has a contrast of at least 4.5 in `text`,
    `muted`, `link`, `good`, `warning` and `error`.
    """

    dark: bool
    window: str
    surface: str
    raised: str
    field: str
    hover: str
    line: str
    edge: str
    text: str
    muted: str
    dim: str
    faint: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    selected: str
    link: str
    good: str
    warning: str
    error: str
    canvas: str
    grid: str
    series: tuple[str, ...]


DARK = Colors(
    dark=True,
    window="#1a1b1e",
    surface="#222327",
    raised="#2d2f34",
    field="#17181b",
    hover="#373a41",
    line="#3d4048",
    edge="#73777f",
    text="#e4e6ea",
    muted="#a2a7b0",
    dim="#7f848e",
    faint="#585c65",
    accent="#3f6fe0",
    accent_hover="#3665d6",
    accent_pressed="#2c55b8",
    on_accent="#ffffff",
    selected="#273960",
    link="#8db0ff",
    good="#5cc98a",
    warning="#e5ad4c",
    error="#ff8a80",
    canvas="#141517",
    grid="#2a2c31",
    series=("#5aaeff", "#ffa94d", "#7fe4bd", "#e2e029", "#d86f94", "#a583c4", "#eb6848", "#9fb3c8"),
)
LIGHT = Colors(
    dark=False,
    window="#eff1f4",
    surface="#fafbfc",
    raised="#ffffff",
    field="#ffffff",
    hover="#e4e8ee",
    line="#d6dae1",
    edge="#858b96",
    text="#1b1d21",
    muted="#565d68",
    dim="#767d89",
    faint="#b0b6c0",
    accent="#2f62d6",
    accent_hover="#2554c0",
    accent_pressed="#1c449f",
    on_accent="#ffffff",
    selected="#dae5fc",
    link="#2455c4",
    good="#1a7343",
    warning="#8a5a00",
    error="#bf2f27",
    canvas="#e3e7ed",
    grid="#e6e9ee",
    series=("#0b66c3", "#b75d00", "#005439", "#98854e", "#d52f84", "#6e1086", "#890a09", "#7488a1"),
)
DASHES = ("solid", "dash", "dot", "dashdot")

_state: dict[str, Colors] = {"now": LIGHT}


def current() -> Colors:
    """Return the colours in force."""
    return _state["now"]


def apply(app: QApplication, mode: Mode) -> None:
    """Dress the whole program; "system" follows the desktop from now on."""
    hints = app.styleHints()
    follower = _follower(app)
    follower.mode = "busy"  # setting the scheme announces it: that is no wish of the desktop's
    if mode == "system":
        hints.unsetColorScheme()
        dark = hints.colorScheme() == Qt.ColorScheme.Dark
    else:
        dark = mode == "dark"
        hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    _state["now"] = DARK if dark else LIGHT
    _dress(app)
    follower.mode = mode


def icon(name: str, color: str = "") -> QIcon:
    """Return a drawing of `resources/icons` in the text's colour, or in `color`."""
    colors = current()
    return _icon(name, color or colors.text, colors.dim)


def pixmap(name: str, size: int = 16, color: str = "", ratio: float = 0.0) -> QPixmap:
    """Return a drawing as a pixmap of `size` logical pixels."""
    ratio = ratio or (QGuiApplication.primaryScreen().devicePixelRatio() or 1.0)
    return _render(name, color or current().text, size, ratio)


def wear(button: QObject, name: str, color: str = "") -> None:
    """Give a button an icon that follows the theme; `color` is the name of one of `Colors`."""
    button.setProperty("glyph", name)
    button.setProperty("glyphColor", color)
    _reglyph(button)


# --- putting it on -----------------------------------------------------------------------------


class _Follower(QObject):
    """Reapplies the theme when the desktop turns dark or light."""

    mode = "light"

    def follow(self, scheme: Qt.ColorScheme) -> None:
        app = self.parent()
        if self.mode == "system":
            _state["now"] = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
            _dress(app)  # type: ignore[arg-type]


def _follower(app: QApplication) -> _Follower:
    found = app.findChild(_Follower)
    if found is None:
        found = _Follower(app)
        app.styleHints().colorSchemeChanged.connect(found.follow)
    return found


def _dress(app: QApplication) -> None:
    QDir.setSearchPaths("icons", [str(paths.resources() / "icons")])
    if not app.property("fusion"):  # a style under a style sheet no longer tells its name
        app.setStyle("Fusion")
        app.setProperty("fusion", True)
    sheet = style_sheet(current())
    if app.styleSheet() != sheet:  # a window in another language finds it on
        # Qt exchanges a sheet for another four times as slowly as it takes one off and puts one on.
        app.setStyleSheet("")
        app.setPalette(_palette(current()))
        app.setStyleSheet(sheet)
    _load_font(app)
    for widget in app.allWidgets():
        if widget.property("glyph"):
            _reglyph(widget)


def _reglyph(button: QObject) -> None:
    color = str(button.property("glyphColor") or "")
    drawn = icon(str(button.property("glyph")), getattr(current(), color) if color else "")
    button.setIcon(drawn)  # type: ignore[attr-defined]


def style_sheet(colors: Colors) -> str:
    """Return the style sheet in these colours."""
    text = (paths.resources() / "theme.qss").read_text(encoding="utf-8")
    return Template(text).substitute(
        {k: v for k, v in asdict(colors).items() if isinstance(v, str)}
    )


def _load_font(app: QApplication) -> None:
    families = _families()
    font = app.font()
    if families and families[0] not in font.families():
        font.setFamilies([families[0], *font.families()])
    dpi = QGuiApplication.primaryScreen().logicalDotsPerInch() or 96.0
    font.setPointSizeF(TEXT_PX * 72.0 / dpi)
    font.setFeature(QFont.Tag("tnum"), 1)  # digits of one width: what counts up does not jump
    if font == app.font():
        return
    app.setFont(font)
    for (
        widget
    ) in app.allWidgets():  # Qt tells only windows; what was made before would keep its own
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.ApplicationFontChange))


@cache
def _families() -> tuple[str, ...]:
    folder = paths.resources() / "fonts"
    found: list[str] = []
    for path in sorted(folder.glob("*.[ot]tf")):
        number = QFontDatabase.addApplicationFont(str(path))
        found += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return tuple(dict.fromkeys(found))


def _palette(colors: Colors) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    roles = {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.field,
        role.AlternateBase: colors.surface,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.Text: colors.text,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        role.Light: colors.hover,
        role.Midlight: colors.raised,
        role.Mid: colors.line,
        role.Dark: colors.edge,
        role.Shadow: colors.window,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Accent: colors.accent,
        role.Link: colors.link,
        role.LinkVisited: colors.link,
        role.PlaceholderText: colors.muted,
    }
    for key, value in roles.items():
        palette.setColor(key, QColor(value))
    off = QPalette.ColorGroup.Disabled
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(off, key, QColor(colors.dim))
    palette.setColor(off, role.Highlight, QColor(colors.faint))
    return palette


# --- icons -------------------------------------------------------------------------------------


@cache
def _icon(name: str, color: str, off: str) -> QIcon:
    made = QIcon()
    for size in (16, 18, 20, 24, 32):
        for ratio in (1.0, 2.0):
            made.addPixmap(_render(name, color, size, ratio), QIcon.Mode.Normal)
            made.addPixmap(_render(name, off, size, ratio), QIcon.Mode.Disabled)
    return made


@cache
def _source(name: str) -> bytes:
    """Return a drawing's file: an icon is drawn twenty times in each colour."""
    return (paths.resources() / "icons" / f"{name}.svg").read_bytes()


@cache
def _render(name: str, color: str, size: int, ratio: float) -> QPixmap:
    buffer = QBuffer()
    buffer.setData(QByteArray(_source(name).replace(b"currentColor", color.encode())))
    reader = QImageReader(buffer, b"svg")
    reader.setScaledSize(QSize(round(size * ratio), round(size * ratio)))
    drawn = QPixmap.fromImage(reader.read())
    drawn.setDevicePixelRatio(ratio)
    return drawn
