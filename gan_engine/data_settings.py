"""Which images a run learns from, and how they become squares of one size."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from gan_engine import paths
from gan_engine.drafts import unescape
from gan_engine.imaging import ImageShape
from gan_engine.schema import Part, option


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
    channels: Literal[1, 3] = option(
        3, help="Grey or colour.", names={1: "Grey", 3: "Colour (RGB)"}
    )
    fit: Literal["crop", "pad", "stretch"] = option(
        "crop",
        help="What to do with pictures of another shape.",
        names={"crop": "Crop", "pad": "Pad with the background", "stretch": "Stretch"},
    )
    crop: Literal["centre", "top", "content"] = option(
        "centre",
        help="What stays of a cropped picture: for portraits the top, for odd photos the content.",
        names={"centre": "The middle", "top": "The top", "content": "Where most detail is"},
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
        help="Tell the networks which subfolder an image is in, so that one can ask for its kind.",
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
    exclude: str = option(
        "",
        help="Names of pictures to leave out, with | between them; cats/* leaves a folder out.",
    )

    @property
    def path(self) -> Path:
        """The folder of pictures."""
        return (
            paths.builtin_images()
            if self.folder == paths.BUILTIN
            else Path(unescape(self.folder)).expanduser()
        )

    @property
    def shape(self) -> ImageShape:
        """What every prepared image is."""
        return ImageShape(self.size, self.width or self.size, self.channels)

    @property
    def looks_inside(self) -> bool:
        """Whether it takes a look at each picture to know which are left out."""
        return self.skip_duplicates or self.skip_similar or self.skip_blank

    def excludes(self, name: str) -> bool:
        """Return whether the escaped relative path `name` is one of those to leave out."""
        patterns = (pattern.strip() for pattern in self.exclude.split("|"))
        return any(name == one or fnmatchcase(name, one) for one in patterns if one)
