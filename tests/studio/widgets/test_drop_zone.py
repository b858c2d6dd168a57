from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from studio.widgets.drop_zone import DropZone


def drop(zone: DropZone, what: Path | QUrl) -> None:
    data = QMimeData()
    data.setUrls([what if isinstance(what, QUrl) else QUrl.fromLocalFile(str(what))])
    zone.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_that_a_dropped_folder_is_told_and_a_picture_means_its_folder(qtbot, tmp_path):
    zone = DropZone()
    qtbot.addWidget(zone)
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"")
    for dropped in (tmp_path, picture):
        with qtbot.waitSignal(zone.folder_dropped) as told:
            drop(zone, dropped)
        assert told.args == [tmp_path]


def test_that_another_file_is_told_itself(qtbot, tmp_path):
    zone = DropZone()
    qtbot.addWidget(zone)
    for name in ("set.tar.gz", "generator.safetensors", "mine.toml"):
        (tmp_path / name).write_bytes(b"")
        with qtbot.waitSignal(zone.folder_dropped) as told:
            drop(zone, tmp_path / name)
        assert told.args == [tmp_path / name]


def test_that_what_is_no_file_is_not_taken(qtbot):
    zone = DropZone()
    qtbot.addWidget(zone)
    with qtbot.assertNotEmitted(zone.folder_dropped):
        drop(zone, QUrl("https://example.org/cat.png"))
