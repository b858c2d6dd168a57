"""The report: what helps to find a fault, and nothing that is nobody's business."""

import errno
import getpass
import tomllib
import zipfile

import pytest

from gan_engine import EngineError, get, put
from gan_engine.training.history_writer import HistoryWriter
from studio.failures import log_file
from studio.parts import PARTS, all_parts, licence_of
from studio.report import scrub, write_report


@pytest.mark.parametrize(
    "line",
    [
        'File "/home/alice/My Pictures/x.py", line 3',
        "cannot read /home/alice/My Pictures/cat.png",
        r"cannot read C:\Users\alice\My Pictures\cat.png",
        "“My Pictures cat.png” cannot be used",
        "'/media/alice/My Pictures'",
        "see file:///home/alice/My%20Pictures",
        "~/alice/My Pictures",
    ],
)
def test_that_places_and_names_are_left_out(line):
    left = scrub(line)
    assert "alice" not in left
    assert "Pictures" not in left


def test_that_what_says_where_the_fault_is_stays():
    line = '  File "/home/alice/app/gan_engine/training/run.py", line 3, in train'
    assert scrub(line) == '  File "gan_engine/training/run.py", line 3, in train'
    assert scrub("loss 1 / 2, D and/or G") == "loss 1 / 2, D and/or G"


def test_that_the_users_name_is_left_out(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "zaphod")
    assert scrub("by Zaphod today") == "by <name> today"


def test_that_it_holds_settings_log_and_curves_but_no_pictures(
    draft,
    run_folder,
    tmp_path,
    monkeypatch,
):
    monkeypatch.setenv("GAN_STUDIO_STATE", str(tmp_path / "state"))
    log_file().parent.mkdir(parents=True)
    log_file().write_text(f"ERROR at {tmp_path}/secret\n", encoding="utf-8")
    draft = put(draft, "data.folder", str(tmp_path / "secret"))
    with zipfile.ZipFile(write_report(tmp_path / "report.zip", draft, run_folder)) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(pages) == {"about.txt", "settings.toml", "log.txt", "curves.csv", "events.txt"}
    settings = tomllib.loads(pages["settings.toml"])
    assert get(settings, "training.batch_size") == get(draft, "training.batch_size")
    assert pages["curves.csv"].startswith("images,")
    assert "finished" in pages["events.txt"]
    for text in pages.values():
        assert "secret" not in text
        assert str(tmp_path) not in text


def test_that_what_happened_names_no_picture(run_folder, tmp_path):
    writer = HistoryWriter(run_folder, 48)
    writer.event(48, "trouble", text="“Alice at home.png” is at /home/alice/My Pictures")
    writer.close()
    with zipfile.ZipFile(write_report(tmp_path / "report.zip", {}, run_folder)) as archive:
        events = archive.read("events.txt").decode()
    assert "trouble" in events
    assert "alice" not in events.lower()


def test_that_a_place_that_cannot_be_written_is_told(draft, tmp_path):
    (tmp_path / "no folder").write_bytes(b"")
    with pytest.raises(EngineError, match="“no folder” is a file"):
        write_report(tmp_path / "no folder" / "report.zip", draft, None)


def test_that_a_report_that_fails_leaves_the_one_before(draft, tmp_path, monkeypatch):
    path = write_report(tmp_path / "report.zip", draft, None)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gan_engine.durable.os.fsync", full)
    with pytest.raises(EngineError, match="disk is full"):
        write_report(path, draft, None)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.glob("*report*")] == ["report.zip"]


@pytest.mark.parametrize("part", all_parts())
def test_that_every_part_tells_its_version_and_licence(part):
    version, licence = licence_of(part)
    assert version
    assert licence


def test_that_the_parts_are_those_the_project_names(request):
    named = tomllib.loads((request.config.rootpath / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {text.partition(">")[0] for text in named["project"]["dependencies"]}
    assert wanted == set(PARTS)


def test_that_the_menu_saves_one(visitor, tmp_path):
    from PySide6.QtWidgets import QFileDialog

    visitor.chooses("save_report")
    chooser = next(d for d in visitor.window.findChildren(QFileDialog) if d.isVisible())
    told = []
    visitor.studio.run.noticed.connect(told.append)
    chooser.fileSelected.emit(str(tmp_path / "mine.zip"))
    chooser.close()
    visitor.waits_until(lambda: bool(told))
    assert (tmp_path / "mine.zip").is_file()


def test_that_about_lists_what_the_parts_are_built_on_too(qtbot):
    assert {"typing_extensions", "pydantic_core", "shiboken6"} <= set(all_parts())
    from studio import help_pages

    page = help_pages._about()
    for part in all_parts():
        version, licence = licence_of(part)
        assert f"| {part} | {version} | {licence} |" in page
