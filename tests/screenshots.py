"""Grabs every page, dock and dialog of the window with a real run: `python -m tests.screenshots OUT [WORD…]`.

Light and dark, in every language, at 100, 200 and 300 %; words choose among the names, for example
`train zh_CN dark 200`, and `1024x700` is the window's size. Each scale is a process of its own: Qt is
told of it once. With GAN_STUDIO_SHOTS_HOME the runs in the pictures are kept there for the next time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

SCALES = (100, 200, 300)
MODES = ("light", "dark")
SIZE = (1440, 900)
SIZED = re.compile(r"\d+x\d+")
IMAGES = int(os.environ.get("GAN_STUDIO_SHOTS_IMAGES", "6000"))
"""How long the runs in the pictures train; more makes better-looking samples."""

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from studio.context import Studio
    from studio.window import MainWindow


def main(out: Path, words: list[str]) -> None:
    """Train two short runs, then let a process a scale draw everything."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own:
        own = os.environ.get("GAN_STUDIO_SHOTS_HOME", own)
        for name in ("HOME", "CACHE", "STATE"):
            os.environ[f"GAN_STUDIO_{name}"] = str(Path(own) / name.lower())
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["LC_ALL"] = "C.UTF-8"
        if not (Path(own) / "home").is_dir():
            _train()
        for scale in SCALES:
            if not (chosen := {str(s) for s in SCALES} & set(words)) or str(scale) in chosen:
                command = [sys.executable, "-m", "tests.screenshots", "--draw", str(out), *words]
                size = {"QT_SCALE_FACTOR": str(scale / 100), "SHOTS_SCALE": str(scale)}
                subprocess.run(command, env={**os.environ, **size}, check=True)


def _train() -> None:
    from gan_engine import default_draft, find_preset, parse, put, train, with_preset

    quick = with_preset(find_preset("quick-cpu-32"), default_draft())
    for name, rate, share in (("quick", 8e-4, 1.0), ("half the rate", 4e-4, 0.6)):
        draft = quick
        for path, value in {
            "training.images": int(IMAGES * share),
            "training.device": "cpu",
            "samples.every_seconds": 3.0,
            "optimizer_g.rate": rate,
        }.items():
            draft = put(draft, path, value)
        sys.stderr.write(f"training “{name}”\n")
        for _ in train(parse(draft)):
            pass


def draw(out: Path, words: list[str]) -> None:
    """Draw everything at the scale of this process."""
    from PySide6.QtWidgets import QApplication

    from studio.i18n import LANGUAGES

    app = QApplication([])
    scale = os.environ["SHOTS_SCALE"]
    for language in _chosen(words, LANGUAGES):
        for mode in _chosen(words, MODES):
            ending = f"{language}-{mode}-{scale}.png"
            rest = set(words) - {*LANGUAGES, *MODES, *map(str, SCALES)}
            size = next((word for word in rest if SIZED.fullmatch(word)), "")
            if size:
                rest, ending = rest - {size}, f"{size}-{ending}"
            for name, widget in _views(app, language, mode, rest, size):
                widget.grab().save(str(out / f"{name}-{ending}"))


def _chosen(words: list[str], names: object) -> list[str]:
    every = [str(name) for name in names]  # type: ignore[attr-defined]
    return [name for name in every if name in words] or every


def _views(
    app: QApplication, language: str, mode: str, wanted: set[str], size: str
) -> Iterator[tuple[str, QWidget]]:
    """Yield everything there is to see, by name, ready to be drawn."""
    from studio import i18n
    from studio.context import Studio
    from studio.panels import PANELS
    from studio.preferences import Preferences
    from studio.window import MainWindow

    state = Path(tempfile.mkdtemp())
    preferences = Preferences(state)
    preferences.set("language", language)
    preferences.set("theme", mode)
    i18n.use(language)
    window = MainWindow(preferences)
    window.resize(*(map(int, size.split("x")) if size else SIZE))
    window.show()
    studio = Studio(preferences)
    window.bind(studio, PANELS, "CPU")
    studio.library.refresh()
    _wait(app, lambda: bool(studio.library.runs))
    studio.document.set("data.folder", "builtin")
    oldest = studio.library.runs[-1].folder
    studio.run.open_folder(oldest)
    _wait(app, lambda: studio.run.view is not None)
    try:
        for name, show in _scenes(window, studio):
            if not wanted or name in wanted:
                shown = show()
                _wait(app, lambda: False, 1.5)
                _wait(app, lambda: not _busy(window) and not studio.suiting.is_looking)
                _wait(app, lambda: False, 0.3)  # what has just come finds its place
                yield name, shown or window
                if shown is not None:
                    shown.close()
    finally:
        studio.shut_down()
        window.close()
        window.deleteLater()
        app.processEvents()
        shutil.rmtree(state, ignore_errors=True)


def _scenes(
    window: MainWindow, studio: Studio
) -> Iterator[tuple[str, Callable[[], QWidget | None]]]:
    """Yield what there is to look at; the window itself where a scene returns nothing."""
    from PySide6.QtWidgets import QDialog, QDockWidget

    def page(key: str) -> Callable[[], None]:
        return lambda: window.show_page(key)

    def dialog(action: str) -> Callable[[], QWidget | None]:
        def opened() -> QWidget | None:
            window.acts[action].trigger()
            found = [made for made in window.findChildren(QDialog) if made.isVisible()]
            return found[-1] if found else None

        return opened

    def wrong() -> None:
        studio.document.set("data.size", 50)
        studio.document.set("training.batch_size", 1)
        window.show_page("design")

    def right() -> None:
        if studio.document.errors:  # else nobody wanted to see what was wrong
            studio.document.undo()
            studio.document.undo()

    def guide(anchor: str) -> Callable[[], None]:
        return lambda: window.show_guide(anchor)

    def contents() -> None:
        getattr(window.panels["guide"], "show_contents")()  # noqa: B009

    def close_guide() -> None:
        found = window.findChild(QDockWidget, "dock-guide")
        if isinstance(found, QDockWidget):
            found.hide()

    def compared() -> None:
        from PySide6.QtWidgets import QPushButton

        from studio.i18n import tr

        window.show_page("compare")
        for button in window.panels["compare"].findChildren(QPushButton):
            if button.text() == tr("Compare the two newest runs"):
                button.click()

    for key in [key for key in window.panels if f"dock-{key}" not in _docks(window)]:
        yield key, compared if key == "compare" else page(key)
    yield "problems", wrong
    right()
    window.show_page("train")
    yield "guide", guide("the-tutorial")
    yield "guide-setting", guide("loss.margin")
    yield "guide-contents", contents
    close_guide()
    yield "preferences", dialog("show_preferences")
    yield "export", dialog("export")
    yield "shortcuts", dialog("show_shortcuts")
    yield "about", dialog("about")
    yield "palette", lambda: window.acts["palette"].trigger()


def _busy(window: MainWindow) -> bool:
    """Whether a page still says that something is on its way."""
    from PySide6.QtWidgets import QLabel

    from studio.i18n import tr

    told = tr("Building the networks to count their weights…")
    return any(label.isVisible() and label.text() == told for label in window.findChildren(QLabel))


def _docks(window: MainWindow) -> set[str]:
    from PySide6.QtWidgets import QDockWidget

    return {dock.objectName() for dock in window.findChildren(QDockWidget)}


def _wait(app: QApplication, holds: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not holds():
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--draw"]:
        draw(Path(sys.argv[2]), sys.argv[3:])
    else:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), sys.argv[2:])
