"""The settings being edited."""

from pathlib import Path

import pytest

from gan_engine import SettingsError, default_draft, get, read_presets, scan_folder
from studio.document import Document


@pytest.fixture
def document(qapp):
    return Document()


def heard(document):
    said = []
    document.changed.connect(lambda draft, config, problems: said.append((draft, config, problems)))
    return said


def test_that_a_fresh_document_can_be_started(document):
    assert document.config is not None
    assert document.errors == []


def test_that_an_edit_is_told_with_what_it_means(document):
    said = heard(document)
    document.set("training.batch_size", 16)
    draft, config, problems = said[-1]
    assert get(draft, "training.batch_size") == 16
    assert config.training.batch_size == 16
    assert problems == []


def test_that_every_problem_is_told_at_its_path_and_leaves_no_config(document):
    document.set_many({"training.batch_size": 0, "data.size": 4})
    assert {problem.path for problem in document.errors} == {"training.batch_size", "data.size"}
    assert document.config is None
    assert len(document.problems_at("training")) == 1


def test_that_an_unchanged_value_is_no_step_but_was_chosen(document):
    told = []
    document.edited.connect(lambda path, value: told.append((path, value)))
    document.set("training.batch_size", document.config.training.batch_size)
    assert not document.can_undo
    assert told == [("training.batch_size", document.config.training.batch_size)]


def test_that_undo_and_redo_walk_the_same_way(document):
    first = document.draft
    document.set("training.batch_size", 16)
    document.set("data.size", 32)
    last = document.draft
    document.undo()
    document.undo()
    assert document.draft == first
    assert not document.can_undo
    document.redo()
    document.redo()
    assert document.draft == last
    assert not document.can_redo


def test_that_dragging_one_setting_is_one_step(document):
    before = document.draft
    for size in (17, 18, 19, 20):
        document.set("training.batch_size", size)
    document.undo()
    assert document.draft == before


def test_that_edits_of_two_settings_are_two_steps(document):
    document.set("training.batch_size", 16)
    document.set("training.seed", 3)
    document.undo()
    assert get(document.draft, "training.batch_size") == 16


def test_that_an_edit_after_undo_forgets_what_was_undone(document):
    document.set("training.batch_size", 16)
    document.undo()
    document.set("training.seed", 3)
    assert not document.can_redo


def test_that_undo_tells_the_setting_that_went_back(document):
    before = get(document.draft, "ema.half_life")
    document.set("ema.half_life", 77)
    told = []
    document.edited.connect(lambda path, value: told.append((path, value)))
    document.undo()
    assert told == [("ema.half_life", before)]


def test_that_a_part_is_switched_on_and_off(document):
    document.switch("penalties.r1", False)
    assert get(document.draft, "penalties.r1") is None
    document.switch("penalties.r1", True)
    assert get(document.draft, "penalties.r1") is not None
    assert document.config is not None


def test_that_another_kind_resets_its_section(document):
    document.set("loss.kind", "hinge")
    assert document.config is not None
    assert document.config.loss.kind == "hinge"


def test_that_settings_survive_saving_and_reading(document, tmp_path):
    document.set("training.batch_size", 16)
    document.save(tmp_path / "mine.toml")
    assert not document.is_modified
    other = Document()
    other.read(tmp_path / "mine.toml")
    assert other.config == document.config
    assert other.path == tmp_path / "mine.toml"


def test_that_reading_is_one_undo_step(document, tmp_path):
    Document().save(tmp_path / "plain.toml")
    document.set("training.batch_size", 16)
    document.read(tmp_path / "plain.toml")
    document.undo()
    assert get(document.draft, "training.batch_size") == 16


def test_that_settings_from_the_future_change_nothing(document, tmp_path):
    before = document.draft
    (tmp_path / "future.toml").write_text("format = 99\n")
    with pytest.raises(SettingsError, match="newer version"):
        document.read(tmp_path / "future.toml")
    assert document.draft == before


def test_that_a_preset_file_keeps_the_images_chosen_here(document, tmp_path):
    document.set("data.folder", str(tmp_path))
    preset = document.save_as_preset("My own")
    document.load(default_draft())
    document.set("data.folder", str(tmp_path))
    document.read(preset)
    assert get(document.draft, "data.folder") == str(tmp_path)
    assert "My own" in [found.title for found in read_presets()]


def test_that_an_unknown_setting_is_named_with_the_closest_there_is(document):
    document.load({"training": {"batchsize": 8}})
    assert "batch_size" in document.errors[0].hint


def test_that_what_a_scan_found_joins_the_problems_of_its_folder_only(document, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    document.set("data.folder", str(tmp_path))
    assert document.config is not None
    *_, report = scan_folder(tmp_path)
    document.take_report(report)
    assert document.config is None
    assert document.errors[0].path == "data.folder"
    document.set("data.folder", "builtin")
    assert document.config is not None


def test_that_a_problem_is_explained_by_its_label(document):
    document.set("training.batch_size", 0)
    assert document.explain(document.errors[0]).startswith("Training, batch size: ")


def test_that_a_missing_folder_is_a_problem_at_its_field(document, tmp_path):
    document.set("data.folder", str(Path(tmp_path) / "gone"))
    assert [problem.path for problem in document.errors] == ["data.folder"]
