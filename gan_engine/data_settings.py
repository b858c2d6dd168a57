"""Which images a run learns from, and how they become squares of one size."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Literal

from gan_engine import paths
from gan_engine.drafts import unescape
from gan_engine.imaging import ImageShape
from gan_engine.schema import Part, option

KINDS = ("rotated", "grey", "alpha", "cmyk", "deep", "float", "palette", "animated", "profile")
"""What pictures may be out of the ordinary in, as `data.skip_kinds` names it."""

Pairs = Literal["off", "folders", "side_by_side"]


class DataSettings(Part):
    """Which images, and how they become squares (or rectangles) of one size."""

    title = "Images"
    folder: str = option(
        "builtin",
        role="folder",
        help="A folder of pictures, a zip, a tar or an array of images; “builtin” is the set that"
        " comes with the program.",
    )
    size: int = option(
        64,
        ge=8,
        le=1024,
        unit="px",
        help="Height of the images; 32 learns in minutes, 256 in days.",
    )
    width: int = option(
        0,
        ge=0,
        le=1024,
        unit="px",
        advanced=True,
        help="Width, when it is not the height; 0 is square.",
    )
    channels: Literal[1, 3, 4] = option(
        3,
        help="Grey, colour, or colour with transparency: samples are cut out then.",
        names={1: "Grey", 3: "Colour (RGB)", 4: "With transparency"},
    )
    fit: Literal["crop", "pad", "stretch"] = option(
        "crop",
        help="What to do with pictures of another shape.",
        names={"crop": "Crop", "pad": "Pad", "stretch": "Stretch"},
    )
    crop: Literal["centre", "top", "content"] = option(
        "centre",
        help="What stays of a cropped picture: for portraits the top, for odd photos the content.",
        names={"centre": "The middle", "top": "The top", "content": "The most detail"},
    )
    background: str = option(
        "#ffffff",
        role="color",
        help="What shows through transparent parts and beside padded pictures.",
    )
    filter: Literal["lanczos", "bicubic", "bilinear", "box"] = option(
        "lanczos",
        advanced=True,
        help="How pictures are resized; Lanczos is the sharpest.",
        names={"lanczos": "Lanczos", "bicubic": "Bicubic", "bilinear": "Bilinear", "box": "Box"},
    )
    flip: bool = option(
        True, help="Also show mirror images; off for text and other things with a side."
    )
    classes: bool = option(
        False,
        label="Subfolders are classes",
        help="Tell the networks which subfolder an image is in, or which label a WebDataset has beside"
        " it, so that one can ask for its kind.",
    )
    pairs: Pairs = option(
        "off",
        help="Learn what a picture becomes, a drawing a photo for example, from pairs of equal names"
        " in two folders “a” and “b”, or from pictures that show both side by side.",
        names={"off": "Off", "folders": "Folders a and b", "side_by_side": "Side by side"},
    )
    direction: Literal["a_to_b", "b_to_a"] = option(
        "a_to_b",
        help="Of pairs, what becomes what: a is the first folder, or the left half.",
        names={"a_to_b": "a becomes b", "b_to_a": "b becomes a"},
    )

    balance: bool = option(
        False,
        label="Show every class as often",
        help="Repeat the pictures of small subfolders until each subfolder is shown equally often.",
    )

    skip_duplicates: bool = option(
        False,
        label="Leave duplicates out",
        help="Show a picture once, however many equal files of it there are.",
    )
    skip_similar: bool = option(
        False,
        label="Leave near duplicates out",
        help="Of pictures that look the same, smaller copies for example, keep the largest.",
    )
    skip_blank: bool = option(
        False,
        label="Leave blank pictures out",
        help="Leave out pictures of almost one colour: empty scans, failed downloads.",
    )
    min_side: int = option(
        0,
        ge=0,
        le=4096,
        unit="px",
        label="Smallest side",
        help="Leave out pictures with a shorter side than this; 0 keeps all of them.",
    )
    skip_kinds: str = option(
        "",
        advanced=True,
        label="Leave kinds out",
        help="Kinds of pictures to leave out, with | between them: rotated, grey, alpha, cmyk, deep,"
        " float, palette, animated, profile.",
    )
    exclude: str = option(
        "",
        help="Names of pictures to leave out, with | between them; cats/* leaves a folder out.",
    )
    keep: str = option(
        "",
        advanced=True,
        help="Names of pictures to keep, whatever else would leave them out; with | between them.",
    )

    @property
    def path(self) -> Path:
        """The folder of pictures."""
        return (
            paths.builtin_images()
            if self.folder == paths.BUILTIN
            else paths.expanded(unescape(self.folder))
        )

    @property
    def shape(self) -> ImageShape:
        """What every image is that the networks make."""
        return ImageShape(self.size, self.width or self.size, self.channels)

    @property
    def kinds_left_out(self) -> tuple[str, ...]:
        """The kinds that `skip_kinds` names."""
        return tuple(kind.strip() for kind in self.skip_kinds.split("|") if kind.strip())

    @property
    def paired(self) -> bool:
        """Whether an image is learned together with the one it is made from."""
        return self.pairs != "off"

    @property
    def prepared_shape(self) -> ImageShape:
        """What a prepared image is: of a pair a's channels, then b's."""
        return self.shape._replace(channels=self.channels * (1 + self.paired))

    @property
    def looks_inside(self) -> bool:
        """Whether it takes a look at each picture to know which are left out."""
        skips = self.skip_duplicates or self.skip_similar or self.skip_blank
        return skips or "grey" in self.kinds_left_out

    @property
    def looks_at_headers(self) -> bool:
        """Whether it takes each picture's header to know which are left out."""
        return bool(self.min_side or self.skip_kinds)

    def excludes(self, name: str) -> bool:
        """Return whether the escaped relative path `name` is one of those to leave out."""
        return _named(self.exclude, name)

    def keeps(self, name: str) -> bool:
        """Return whether the escaped relative path `name` stays whatever would leave it out."""
        return _named(self.keep, name)

    def without(self, names: Iterable[str]) -> dict[str, str]:
        """Return the settings, by path, that leave these pictures out, by escaped relative path."""
        names = dict.fromkeys(names)
        kept = [one for one in _patterns(self.keep) if _plain(one) not in names]
        known = set(_patterns(self.exclude))
        fresh = [one for one in map(as_pattern, names) if one not in known]
        return {
            "data.keep": " | ".join(kept),
            "data.exclude": " | ".join([*_patterns(self.exclude), *fresh]),
        }

    def with_again(self, names: Iterable[str]) -> dict[str, str]:
        """Return the settings, by path, that put pictures back, whatever had left them out."""
        names = dict.fromkeys(names)
        left = [one for one in _patterns(self.exclude) if _plain(one) not in names]
        known = set(_patterns(self.keep))
        kept = [*_patterns(self.keep), *(p for p in map(as_pattern, names) if p not in known)]
        return {"data.keep": " | ".join(kept), "data.exclude": " | ".join(left)}


