"""What the window says, in the user's language: English sentences are the keys of one catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gan_engine import paths

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Every language there is, as those who speak it call it."""

_state: dict[str, str] = {"language": "en"}
_catalogue: dict[str, str] = {}
"""English sentence, with its named gaps -> the same in the language in force; empty for English."""


def use(language: str) -> None:
    """Speak `language` from now on, or, for "system", what the desktop speaks if we know it.

    What was said before stays as it is: a window is made anew to speak another language.
    """
    chosen = _of_the_system() if language == "system" else language
    _state["language"] = chosen
    _catalogue.clear()
    if chosen != "en":
        _catalogue.update(catalogue(chosen))
    _teach_qt(chosen)


def language() -> str:
    """Return the language in force."""
    return _state["language"]


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every sentence of a language, by its English template."""
    path = paths.resources() / "i18n" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Said(str):
    """A sentence in the language in force that remembers what it says, to be said in another one."""

    template: str
    values: dict[str, object]

    def __new__(
        cls, said: str, template: str = "", values: dict[str, object] | None = None
    ) -> Said:
        made = super().__new__(cls, said)
        made.template, made.values = template or said, values or {}
        return made


def tr(text: str, /, **values: object) -> str:
    """Return `text` in the language in force, its named gaps filled with `values`.

    A sentence that remembers its template and values (the engine's `Message`, or what was said in
    another language) is said anew, and so is a value that is one, or that is a part of a sentence
    which the catalogue knows. What it does not know stays English.
    """
    template = getattr(text, "template", text)
    values = {**getattr(text, "values", {}), **values}
    said = _catalogue.get(template, template)
    if values:
        said = said.format(**{name: _said(value) for name, value in values.items()})
    return Said(said, template, values)


def together(*sentences: str) -> str:
    """Return sentences one after the other; Chinese writes no space between them."""
    space = "" if _state["language"] == "zh_CN" else " "
    return space.join(part for part in sentences if part)


def listed(things: Iterable[str], between: str = ", ") -> str:
    """Return things one after the other; Chinese has marks of its own `between` them."""
    marks = {", ": "、", "; ": "；"} if _state["language"] == "zh_CN" else {}
    return marks.get(between, between).join(things)


def mark(text: str) -> str:
    """Return `text` as it is: a sentence in a table, for the catalogue to know and `tr` to say later."""
    return text


def _said(value: object) -> object:
    if not isinstance(value, str):
        return value
    if hasattr(value, "template"):
        return tr(value)
    return _catalogue.get(value, value) if " " in value else value  # a reason; names have no space


def _of_the_system() -> str:
    for name in QLocale.system().uiLanguages():
        locale = QLocale(name)
        if locale.language() == QLocale.Language.Chinese:
            simple = locale.script() == QLocale.Script.SimplifiedHanScript
            return "zh_CN" if simple else "en"
        if locale.language() == QLocale.Language.English:
            return "en"
    return "en"


def _teach_qt(language: str) -> None:
    """Let Qt's own dialogs and menus speak it too."""
    app = QCoreApplication.instance()
    if app is None:
        return
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    if language != "en":
        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{language}", folder):
            app.installTranslator(translator)
