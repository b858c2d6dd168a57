"""What a picture's numbers mean: deep and float values, profiles and transparency become plain sRGB."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_LARGEST_PROFILE = 2**23


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the three levels of "#rrggbb"."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def flat(image: Image.Image, background: str, keeps_alpha: bool = False) -> Image.Image:
    """Return `image` in 8 bits of sRGB, "L" or "RGB", laid on `background` where transparent.

    Resizing comes after this, so that colours under transparent pixels never mix in. With
    `keeps_alpha` it is "RGBA" instead, whose colours Pillow weighs with their opacity.
    """
    profile = image.info.get("icc_profile")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = eight_bits(image)
    if not image.has_transparency_data:
        plain = _plain(image, profile)
        return plain.convert("RGBA") if keeps_alpha else plain
    image = image.convert("LA" if image.mode in ("1", "L", "LA", "La") else "RGBA")
    if keeps_alpha:
        cut = _plain(_opaque(image), profile).convert("RGB")
        cut.putalpha(image.getchannel("A"))
        return cut
    laid = Image.new("RGB", image.size, rgb(background))
    laid.paste(_plain(_opaque(image), profile), mask=image.getchannel("A"))
    return laid


def _opaque(image: Image.Image) -> Image.Image:
    return image.getchannel("L") if image.mode == "LA" else image.convert("RGB")


def _plain(image: Image.Image, profile: object) -> Image.Image:
    """Return an opaque picture as "L" or "RGB", its colours translated from `profile`."""
    if image.mode == "LAB":
        return _from_lab(image)
    if image.mode not in _SPACES:
        image = image.convert("L" if image.mode == "1" else "RGB")
    if isinstance(profile, bytes) and 0 < len(profile) <= _LARGEST_PROFILE:
        translation = _translation(profile, image.mode)
        if translation is not None:
            grey = image.mode == "L"
            image = translation.apply(image)
            return image.convert("L") if grey else image
    return image if image.mode == "L" else image.convert("RGB")


@lru_cache(maxsize=32)
def _translation(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what turns colours of a profile into sRGB, or None where nothing needs to change."""
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES[mode]:
            return None
        target = ImageCms.createProfile("sRGB")
        exact = ImageCms.Flags.NOOPTIMIZE if mode == "L" else ImageCms.Flags.NONE
        translation = ImageCms.buildTransform(source, target, mode, "RGB", flags=exact)
        return None if mode == "RGB" and _changes_nothing(translation) else translation
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a damaged profile is no reason to refuse the pixels


def _changes_nothing(translation: ImageCms.ImageCmsTransform) -> bool:
    """Return whether a profile is sRGB itself, by whatever name: most are, and this saves time."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    every = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(27, 27, 3)
    after = np.asarray(translation.apply(Image.fromarray(every)))
    return bool(np.abs(after.astype(int) - every).max() <= 1)


def _from_lab(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)


def eight_bits(image: Image.Image) -> Image.Image:
    """Return a deep grey image in 8 bits; Pillow's own conversion would clip it."""
    deep = np.asarray(image)
    values = np.nan_to_num(deep.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    black, span = _range(image.mode, values)
    values = ((values - black) * (255 / span)).clip(0, 255)
    grey = Image.fromarray(np.rint(values).astype(np.uint8))
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey.putalpha(Image.fromarray(np.where(deep == key, 0, 255).astype(np.uint8)))
    return grey


def _range(mode: str, values: NDArray[np.float32]) -> tuple[float, float]:
    """Return which value is black and how far white is from it: 16 bits, or what the values fit."""
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 65535:
        return low, (high - low) or 1.0
    return 0.0, next(white for white in (1.0, 255.0, 65535.0) if high <= white)