def as_pattern(name: str) -> str:
    """Return what `exclude` and `keep` call exactly the picture of this name."""
    text = re.sub(r"[*?|\[\]]", r"[\g<0>]", name)
    return re.sub(r"\A\s|\s\Z", r"[\g<0>]", text)


@lru_cache(maxsize=8)
def _patterns(text: str) -> tuple[str, ...]:
    """Return the patterns in a text; a | in brackets belongs to a name."""
    pieces = re.split(r"\|(?![^\[\]]*\])", text)
    return tuple(piece.strip() for piece in pieces if piece.strip())


def _plain(pattern: str) -> str | None:
    """Return the one name that a pattern means; None where it is a real pattern."""
    name = re.sub(r"\[([*?|\[\]\s])\]", r"\g<1>", pattern)
    return name if as_pattern(name) == pattern else None


@lru_cache(maxsize=8)
def _matcher(text: str) -> tuple[frozenset[str], re.Pattern[str] | None]:
    """Return the names in a text, and one expression for its real patterns."""
    patterns = _patterns(text)
    names = {name for one in patterns if (name := _plain(one)) is not None}
    wild = [translate(one) for one in patterns if _plain(one) is None]
    return frozenset({*names, *patterns}), re.compile("|".join(wild)) if wild else None


def _named(text: str, name: str) -> bool:
    if not text:
        return False
    names, wild = _matcher(text)
    return name in names or (wild is not None and wild.match(name) is not None)
