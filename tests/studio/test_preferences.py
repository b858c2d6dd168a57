"""What the user likes."""

import os

import pytest

from studio.preferences import Preferences


def test_that_preferences_survive(qapp, tmp_path):
    Preferences(tmp_path).set("theme", "dark")
    assert Preferences(tmp_path).theme == "dark"


def test_that_a_change_is_told_once(qapp, tmp_path):
    preferences, told = Preferences(tmp_path), []
    preferences.changed.connect(lambda name, value: told.append((name, value)))
    preferences.set("theme", "dark")
    preferences.set("theme", "dark")
    assert told == [("theme", "dark")]


def test_that_a_broken_file_is_set_aside_and_said_so(qapp, tmp_path):
    (tmp_path / "preferences.toml").write_text("theme = purple [")
    preferences = Preferences(tmp_path)
    assert preferences.theme == "system"
    assert "preferences.broken.toml" in preferences.problem
    assert (tmp_path / "preferences.broken.toml").read_text() == "theme = purple ["


def test_that_a_value_nobody_knows_counts_as_broken(qapp, tmp_path):
    (tmp_path / "preferences.toml").write_text('theme = "purple"')
    assert Preferences(tmp_path).problem


def test_that_a_folder_that_cannot_be_written_costs_only_the_keeping(qapp, tmp_path):
    (tmp_path / "file").write_text("in the way")
    preferences = Preferences(tmp_path / "file")
    preferences.set("theme", "dark")
    assert preferences.theme == "dark"


def test_that_a_preference_of_another_version_costs_nothing(qapp, tmp_path):
    (tmp_path / "preferences.toml").write_text('theme = "dark"\nhat = "red"')
    preferences = Preferences(tmp_path)
    assert preferences.theme == "dark"
    assert not preferences.problem


def test_that_what_a_preference_cannot_be_is_refused(qapp, tmp_path):
    preferences = Preferences(tmp_path)
    with pytest.raises(ValueError, match="theme"):
        preferences.set("theme", "purple")
    assert Preferences(tmp_path).theme == "system"


def test_that_the_size_of_the_interface_reaches_qt_unless_somebody_chose_it(
    qapp, tmp_path, monkeypatch
):
    monkeypatch.delenv("QT_SCALE_FACTOR", raising=False)
    preferences = Preferences(tmp_path)
    preferences.scale_interface()
    assert "QT_SCALE_FACTOR" not in os.environ
    preferences.set("interface_size", 200)
    preferences.scale_interface()
    assert float(os.environ["QT_SCALE_FACTOR"]) == 2
    monkeypatch.setenv("QT_SCALE_FACTOR", "1.5")
    preferences.scale_interface()
    assert os.environ["QT_SCALE_FACTOR"] == "1.5"
