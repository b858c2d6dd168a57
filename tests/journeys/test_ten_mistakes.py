"""The ten mistakes people make: each is named where it is made, one click from what mends it."""

import dataclasses
import errno
import os
import shutil

import pytest
import torch
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QPushButton

from gan_engine import costs, durable, get, list_runs, put
from gan_engine.training.session import Session
from studio.panels.overview import FINDINGS, OUT
from studio.panels.starting import StartDialog
from tests.journeys.test_flows import clicks
from tests.studio.tiny import tiny_draft

KINDS = {"grey", "cmyk", "alpha", "rotated", "shapes", "small"}


def answer(visitor, text):
    """Return the button with this text in the notice above the page."""
    notices = visitor.window.notices
    visitor.waits_until(lambda: any(b.text() == text for b in notices.findChildren(QPushButton)))
    return next(b for b in notices.findChildren(QPushButton) if b.text() == text)


def field_in_view(visitor, path):
    """Whether the field of a setting is on the screen."""
    row = visitor.window.panels["settings"].form.rows[path]
    return not row.visibleRegion().isEmpty()


def mend_of(window, path):
    """Return the button below a field that puts a valid value into it."""
    found = window.panels["settings"].form.rows[path].findChildren(QPushButton)
    return next(made for made in found if made.isVisible() and made.text().startswith("Use "))


def log(visitor):
    lines = visitor.window.panels["messages"].log
    return "\n".join(lines.item(row).text() for row in range(lines.count()))


# --- 1: no images in the folder --------------------------------------------------------------


