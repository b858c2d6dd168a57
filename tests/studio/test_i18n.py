"""Sentences in the user's language."""

import pytest

from gan_engine import Message, paths
from studio import i18n
from studio.i18n import LANGUAGES, catalogue, tr
from tests.house.source import python_files, shown
from tests.house.untranslated import gaps, patched, phrases, unspoken, wanted

TO_A_TERMINAL = ("studio/app.py", "studio/failures.py", "studio/parts.py")
"""Files with sentences for the command line or the log, which are English."""
OTHERS = pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])


def test_that_named_gaps_are_filled() -> None:
    assert tr("{count:,} images in “{name}”", count=1200, name="cats") == "1,200 images in “cats”"


def test_that_a_message_of_the_engine_is_said_with_its_own_values() -> None:
    why = Message("{left} MB are free", left=3)
    assert tr(Message("The disk is full: {why}.", why=why)) == "The disk is full: 3 MB are free."


def test_that_another_language_says_a_message_anew_values_included(qapp) -> None:
    i18n.use("zh_CN")
    why = Message("the archive is damaged")
    assert tr(Message("“{name}” cannot be read: {reason}.", name="a.zip", reason=why)) == (
        "无法读取“a.zip”：压缩包已损坏。"
    )
    assert tr("“{name}” cannot be read: {reason}.", name="a.zip", reason=str(why)) == (
        "无法读取“a.zip”：压缩包已损坏。"
    )


def test_that_chinese_has_marks_of_its_own_between_things(qapp) -> None:
    assert i18n.listed(["PNG", "JPEG"]) == "PNG, JPEG"
    i18n.use("zh_CN")
    assert i18n.listed(["PNG", "JPEG"]) == "PNG、JPEG"
    assert i18n.listed(["略过", "填充"], "; ") == "略过；填充"


def test_that_what_the_catalogue_does_not_know_stays_english(qapp) -> None:
    i18n.use("zh_CN")
    assert tr("Nobody ever said this about {name}.", name="G") == "Nobody ever said this about G."


def test_that_an_unknown_desktop_language_means_english(qapp) -> None:
    i18n.use("system")
    assert i18n.language() == "en"


@OTHERS
def test_that_a_translation_has_the_gaps_of_its_sentence(language: str) -> None:
    for text, said in catalogue(language).items():
        assert gaps(said) == gaps(text), text
        assert said.strip() or not text.strip(), text


@OTHERS
def test_that_entries_are_sorted_one_a_line(language: str) -> None:
    path = paths.resources() / "i18n" / f"{language}.toml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == '"']
    assert len(lines) == len(catalogue(language))
    assert list(catalogue(language)) == sorted(catalogue(language))


@OTHERS
def test_that_every_sentence_is_translated(language: str) -> None:
    """`python -m tests.house.untranslated` lists what is missing."""
    assert not {text: where for text, where in wanted().items() if text not in catalogue(language)}


@OTHERS
def test_that_no_entry_is_left_over(language: str) -> None:
    assert not set(catalogue(language)) - set(wanted())


def test_that_a_sentence_is_one_text() -> None:
    """What is put together of pieces is in no catalogue."""
    files = python_files("studio", "gan_engine")
    assert not [f"{shown(path)}:{line} {text}" for path in files for line, text in patched(path)]


def test_that_what_is_shown_goes_through_the_catalogue() -> None:
    said = set(wanted())
    files = python_files("studio")
    wrong = [(path, found) for path in files for found in unspoken(path)]
    for path in (path for path in files if shown(path) not in TO_A_TERMINAL):
        wrong += [(path, (line, text)) for line, text in phrases(path) if text not in said]
    assert not [f"{shown(path)}:{line} {text}" for path, (line, text) in wrong]
