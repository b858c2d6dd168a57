from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QIcon,
    QImage,
)
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from gan_engine import paths
from studio import theme
from studio.actions import ACTIONS

BOTH = pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
ICONS = sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg"))


def luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication):
    yield
    theme.apply(qapp, "light")


@BOTH
@pytest.mark.parametrize("behind", ["window", "surface", "raised", "field", "hover", "selected"])
@pytest.mark.parametrize("text", ["text", "muted", "link", "good", "warning", "error"])
def test_that_text_can_be_read_on_everything_it_stands_on(colors, text, behind):
    assert contrast(getattr(colors, text), getattr(colors, behind)) >= 4.5


@BOTH
def test_that_text_on_the_accent_and_on_what_is_chosen_can_be_read(colors):
    assert contrast(colors.on_accent, colors.accent) >= 4.5
    assert contrast(colors.on_accent, colors.accent_hover) >= 4.5
    assert contrast(colors.on_accent, colors.accent_pressed) >= 4.5
    assert contrast(colors.text, colors.selected) >= 4.5


@BOTH
def test_that_edges_focus_and_curves_stand_out_from_what_is_behind_them(colors):
    for color in (colors.edge, colors.link, colors.dim, *colors.series):
        assert contrast(color, colors.surface) >= 3
        assert contrast(color, colors.window) >= 3


@BOTH
def test_that_a_fields_border_is_an_edge_that_can_be_seen(colors):
    sheet = theme.style_sheet(colors)
    rule = re.search(r"^QLineEdit, [^{]*QTextEdit \{([^}]*)\}", sheet, re.MULTILINE)
    assert rule is not None
    border = re.search(r"border: 1px solid (#\w+);", rule[1])
    assert border is not None
    assert all(contrast(border[1], behind) >= 3 for behind in (colors.window, colors.surface))


@BOTH
def test_that_no_two_curves_look_alike(colors):
    assert len(set(colors.series)) == len(colors.series) >= 6
    assert len(set(theme.DASHES)) == 4


@BOTH
def test_that_the_style_sheet_names_only_colours_and_files_that_exist(colors):
    sheet = theme.style_sheet(colors)
    assert "$" not in sheet
    named = set(re.findall(r"url\(icons:([\w-]+)\.svg\)", sheet))
    assert named <= set(ICONS)


@pytest.mark.parametrize("name", ICONS)
def test_that_an_icon_draws_something_in_its_colour(qapp, name):
    image = theme.pixmap(name, 24, "#ff0000", ratio=1.0).toImage()
    drawn = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert drawn
    if not name.startswith("control"):
        assert all(color.red() > 200 and color.green() < 60 for color in drawn)


def test_that_every_action_has_the_icon_it_asks_for():
    assert {spec.icon for spec in ACTIONS if spec.icon} <= set(ICONS)


def test_that_a_theme_reaches_palette_style_and_plots(qapp):
    theme.apply(qapp, "dark")
    assert theme.current() is theme.DARK
    assert qapp.palette().window().color() == QColor(theme.DARK.window)
    assert theme.DARK.surface in qapp.styleSheet()
    theme.apply(qapp, "light")
    assert theme.current() is theme.LIGHT
    assert qapp.palette().window().color() == QColor(theme.LIGHT.window)


