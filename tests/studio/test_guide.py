"""The guide's pages."""

import re

import pytest

from gan_engine import RunConfig, default_draft, paths, walk
from studio import guide, i18n
from studio.i18n import LANGUAGES

languages = pytest.mark.parametrize("language", LANGUAGES)


@languages
def test_that_every_link_leads_somewhere(qapp, language):
    i18n.use(language)
    for page in guide.pages():
        for target in re.findall(r"\]\(([^)\s]+)\)", page.text):
            if not target.startswith("https://"):
                found = guide.find(target)
                assert found is not None, target
                assert found.anchor == target.partition("#")[2] or "#" not in target, target


@pytest.mark.parametrize("setting", list(walk(RunConfig, default_draft())), ids=lambda s: s.path)
def test_that_every_setting_has_a_place_in_the_guide(setting):
    found = guide.find(setting.path, default_draft())
    assert found.title.removesuffix(" ⚡") == setting.label
    assert setting.help in found.text


@pytest.mark.parametrize(
    ("path", "range"),
    [
        ("penalties.lecam.decay", "At least 0, below 1"),
        ("penalties.path_length.decay", "Above 0, at most 1"),
        ("optimizer_g.adam.rate", "From 0 to 1"),
    ],
)
def test_that_a_bound_that_is_not_allowed_itself_is_said_to_be_none(path, range):
    assert f" · {range}*" in guide.find(path).text


def test_that_a_setting_of_a_part_is_found_with_and_without_its_kind():
    assert guide.find("loss.hinge.margin") == guide.find("loss.margin")
    assert guide.find("loss.hinge.margin").path == "loss.hinge.margin"
    assert guide.find("nothing.of.the.kind") is None


def test_that_a_page_in_the_users_language_is_preferred(qapp):
    english = guide.find("first-run").title
    i18n.use("zh_CN")
    assert guide.find("first-run").title != english
    assert guide.find("loss.hinge.margin").title == "间隔 ⚡"
    assert guide.find("reliability").title == "Never lose work, never run a stranger's code"


def test_that_a_search_wants_every_word_and_prefers_titles():
    found = guide.search("saturating")
    assert found[0].title in ("Saturating or not", "Saturating")
    assert all("saturating" in f"{s.title} {s.text}".lower() for s in found)
    assert not guide.search("saturating elephants")
    assert not guide.search(" ")


def test_that_the_written_pages_are_all_of_the_folder_but_the_settings():
    names = {path.stem for path in (paths.resources() / "guide").glob("*.md")}
    assert names == {*guide.WRITTEN, guide.SETTINGS}
