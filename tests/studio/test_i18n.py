"""Sentences in the user's language."""

import pytest

from gan_engine import Message, paths
from studio import i18n
from studio.i18n import LANGUAGES, catalogue, tr
from tests.house.untranslated import gaps

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