def test_that_icons_follow_the_theme(qapp, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    theme.apply(qapp, "light")
    theme.wear(button, "folder")
    before = button.icon().pixmap(24, 24).toImage()
    theme.apply(qapp, "dark")
    assert button.icon().pixmap(24, 24).toImage() != before


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_tabs_beyond_the_edge_are_reached_by_an_arrow_one_sees(qapp, qtbot, mode):
    tabs = QTabBar()
    qtbot.addWidget(tabs)
    theme.apply(qapp, mode)
    for place in range(6):
        tabs.addTab(f"Tab number {place}")
    tabs.resize(200, 40)
    tabs.show()
    onward = tabs.findChildren(QToolButton)[-1]
    assert onward.isVisible()
    picture = onward.grab().toImage()
    seen = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
    assert len(seen) > 1


def test_that_the_system_theme_is_one_of_the_two(qapp):
    theme.apply(qapp, "system")
    assert theme.current() in (theme.LIGHT, theme.DARK)


def test_that_text_has_the_bundled_face_and_size(qapp):
    theme.apply(qapp, "light")
    dpi = QGuiApplication.primaryScreen().logicalDotsPerInch()
    assert "Inter" in qapp.font().families()[0]
    assert qapp.font().pointSizeF() * dpi / 72 == pytest.approx(theme.TEXT_PX, abs=0.1)


def test_that_what_was_made_before_the_theme_takes_its_type(qapp, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    label = QLabel("CPU", window)
    plain = qapp.font()
    plain.setPointSizeF(20)
    qapp.setFont(plain)
    theme.apply(qapp, "dark")
    for widget in (window, window.menuBar(), label):
        assert widget.font().pointSizeF() == qapp.font().pointSizeF() < 20


def test_that_an_unchecked_box_has_a_border_one_can_see(qapp, qtbot):
    theme.apply(qapp, "dark")
    box = QCheckBox("R1")
    qtbot.addWidget(box)
    box.show()
    image = box.grab().toImage()
    seen = {image.pixelColor(x, image.height() // 2).name() for x in range(18)}
    assert theme.DARK.edge in seen


def look(widget: QWidget) -> QImage:
    """Return how a control looks now."""
    return widget.grab().toImage()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_that_the_mark_of_a_choice_tells_whether_it_can_be_chosen(qapp, qtbot, mode, kind, on):
    theme.apply(qapp, mode)
    box = kind()  # without words: their colour would differ anyway
    qtbot.addWidget(box)
    box.setChecked(on)
    box.show()
    usable = look(box)
    box.setEnabled(False)
    assert look(box) != usable


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("primary", [True, False], ids=["primary", "plain"])
def test_that_a_button_looks_pressed_while_it_is(qapp, qtbot, mode, primary):
    theme.apply(qapp, mode)
    button = QPushButton("Start")
    button.setProperty("primary", primary)
    qtbot.addWidget(button)
    button.show()
    before = look(button)
    button.setDown(True)
    assert look(button) != before


def test_that_digits_are_equally_wide_so_that_what_counts_up_stays_in_place(qapp, qtbot):
    theme.apply(qapp, "light")
    label = QLabel("0")
    label.setProperty("role", "title")
    qtbot.addWidget(label)
    label.ensurePolished()
    for font in (qapp.font(), label.font()):
        metrics = QFontMetricsF(font)
        widths = [metrics.horizontalAdvance(digit) for digit in "0123456789"]
        assert max(widths) - min(widths) < 0.05


def test_that_an_icon_that_is_off_is_as_faint_as_the_words_beside_it(qapp):
    theme.apply(qapp, "dark")
    off = theme.icon("camera").pixmap(24, 24, QIcon.Mode.Disabled).toImage()
    drawn = {
        off.pixelColor(x, y).name()
        for x in range(off.width())
        for y in range(off.height())
        if off.pixelColor(x, y).alpha() == 255
    }
    assert theme.DARK.dim in drawn


def test_that_a_button_keeps_its_height_when_it_becomes_the_primary(qapp, qtbot):
    theme.apply(qapp, "light")
    plain, primary = QPushButton("Start"), QPushButton("Start")
    primary.setProperty("primary", True)
    for button in (plain, primary):
        qtbot.addWidget(button)
        button.show()
    assert plain.sizeHint().height() == primary.sizeHint().height()
    assert isinstance(plain.grab().toImage(), QImage)


def test_that_looks_that_are_on_already_are_not_put_on_again(qapp, monkeypatch):
    theme.apply(qapp, "light")
    told = []
    monkeypatch.setattr(qapp, "setStyleSheet", told.append)
    theme.apply(qapp, "light")
    assert told == []


def test_that_a_drawing_is_read_once_for_all_its_sizes_and_colours(qapp, monkeypatch):
    read, read_bytes = [], Path.read_bytes

    def noted(path):
        read.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    theme._source.cache_clear()
    for color in ("#123456", "#654321"):
        theme.icon("close", color)
    assert read == ["close.svg"]
