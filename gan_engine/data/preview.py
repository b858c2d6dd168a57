"""One picture before and after: as it is, as the networks see it, mirrored, augmented, and its facts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gan_engine.colour import rgb
from gan_engine.data.names import Entry
from gan_engine.data.pairs import Refusal, Unit, decoded
from gan_engine.drafts import escape, unescape
from gan_engine.events import Pixels
from gan_engine.imaging import Half, ImageError, ImageHeader, read_header, thumbnail
from gan_engine.pictures import opened, orientation

if TYPE_CHECKING:
    from PIL import Image

    from gan_engine.augment import Augmentation
    from gan_engine.data_settings import DataSettings

_MAKE, _MODEL = 0x010F, 0x0110
_LONGEST = 60
_LARGE = 2048


@dataclass(frozen=True, eq=False)
class Preview:
    """What becomes of one picture.

    Attributes:
        name: Its escaped path inside the folder.
        header: What it says about itself.
        original: The picture as it is, in its own shape: (h, w, 3).
        seen: What the networks see: (H, W, 3), pixel for pixel what preparing makes; of a pair both
            side by side, transparent parts on the background.
        mirrored: The other half of what they see; None where the run does not mirror.
        augmented: One draw of what D sees; None without an augmentation.
        orientation: How the camera was held, 1 to 8.
        camera: What made it, as the picture says; often nothing.
        bytes: How large the file is; 0 where it has none of its own.
        modified: When it changed last, in seconds since 1970; 0 where it has no file of its own.
        partner: The other picture of its pair in two folders; empty where it has none.
        beside: The partner as it is.
    """

    name: str
    header: ImageHeader
    original: Pixels
    seen: Pixels
    mirrored: Pixels | None
    augmented: Pixels | None
    orientation: int
    camera: str
    bytes: int
    modified: float
    partner: str = ""
    beside: Pixels | None = None


def preview(
    settings: DataSettings,
    name: str,
    augment: Augmentation | None = None,
    side: int = 320,
    seed: int = 0,
    pair: tuple[str, str] | None = None,
) -> Preview:
    """Return what becomes of the picture called `name`, by escaped relative path.

    Args:
        settings: How it is prepared.
        name: Which picture of the settings' folder.
        augment: What changes the pictures for D.
        side: The longest side of `original` in pixels; 0 is as many as it has, within reason.
        seed: Which draw of the augmentation.
        pair: Of pairs in two folders a's name and b's, one of which is `name`.

    Raises:
        ImageError: It cannot be decoded to its end.
    """
    path = settings.path / unescape(name)
    pair = pair if settings.pairs == "folders" else None
    made = _made(settings, pair or (name,))
    partner = next((other for other in pair or () if other != name), "")
    with opened(path) as image:
        turn, exif = orientation(image), _exif(image)
    header = read_header(path)
    side = side or min(_LARGE, max(header.width, header.height))
    size, modified = 0, 0.0
    with contextlib.suppress(OSError):
        found = os.stat(path)
        size, modified = found.st_size, found.st_mtime
    return Preview(
        name=name,
        header=header,
        original=thumbnail(path, side, settings.background),
        seen=_shown(settings, made),
        mirrored=_shown(settings, made[:, ::-1]) if settings.flip else None,
        augmented=_augmented(settings, made, augment, seed),
        orientation=turn,
        camera=" ".join(dict.fromkeys(word for word in exif if word)),
        bytes=size,
        modified=modified,
        partner=partner,
        beside=thumbnail(settings.path / unescape(partner), side, settings.background)
        if partner
        else None,
    )


def _exif(image: Image.Image) -> tuple[str, str]:
    """Return a camera's make and model; nothing of where or when."""
    with contextlib.suppress(Exception):  # damaged metadata is no reason to show no picture
        tags = image.getexif()
        make, model = _word(tags.get(_MAKE)), _word(tags.get(_MODEL))
        return ("" if model.startswith(make) else make), model
    return "", ""


def _word(value: object) -> str:
    text = escape(value.strip("\0 ")) if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST]


def _made(settings: DataSettings, names: Sequence[str]) -> NDArray[np.uint8]:
    """Return a picture, or a pair of two, as it is prepared.

    Raises:
        ImageError: It cannot be decoded to its end.
    """
    halves: tuple[Half, ...] = ("left", "right") if settings.pairs == "side_by_side" else ("",)
    parts = ((Entry(unescape(name), "picture"), half) for name in names for half in halves)
    made = decoded(settings, Unit(tuple(parts)))
    if isinstance(made, Refusal):
        blamed, reason = made.bad[0]
        raise ImageError(settings.path / unescape(blamed), reason)
    return made


def _shown(settings: DataSettings, image_HWC: NDArray[np.uint8]) -> Pixels:
    """Return an image as people see it: three channels, halves side by side, read-only."""
    every = settings.channels
    halves = [image_HWC[..., at : at + every] for at in range(0, image_HWC.shape[2], every)]
    pixels = np.concatenate([_colours(settings, half) for half in halves], 1)
    pixels.setflags(write=False)
    return pixels


def _colours(settings: DataSettings, image_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image_HWC.shape[2] < 4:
        return np.broadcast_to(image_HWC, (*image_HWC.shape[:2], 3))
    share = image_HWC[..., 3:] / np.float32(255)
    mixed = image_HWC[..., :3] * share + np.array(rgb(settings.background)) * (1 - share)
    return np.rint(mixed).astype(np.uint8)


def _augmented(
    settings: DataSettings, image_HWC: NDArray[np.uint8], augment: Augmentation | None, seed: int
) -> Pixels | None:
    if augment is None or augment.kind == "none" or settings.paired:
        return None
    import torch  # scans and previews without an augmentation need not wait for it

    random = torch.Generator().manual_seed(seed)
    memory = {key: torch.tensor(value) for key, value in augment.strongest().items()}
    images_NCHW = torch.from_numpy(image_HWC).permute(2, 0, 1)[None].float() / 127.5 - 1
    changed_NCHW = augment.draw(1, settings.shape[:2], random, memory)(images_NCHW)
    levels = ((changed_NCHW[0] + 1) * 127.5).round().clamp(0, 255).byte()
    return _shown(settings, levels.permute(1, 2, 0).numpy())
