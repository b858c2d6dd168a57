"""Grabs the studio's building blocks with made-up content, light and dark: `python -m tests.building_blocks OUT`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSlider,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gan_engine import check, default_draft, merge, parse, paths, summarize, thumbnail
from studio import theme
from studio.forms import Form
from studio.widgets.curve_grid import CurveGrid
from studio.widgets.drop_zone import DropZone
from studio.widgets.image_view import ImageView
from studio.widgets.network_view import NetworkTable
from studio.widgets.notice import NoticeBar
from studio.widgets.thumbnails import ThumbnailGrid
from studio.widgets.timeline import Timeline

EVERY = (
    "training",
    "data",
    "architecture",
    "loss",
    "penalties",
    "optimizer_g",
    "optimizer_d",
    "ema",
    "samples",
    "checkpoint",
)
RAMP = {"start": 2e-4, "end": 0.0, "images": 0, "shape": "linear", "jumps": 4}
WRONG = {
    "data": {"size": 50},
    "training": {"batch_size": 0},
    "loss": {"kind": "least_squares", "fake_target": 1.0},
    "optimizer_g": {"rate": RAMP},
    "penalties": {"r1": {"weight": 10.0}},
}


def pictures() -> list[Path]:
    """Return the built-in images in order."""
    return sorted(p for p in paths.builtin_images().rglob("*.webp"))


def mosaic(rows: int, columns: int, side: int = 64, gap: int = 2) -> Any:
    """Return built-in images as a run's grid has them."""
    pitch = side + gap
    canvas = np.full((rows * pitch - gap, columns * pitch - gap, 3), 32, np.uint8)
    for place, path in enumerate(pictures()[: rows * columns]):
        row, column = divmod(place, columns)
        small = thumbnail(path, side)
        height, width = small.shape[:2]
        canvas[row * pitch :, column * pitch :][:height, :width] = small
    return canvas


def form(running: bool = False, wrong: bool = True) -> QWidget:
    """Return all settings of a run in one form, some of them wrong."""
    draft = merge(default_draft(), WRONG if wrong else {})
    made = Form(EVERY)
    made.show_draft(draft, check(draft)[1], running)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(made)
    area.resize(380, 2100)
    return area


def searched() -> QWidget:
    """Return the form while one searches it."""
    area = form(wrong=False)
    assert isinstance(area, QScrollArea)
    made = area.widget()
    assert isinstance(made, Form)
    made.filter("rate")
    area.resize(380, 420)
    return area


def curves() -> QWidget:
    """Return plots of a run that had its rate changed and was resumed."""
    random, x = np.random.default_rng(0), np.arange(20_000) * 64.0
    drift = np.cumsum(random.normal(size=len(x))) * 0.01
    grid = CurveGrid()
    for key, title, series in (
        ("loss", "Loss", {"loss/d": "D", "loss/g": "G"}),
        ("score", "Scores", {"score/real": "D(real)", "score/fake": "D(fake)"}),
        ("gradient", "Gradient norms", {"gradient/d": "D", "gradient/g": "G"}),
        ("penalty", "Penalties", {"penalty/r1": "R1"}),
        ("speed", "Speed", {"speed": "images/s"}),
    ):
        plot = grid.add_plot(key, title)
        for name, label in series.items():
            plot.add_series(name, label)
    noise = random.random((8, len(x)))
    gap = (x > 7e5) & (x < 7.6e5)
    values = {
        "loss/d": np.exp(-x / 3e5) + 0.3 * noise[0],
        "loss/g": 1.5 + 0.4 * noise[1] + 0.2 * np.sin(x / 1e5),
        "score/real": drift + 0.4 * noise[2],
        "score/fake": -drift + 0.4 * noise[3],
        "gradient/d": 10 ** (noise[4] - x / 4e5),
        "gradient/g": 10 ** (noise[5] - 1),
        "penalty/r1": 0.05 * noise[6] * np.exp(-x / 6e5),
        "speed": np.where(gap, np.nan, 400 + 30 * random.normal(size=len(x))),
    }
    grid.resize(1180, 460)
    grid.show()
    grid.extend({key: (x, value) for key, value in values.items()})
    grid.plot("gradient").show_log(True)
    grid.set_markers(
        [(3e5, "G's rate 2e-4 → 1e-4", "changed"), (9e5, "resumed", "resumed")]
        + [(n * 1e5, "saved", "saved") for n in range(1, 12)]
    )
    for plot in grid.plots:
        plot.show_cursor(3.02e5, tagged=plot is grid.plots[0])
    return grid


