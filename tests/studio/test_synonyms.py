"""Settings are found under the names that other programs and papers have for them."""

from gan_engine import RunConfig, default_draft, put, settings_of, walk
from studio.synonyms import PATHS


def every_path():
    """Return the paths of all settings of all parts, and of the parts that can be switched on."""
    found = set()
    for top in settings_of(RunConfig):
        for part in top.parts if top.kind in ("one", "each") else ():
            table = {"kind": part.key()} if top.kind == "one" else {part.key(): {}}
            found |= {s.path for s in walk(RunConfig, put(default_draft(), top.name, table))}
            found |= {f"{top.name}.{part.key()}"} if top.kind == "each" else set()
    return found


def test_that_every_name_belongs_to_a_setting():
    assert every_path() >= PATHS


def test_that_the_palette_finds_it_too_and_shows_what_it_is_about(visitor, qtbot):
    visitor.chooses("palette")
    palette = visitor.window._deeds._seeking.palette
    qtbot.keyClicks(palette.field, "resolution")
    assert palette.found[0].text == "Size"
    assert "resolution" not in palette.found[0].more
