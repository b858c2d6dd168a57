"""What the window says about itself: while it loads, how it works, what it is."""

from __future__ import annotations

import sys

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gan_engine import __version__, paths
from studio.i18n import tr
from studio.parts import PARTS, licence_of

ABOUT = """
## GAN Studio {version}

Drop a folder of pictures, watch a generative adversarial network learn them, take away what it made.

Free software under the MIT licence. Nothing leaves this computer.

Python {python}, Qt {qt}

| Built on | Version | Licence |
|---|---|---|
{parts}
"""


def loading_page() -> QWidget:
    """Return what stands in the middle until the engine is there."""
    page = QWidget()
    title = QLabel("GAN Studio")
    font = title.font()
    font.setPointSizeF(font.pointSizeF() * 2)
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
    """Show “guide” or “about” in a window of its own that blocks nothing, and return it."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("How it works") if key == "guide" else tr("About GAN Studio"))
    dialog.resize(640, 560)
    text = QTextBrowser()
    text.setOpenExternalLinks(False)
    text.setMarkdown(_guide() if key == "guide" else _about())
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    column = QVBoxLayout(dialog)
    column.addWidget(text)
    column.addWidget(buttons)
    dialog.show()
    return dialog


def _guide() -> str:
    return (paths.resources() / "guide" / "first-run.md").read_text(encoding="utf-8")


def _about() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    found = [(part, *licence_of(part)) for part in PARTS]
    parts = "\n".join(f"| {part} | {version} | {licence} |" for part, version, licence in found)
    return ABOUT.format(version=__version__, python=python, qt=qt_version, parts=parts)