def samples() -> QWidget:
    """Return a grid of images with a cell chosen, over a timeline."""
    page, view, line = QWidget(), ImageView(), Timeline()
    view.set_cells(6, 8, names=[f"seed {n}" for n in range(48)])
    view.show_pixels(mosaic(6, 8))
    view.keyPressEvent(_key(Qt.Key.Key_Right))
    line.set_steps([0, 64_000, 128_000, 1_920_000])
    line.go(1)
    column = QVBoxLayout(page)
    column.addWidget(view, 1)
    column.addWidget(line)
    page.resize(620, 520)
    return page


def _key(key: Qt.Key) -> Any:
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)


def dataset() -> QWidget:
    """Return the place to drop a folder beside thumbnails of one."""
    page, grid = QWidget(), ThumbnailGrid()
    names = [path.name for path in pictures()[:60]]
    grid.set_items(names)
    for path in pictures()[:40]:
        grid.set_picture(path.name, thumbnail(path, 96))
    row = QHBoxLayout(page)
    row.addWidget(DropZone(), 1)
    row.addWidget(grid, 1)
    page.resize(1000, 420)
    return page


def networks() -> QWidget:
    """Return both networks of the default settings."""
    page, found = QWidget(), summarize(parse(default_draft()))
    row = QHBoxLayout(page)
    for title, rows in (("Generator G", found.g), ("Discriminator D", found.d)):
        table = NetworkTable(title)
        table.show_rows(rows)
        row.addWidget(table)
    page.resize(900, 420)
    return page


def notices() -> QWidget:
    """Return a notice of every level."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    for level, text, hint, acts in (
        ("info", "Saving the run, then closing.", "", [("Keep training", "stay")]),
        ("good", "Exported 64 images.", "They are in Pictures/cats.", [("Show in folder", "show")]),
        ("warning", "30 images: the networks will copy them.", "Add more.", []),
        ("error", "The losses are no longer numbers.", "Halve the rate and resume.", []),
    ):
        bar = NoticeBar()
        bar.show_notice(level, text, hint, acts)
        column.addWidget(bar)
    page.resize(760, 10)
    return page


def controls() -> QWidget:
    """Return every control in its states, and all icons."""
    page, grid = QWidget(), QGridLayout()
    primary, off = QPushButton("Start"), QPushButton("Disabled")
    primary.setProperty("primary", True)
    off.setEnabled(False)
    check_on, radio = QCheckBox("Checked"), QRadioButton("Chosen")
    check_on.setChecked(True)
    radio.setChecked(True)
    box, bar, slider, tabs = (
        QComboBox(),
        QProgressBar(),
        QSlider(Qt.Orientation.Horizontal),
        QTabBar(),
    )
    box.addItems(["Least squares", "Hinge"])
    bar.setValue(40)
    slider.setValue(30)
    tabs.setObjectName("pages")
    for name in ("Dataset", "Design", "Train"):
        tabs.addTab(name)
    dim = QLineEdit("disabled")
    dim.setEnabled(False)
    some = (primary, QPushButton("Ordinary"), off, check_on, QCheckBox("Unchecked"), radio)
    for place, widget in enumerate((*some, box, QLineEdit("text"), dim, slider, bar, tabs)):
        grid.addWidget(widget, place // 4, place % 4)
    icons, names = QGridLayout(), sorted((paths.resources() / "icons").glob("*.svg"))
    for place, path in enumerate(p for p in names if not p.stem.startswith("control")):
        button = QToolButton()
        theme.wear(button, path.stem)
        button.setIconSize(QSize(22, 22))
        button.setToolTip(path.stem)
        icons.addWidget(button, place // 16, place % 16)
    column = QVBoxLayout(page)
    column.addLayout(grid)
    column.addWidget(QLabel("Icons"))
    column.addLayout(icons)
    page.resize(720, 10)
    return page


PAGES: dict[str, Callable[[], QWidget]] = {
    "controls": controls,
    "form": form,
    "form-running": lambda: form(running=True, wrong=False),
    "form-search": searched,
    "curves": curves,
    "samples": samples,
    "dataset": dataset,
    "networks": networks,
    "notices": notices,
}


def main(out: Path, wanted: list[str]) -> None:
    """Write `NAME-light.png` and `NAME-dark.png` for every page."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    out.mkdir(parents=True, exist_ok=True)
    for mode in ("light", "dark"):
        theme.apply(app, mode)  # type: ignore[arg-type]
        for name, make in PAGES.items():
            if wanted and name not in wanted:
                continue
            page = make()
            page.show()
            app.processEvents()
            page.grab().save(str(out / f"{name}-{mode}.png"))
            page.close()
            page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:])
