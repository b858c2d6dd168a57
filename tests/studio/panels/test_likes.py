"""The preferences as a dialog."""

import pytest
from PySide6.QtWidgets import QLabel

from gan_engine import settings_of
from studio.panels import likes
from studio.panels.base import Section
from studio.panels.likes import LikesDialog
from studio.preferences import Likes, Preferences
from tests.contracts.test_every_setting import another

SHOWN = [setting for setting in settings_of(Likes) if setting.help]


@pytest.fixture
def dialog(qtbot, studio):
    made = LikesDialog()
    qtbot.addWidget(made)
    made.bind(studio)
    made.show()
    return made


def test_that_every_preference_that_explains_itself_has_a_row_and_nothing_else_has(dialog):
    assert list(dialog.fields) == [setting.name for setting in SHOWN]
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {text for setting in SHOWN for text in (setting.label, setting.help)} <= said


@pytest.mark.parametrize("setting", SHOWN, ids=lambda setting: setting.name)
def test_that_a_choice_is_kept_and_read_again(dialog, studio, setting):
    other = another(setting)
    dialog.fields[setting.name].edited.emit(other)
    assert Preferences(studio.preferences.folder).get(setting.name) == other


def test_that_what_is_changed_elsewhere_is_shown(dialog, studio):
    studio.preferences.set("theme", "dark")
    dialog.fields["theme"].show_value("light")  # something else for a moment
    studio.preferences.set("theme", "system")
    assert dialog.fields["theme"]._box.currentText() == "Follow the system"


def test_that_a_number_that_cannot_be_is_said_at_its_field_and_not_kept(dialog, studio):
    field, (note, help_text) = dialog.fields["train_more_images"], dialog.notes["train_more_images"]
    field.edited.emit(0)
    assert note.text() == "Must be at least 1."
    assert studio.preferences.train_more_images == Likes().train_more_images
    field.edited.emit(7)
    assert note.text() == help_text
    assert studio.preferences.train_more_images == 7


def test_that_defaults_come_back_at_once(dialog, studio):
    studio.preferences.set("train_more_images", 7)
    dialog._reset()
    assert studio.preferences.train_more_images == Likes().train_more_images


def test_that_a_section_finds_its_place_and_its_models(qtbot, studio, monkeypatch):
    class Cleaner(Section):
        title = "Prepared images"
        bound = None

        def bind(self, studio):
            self.bound = studio

    monkeypatch.setattr(likes, "SECTIONS", (Cleaner,))
    dialog = LikesDialog()
    qtbot.addWidget(dialog)
    dialog.bind(studio)
    assert dialog.findChild(Cleaner).bound is studio
    assert "Prepared images" in {label.text() for label in dialog.findChildren(QLabel)}


def test_that_the_menu_opens_it_and_blocks_nothing(visitor):
    visitor.chooses("show_preferences")
    visitor.chooses("show_preferences")
    (dialog,) = visitor.window.findChildren(LikesDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
