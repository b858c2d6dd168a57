"""No session opens an internet socket; no exported picture says where or whose it is."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

from PIL import Image

from gan_engine.export import EXPORTERS, ImageGrid, SingleImages, export
from gan_engine.training import train
from tests.reliability.helpers import in_process, tiny


def test_that_a_whole_session_reaches_nobody(emoji: Path, tmp_path: Path) -> None:
    assert in_process("quiet", tmp_path, emoji) == {"reached": []}


def test_that_reaching_out_would_be_noticed(tmp_path: Path) -> None:
    assert len(in_process("quiet", tmp_path, "--self-test")["reached"]) == 1


def located(folder: Path) -> Path:
    """Return a folder, named like somebody, of pictures that say where and by whom they were taken."""
    inside = folder / "alice-at-home"
    inside.mkdir()
    exif = Image.Exif()
    exif[0x013B] = exif[0x9C9D] = "Alice Example"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (11.0, 34.0, 5.0)})
    for number in range(8):
        picture = Image.linear_gradient("L").rotate(40 * number).convert("RGB")
        picture.save(inside / f"{number}.jpg", exif=exif, comment=b"Alice Example")
    assert b"Alice" in (inside / "0.jpg").read_bytes()
    return inside


def test_that_exported_pictures_say_no_path_place_or_name(tmp_path: Path) -> None:
    images, run = located(tmp_path), tmp_path / "run"
    list(train(tiny(images), folder=run))
    for part in EXPORTERS:
        if issubclass(part, ImageGrid):
            list(export(run, part(rows=2, columns=2), tmp_path / "out" / "grid.png"))
        elif issubclass(part, SingleImages):
            for kind in ("png", "webp", "jpeg"):
                list(export(run, part(count=2, format=kind), tmp_path / "out" / kind))
    pictures = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {path.suffix for path in pictures} == {".png", ".webp", ".jpeg"}
    pictures += [*(run / "grids").glob("*.png"), run / "real.png"]
    for path in pictures:
        data = path.read_bytes()
        with Image.open(path) as picture:
            assert not picture.getexif()
        told = [b"Alice", b"alice", b"GPS", b"Exif", str(tmp_path).encode()]
        told += [
            name.encode() for name in (getpass.getuser(), socket.gethostname()) if len(name) > 4
        ]
        assert not [word for word in told if word in data], path.name
