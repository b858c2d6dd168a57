"""Pictures made from other pictures, by a generator that learned from pairs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from gan_engine import paths
from gan_engine.drafts import escape, unescape
from gan_engine.errors import DataError, EngineError
from gan_engine.export.base import Exporter, ExportProgress, Need
from gan_engine.export.images import FORMAT_NAMES, Format, words_of, write_picture
from gan_engine.imaging import ImageError
from gan_engine.pictures import suffixes
from gan_engine.sampling import open_sampler
from gan_engine.schema import Message, option

AT_ONCE = 16


class TranslatedPictures(Exporter):
    """What a generator that learned from pairs makes of each picture in a folder, a file each.

    Each is fitted to the size of the run as its own pictures were; subfolders stay as they are.
    """

    title: ClassVar[str] = "Pictures from pictures (pix2pix)"
    kind: Literal["pictures"] = "pictures"
    needs: ClassVar[Need] = "pictures"
    inputs: str = option("", role="folder", help="A folder of pictures to make others from.")
    format: Format = option("png", help="PNG and WebP keep every pixel.", names=FORMAT_NAMES)

    def export(self, source: Path, out: Path) -> Iterator[ExportProgress]:
        sampler = open_sampler(source)
        folder = paths.expanded(unescape(self.inputs))
        if not self.inputs or not folder.is_dir():
            raise EngineError(
                "There is no folder of pictures to make others from.",
                hint="Choose a folder of pictures like those it learned to start from.",
            )
        names = list(pictures_in(folder))
        taken, bad, written = set[Path](), list[ImageError](), 0
        for first in range(0, len(names), AT_ONCE):
            yield ExportProgress(first, len(names), out)
            some, given = list[str](), list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]()
            for name in names[first : first + AT_ONCE]:
                try:
                    given.append(sampler.read(folder / name))
                    some.append(name)
                except ImageError as error:
                    bad.append(error)
            for name, pixels in zip(
                some, sampler.translate(np.stack(given)) if given else (), strict=True
            ):
                path = _free(out / name, self.format, taken)
                background = sampler.config.data.background
                write_picture(path, pixels, self.format, words_of(sampler), background)
                written += 1
        if not written:
            raise DataError(
                "No picture in “{folder}” can be used.",
                hint="Choose a folder with pictures in it: PNG, JPEG, WebP, BMP, TIFF or GIF.",
                folder=escape(folder.name),
            )
        note = (
            Message(
                "{count} pictures cannot be used; the first is “{name}”: {reason}.",
                count=len(bad),
                name=escape(bad[0].path.name),
                reason=bad[0].reason,
            )
            if bad
            else ""
        )
        yield ExportProgress(len(names), len(names), out, note)


def pictures_in(folder: Path) -> Iterator[str]:
    """Yield the relative paths of all pictures below `folder` by their names, hidden ones left out."""
    known = suffixes()
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = os.path.relpath(where, folder)
        for name in sorted(files):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in known:
                yield name if inside == "." else os.path.join(inside, name)


def _free(wanted: Path, ending: str, taken: set[Path]) -> Path:
    """Return a name that no other picture of this export has: x.png and x.jpg become x and x-2."""
    path, number = wanted.with_suffix(f".{ending}"), 2
    while path in taken:
        path, number = wanted.with_name(f"{wanted.stem}-{number}.{ending}"), number + 1
    taken.add(path)
    return path
