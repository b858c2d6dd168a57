"""What the window says about itself: while it loads, how it works, what it is."""

from __future__ import annotations

import sys

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gan_engine import __version__
from studio.actions import ACTIONS, MENUS
from studio.i18n import tr
from studio.parts import all_parts, licence_of
from studio.typesetting import share_width, tables, typeset

ABOUT = """
## GAN Studio {version}

{what}

{licence}

Python {python}, Qt {qt}

| {head} |
|---|---|---|
{parts}
"""


def loading_page() -> QWidget:
    """Return what stands in the middle until the engine is there."""
    page = QWidget()
    title = QLabel("GAN Studio")
    font = title.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    font.setWeight(QFont.Weight.DemiBold)
    title.setFont(font)
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setFixedSize(220, 6)
    column = QVBoxLayout(page)
    column.addStretch(1)
    for widget in (title, QLabel(tr("Loading the engine…")), bar):
        column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    column.setSpacing(12)
    return page


def show_help(key: str, parent: QWidget) -> QDialog:
    """Show “shortcuts” or “about” in a window of its own that blocks nothing, and return it."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    shortcuts = key == "shortcuts"
    dialog.setWindowTitle(tr("Keyboard shortcuts") if shortcuts else tr("About GAN Studio"))
    dialog.resize(640, 560)
    text = QTextBrowser()
    text.setOpenExternalLinks(False)
    text.setAccessibleName(dialog.windowTitle())
    text.document().setDocumentMargin(12)
    text.setMarkdown(_shortcuts() if shortcuts else _about())
    typeset(text.document())
    for table in tables(text.document()):
        share_width(table, (32, 20, 48))  # the same in each, so that they line up
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 16, 20, 16)  # as in every other dialog
    column.setSpacing(12)
    column.addWidget(text)
    column.addWidget(buttons)
    dialog.show()
    return dialog


def _shortcuts() -> str:
    """Return every action by menu, with its keys as this system writes them."""
    lines = []
    for menu in MENUS:
        lines += [f"## {tr(menu)}", "", f"| {tr('Action')} | {tr('Keys')} | {tr('What it does')} |"]
        lines.append("|---|---|---|")
        for spec in (spec for spec in ACTIONS if spec.menu == menu):
            keys = QKeySequence(spec.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            lines.append(f"| {tr(spec.text)} | {keys} | {tr(spec.tip)} |")
        lines.append("")
    lines.append(
        tr("Every action is also found by a few letters: {keys}.", keys=_keys_of("palette"))
    )
    return "\n".join(lines)


def _keys_of(key: str) -> str:
    shortcut = next(spec.shortcut for spec in ACTIONS if spec.key == key)
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def _about() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    found = [(part, *licence_of(part)) for part in all_parts()]
    parts = "\n".join(f"| {part} | {version} | {licence} |" for part, version, licence in found)
    return ABOUT.format(
        version=__version__,
        what=tr(
            "Drop a folder of pictures, watch a generative adversarial network learn them, take"
            " away what it made."
        ),
        licence=tr("Free software under the MIT licence. Nothing leaves this computer."),
        python=python,
        qt=qt_version,
        head=" | ".join((tr("Built on"), tr("Version"), tr("Licence"))),
        parts=parts,
    )
