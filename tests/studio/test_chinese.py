"""The whole window in Chinese, looked through for what stayed English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QTabBar, QWidget

from gan_engine import default_draft, find_preset, parse, summarize, with_preset
from studio import i18n
from studio.meanings import layer
from studio.panels.export import ExportDialog
from studio.panels.likes import LikesDialog
from tests.studio.visitor import Visitor

# Names, units, keys and letters of formulas, the same in every language.
NAMES = (
    "GAN Studio|GAN|CPU|GPU|CUDA|NVIDIA|AMD|Apple|PNG|JPEG|WebP|BMP|TIFF|GIF|EXIF|RGBA?|CMYK|sRGB|MIT"
    "|DCGAN|FastGAN|ResNet|SNGAN|LSGAN|WGAN-GP|R3|Style|pix2pix|R1|R2|DRAGAN|LeCam|ADA|DiffAugment|bCR"
    "|Adam|AdamW|RMSprop|Beta[12]|Alpha|Eps|Gamma|Lambda|Epsilon|(?:Leaky )?ReLU|ELU|SiLU|GELU|tanh"
    "|Wasserstein|Fréchet|FID|KID|Inception|EfficientNet-Lite0|TensorFlow"
    "|Clean|Legacy|Lanczos|Dropout|L1|L2|fp32|bf16"
    "|logit|px|kB|MB|GB|zip|tar|safetensors|toml|run\\.toml|builtin|auto|English"
    "|real|fake|log|max|min|images/s|HW|ij|Ctrl|Shift|Home|End|[a-z_0-9]+(?:\\.[a-z_0-9]+)+"
)
_ALLOWED = re.compile(rf"(?<![A-Za-z])(?:{NAMES})(?![A-Za-z])")


def leftovers(text: str) -> bool:
    """Whether a text has English in it."""
    plain = re.sub(r"<[^>]*>|/[\w./~-]+|\([A-Z]\w*\)", " ", text)
    if re.search(r"[\u4e00-\u9fff]", plain):
        return False
    return bool(re.search(r"[A-Za-z]{2,}", _ALLOWED.sub(" ", plain)))


def said(root: QWidget) -> Iterator[tuple[str, str]]:
    """Yield everything that a widget and what is in it says."""
    for widget in [root, *root.findChildren(QWidget)]:
        kind = type(widget).__name__
        for name in ("text", "title", "placeholderText", "toPlainText"):
            ask = getattr(widget, name, None)
            if callable(ask) and isinstance(found := _called(ask), str):
                yield kind, found
        yield kind, widget.toolTip()
        yield kind, widget.accessibleName()
        yield kind, widget.accessibleDescription()
        if isinstance(widget, QComboBox):
            yield from ((kind, widget.itemText(row)) for row in range(widget.count()))
        if isinstance(widget, QTabBar):
            yield from ((kind, widget.tabText(place)) for place in range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            columns = _columns(model)
            for row in range(min(60, model.rowCount(QModelIndex()))):
                for column in range(columns):
                    index = model.index(row, column)
                    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                        yield kind, str(index.data(role) or "")
            for column in range(columns):
                head = model.headerData(column, Qt.Orientation.Horizontal)
                yield kind, head if isinstance(head, str) else ""
    for action in root.findChildren(QAction):
        yield "QAction", action.text()
        yield "QAction", action.toolTip()


def _columns(model: QAbstractItemModel) -> int:
    """Return how many columns a model has; a list has one and does not say so."""
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())


def _called(ask: object) -> object:
    try:
        return ask()  # type: ignore[operator]
    except TypeError:  # the text of something, which it does not say by itself
        return None


@pytest.fixture
def chinese(qtbot, tmp_path):
    i18n.use("zh_CN")
    somebody = Visitor(qtbot, tmp_path / "state")
    yield somebody
    somebody.leaves()


def test_that_nothing_in_the_window_stays_english(chinese, emoji):
    window, studio = chinese.window, chinese.studio
    studio.document.set("data.folder", str(emoji))
    chinese.waits_until(lambda: any("48" in text for _, text in said(window.panels["dataset"])))
    studio.document.set("data.size", 50)  # something is wrong
    for key in ("design", "train", "dataset"):
        window.show_page(key)
    files = re.compile(r"(?:[\w./-]+\.(?:png|webp)|#[0-9a-f]{6}|[A-Z]{3,4})")
    drawn = ("QTextBrowser", "CurvePlot")  # the guide has its own test
    wrong = {
        (kind, text)
        for kind, text in said(window)
        if leftovers(text) and kind not in drawn and not files.fullmatch(text)
    }
    wrong -= {("QAction", "Export..."), ("QAction", "Export")}  # of a menu that nobody can open
    assert not sorted(wrong)


@pytest.mark.parametrize("kind", [LikesDialog, ExportDialog])
def test_that_nothing_in_a_dialog_stays_english(qtbot, studio, kind):
    i18n.use("zh_CN")
    dialog = kind()
    qtbot.addWidget(dialog)
    dialog.bind(studio)
    assert not {(kind, text) for kind, text in said(dialog) if leftovers(text)}


def test_that_english_is_noticed():
    assert leftovers("Learning rate")
    assert leftovers("D(real): lower it")
    assert not leftovers("学习率 ⚡ Learning rate")
    assert not leftovers("DCGAN, 64 px")
    assert not leftovers("L<sub>D</sub> = −E[log σ(D(x))]")


@pytest.mark.parametrize("preset", ["quick-cpu-32", "dcgan-64"])
def test_that_the_layers_of_networks_are_named_in_chinese(preset):
    config = parse(with_preset(find_preset(preset), default_draft()))
    summary = summarize(config)
    i18n.use("zh_CN")
    names = {layer(row.name) for row in (*summary.g, *summary.d)}
    assert not [name for name in names if leftovers(name)]