def test_1_a_folder_without_images_says_what_it_holds_and_leads_to_another(visitor, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("no picture")
    visitor.drops(folder)
    overview = visitor.window.panels["dataset"].overview
    visitor.waits_until(lambda: overview.notes.isVisible())
    assert overview.headline.text() == "No images to learn from"
    assert "3 .txt" in overview.notes.texts()[0]
    assert not visitor.window.acts["start"].isEnabled()
    clicks(visitor, overview.choose_button)
    chooser = next(d for d in visitor.window.findChildren(QFileDialog) if d.isVisible())
    assert chooser.fileMode() == QFileDialog.FileMode.Directory
    chooser.close()


def test_1_the_folder_inside_that_has_pictures_is_named(visitor, emoji, tmp_path):
    folder = tmp_path / "outer"
    folder.mkdir()
    shutil.move(emoji, folder / ".cache")
    visitor.drops(folder)
    overview = visitor.window.panels["dataset"].overview
    visitor.waits_until(lambda: overview.notes.isVisible())
    assert "“.cache”" in overview.notes.texts()[0]


# --- 2: sizes and kinds that differ ----------------------------------------------------------


def test_2_every_odd_kind_has_its_rule_and_blocks_nothing(visitor, emoji):
    pictures = sorted(emoji.iterdir())
    plain = Image.open(pictures[0]).convert("RGB")
    plain.convert("L").save(emoji / "grey.png")
    plain.convert("CMYK").save(emoji / "print.jpg")
    plain.convert("RGBA").save(emoji / "see-through.png")
    see_through = Image.new("RGBA", (40, 40), (200, 20, 20, 90))
    see_through.save(emoji / "glass.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    plain.resize((60, 40)).save(emoji / "turned.jpg", exif=turned)
    plain.resize((90, 20)).save(emoji / "banner.png")
    plain.resize((9, 9)).save(emoji / "icon.png")
    visitor.settings(tiny_draft("builtin"))
    visitor.drops(emoji)
    overview = visitor.window.panels["dataset"].overview
    cards = overview.findings.cards
    visitor.waits_until(lambda: set(cards) >= KINDS)
    overview.tabs.setCurrentIndex(FINDINGS)
    for key in KINDS:
        assert cards[key].isVisible(), key
        assert cards[key].text.text(), key
    assert visitor.window.acts["start"].isEnabled()
    visitor.chooses("start")
    visitor.waits_for("idle")
    assert list_runs()[0].state == "done"


# --- 3: broken or empty files ----------------------------------------------------------------


def test_3_broken_files_are_named_left_out_and_in_the_report_of_the_run(visitor, emoji):
    (emoji / "broken.png").write_bytes(b"no picture")
    (emoji / "empty.jpg").touch()
    whole = sorted(emoji.glob("*.webp"))[0]
    (emoji / "half.webp").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    visitor.settings(tiny_draft("builtin"))
    visitor.drops(emoji)
    overview = visitor.window.panels["dataset"].overview
    visitor.waits_until(
        lambda: {"broken.png", "empty.jpg"} <= {name for name, _ in overview.out.rows}
    )
    overview.tabs.setCurrentIndex(OUT)
    assert overview.out.isVisible()
    visitor.chooses("start")
    visitor.waits_for("idle")
    assert list_runs()[0].state == "done"
    told = log(visitor)
    assert "broken.png" in told
    assert "empty.jpg" in told


# --- 4: too few images -----------------------------------------------------------------------


def test_4_few_images_are_one_click_from_augmentation(visitor, emoji):
    for picture in sorted(emoji.iterdir())[30:]:
        picture.unlink()
    visitor.settings(tiny_draft("builtin"))
    visitor.drops(emoji)
    overview = visitor.window.panels["dataset"].overview
    visitor.waits_until(lambda: "few" in overview.findings.cards)
    overview.tabs.setCurrentIndex(FINDINGS)
    card = overview.findings.cards["few"]
    assert "30" in card.title.text()
    assert "copy" in card.text.text()
    clicks(visitor, card.act)
    assert get(visitor.studio.document.draft, "augment.kind") == "diff_augment"


# --- 5: a size the networks cannot make ------------------------------------------------------


def test_5_a_size_that_cannot_be_made_has_the_nearest_one_beside_its_field(visitor):
    window, document = visitor.window, visitor.studio.document
    document.set("data.size", 50)
    window.show_setting("data.size")
    visitor.waits_until(lambda: field_in_view(visitor, "data.size"))
    mend = mend_of(window, "data.size")
    assert not window.acts["start"].isEnabled()
    clicks(visitor, mend)
    assert get(document.draft, "data.size") == int(mend.text().removeprefix("Use "))
    assert window.acts["start"].isEnabled()


# --- 6: more memory than there is ------------------------------------------------------------


def test_6_what_does_not_fit_says_how_much_is_there_and_what_would(visitor, emoji, monkeypatch):
    there = costs.describe_device
    small = lambda *what: dataclasses.replace(there(*what), memory_total=10**6, memory_free=10**6)  # noqa: E731
    monkeypatch.setattr(costs, "describe_device", small)
    visitor.settings(put(tiny_draft(emoji), "architecture.width", 32))
    visitor.chooses("show_design")
    card = visitor.window.panels["design"].blueprint.cost
    visitor.waits_until(lambda: bool(card.buttons) and "of 4 images" in card.said())
    assert "free now" in card.said()
    assert "will probably not fit" in card.said()
    narrow = next(made for made in card.buttons if "width 16" in made.text())
    clicks(visitor, narrow)
    assert get(visitor.studio.document.draft, "architecture.width") == 16


# --- 7: numbers that are none ----------------------------------------------------------------


def spoil(monkeypatch, rounds):
    """Let a weight of D be no number before some rounds of training."""
    plain, count = Session.round, [0]

    def spoilt(session):
        count[0] += 1
        if rounds(count[0]):
            next(session.networks.d.parameters()).data.view(-1)[0] = float("nan")
        return plain(session)

    monkeypatch.setattr(Session, "round", spoilt)


def test_7_a_run_that_went_back_says_so_and_leads_to_the_rate(visitor, emoji, monkeypatch):
    spoil(monkeypatch, lambda number: number == 6)
    visitor.settings(tiny_draft(emoji, images=800))
    before = get(visitor.studio.document.draft, "optimizer_d.rate")
    visitor.chooses("start")
    act = answer(visitor, "Change the learning rate")
    assert "no longer numbers" in visitor.notice
    clicks(visitor, act)
    visitor.waits_until(lambda: field_in_view(visitor, "optimizer_d.rate"))
    visitor.waits_for("idle")
    assert list_runs()[0].state == "done"
    assert get(visitor.studio.document.draft, "optimizer_d.rate") == pytest.approx(before / 2)


def test_7_after_three_times_it_stops_and_explains(visitor, emoji, monkeypatch):
    spoil(monkeypatch, lambda number: number > 2)
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    visitor.waits_until(lambda: visitor.studio.run.state == "idle" and bool(visitor.notice))
    assert "no longer numbers" in visitor.notice
    assert answer(visitor, "Change R1").isEnabled()


# --- 8: the disk is full, or the folder is gone ----------------------------------------------


def test_8_a_full_disk_makes_the_run_wait_and_a_click_lets_it_go_on(visitor, emoji, monkeypatch):
    full, write = [True], durable.write

    def fails(path, *what, **how):
        if full and "checkpoints" in str(path):
            raise durable.space_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), path)
        return write(path, *what, **how)

    monkeypatch.setattr(durable, "write", fails)
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    again = answer(visitor, "Try again")
    visitor.waits_for("paused")
    full.clear()
    clicks(visitor, again)
    visitor.waits_for("idle")
    assert list_runs()[0].state == "done"
    assert "full" not in visitor.notice


def test_8_a_folder_that_is_gone_is_told_before_a_start(visitor, emoji):
    shutil.rmtree(emoji)
    visitor.studio.document.set("data.folder", str(emoji))
    visitor.chooses("show_dataset")
    panel = visitor.window.panels["dataset"]
    visitor.waits_until(lambda: panel.empty.isVisible())
    assert "is not there" in panel.empty.said()
    assert panel.drop_zone.isVisible()
    assert not visitor.window.acts["start"].isEnabled()


# --- 9: a foreign checkpoint -----------------------------------------------------------------


def test_9_a_foreign_file_is_a_table_of_what_fits_or_a_reason(visitor, emoji, tmp_path):
    visitor.settings(tiny_draft(emoji))
    torch.save({"x": torch.zeros(3)}, tmp_path / "other.pt")
    visitor.drops(tmp_path / "other.pt")
    dialog = visitor.window.findChild(StartDialog)
    visitor.waits_until(lambda: dialog.table.rowCount() > 0)
    assert dialog.table.item(dialog.table.rowCount() - 1, 3).text() == "not needed"
    assert not dialog.start.isEnabled()
    (tmp_path / "evil.pt").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    visitor.drops(tmp_path / "evil.pt")
    visitor.waits_until(lambda: not dialog.table.rowCount() and "evil.pt" in dialog.said.text())
    visitor.waits_until(lambda: ".safetensors" in dialog.hint.text())


# --- 10: nothing left to do, or no GPU -------------------------------------------------------


def test_10_a_run_that_is_finished_offers_to_train_more(visitor, emoji):
    visitor.settings(tiny_draft(emoji))
    visitor.chooses("start")
    visitor.waits_for("idle")
    run = visitor.studio.run
    run.resume(run.folder)
    visitor.waits_until(lambda: "has seen its 48 images already" in visitor.notice)
    visitor.studio.preferences.set("train_more_images", 1000)
    with visitor.qtbot.waitSignal(run.started) as heard:
        clicks(visitor, answer(visitor, "Train more"))
    assert heard.args[0].resumed
    assert heard.args[0].images_total == 1048
    visitor.chooses("stop")
    visitor.waits_for("idle")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_10_a_gpu_that_is_not_there_is_told_at_the_device_with_what_is_there(visitor, emoji):
    window, document = visitor.window, visitor.studio.document
    visitor.settings(tiny_draft(emoji))
    document.set("training.device", "cuda")
    assert "no “cuda”" in visitor.status
    window.show_setting("training.device")
    visitor.waits_until(lambda: field_in_view(visitor, "training.device"))
    clicks(visitor, mend_of(window, "training.device"))
    assert get(document.draft, "training.device") == "auto"
    assert window.acts["start"].isEnabled()
