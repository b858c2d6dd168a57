"""What is out of the ordinary in a folder of pictures, what it does to a run, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gan_engine.data.inspection import Inspection
from gan_engine.data.scan import FEW, DatasetReport
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings

EXAMPLES = 12
_SIZES = (32, 64, 128, 256)
_LOPSIDED = 5  # times as many in the largest class as in the smallest
_ODD = 2.0  # times as long, for its width, as the run's images: half of it would be cropped


@dataclass(frozen=True)
class Finding:
    """One thing about some of the pictures.

    Attributes:
        key: What it is, for programs.
        count: How many pictures, files or classes it is about.
        examples: The first of them, by escaped relative path.
        title: What it is, for people, the count included.
        consequence: What it does to a run when nothing is done.
        rule: What happens to these pictures.
        fix: Settings, by path, that mend it; nothing on disk is ever changed.
        safe_fix: Whether the fix can only help; [Fix all safe] applies those.
        files: All of them.
    """

    key: str
    count: int
    title: str
    consequence: str
    rule: str
    files: tuple[str, ...] = ()
    fix: Mapping[str, Any] = field(default_factory=dict)
    safe_fix: bool = False

    @property
    def examples(self) -> tuple[str, ...]:
        """A handful of the files, for thumbnails."""
        return self.files[:EXAMPLES]


_ORDINARY = {  # what a header tells: title, consequence, rule
    "rotated": (
        "Stored sideways: {count}",
        "Cameras store pictures as they were held.",
        "They are turned upright.",
    ),
    "alpha": (
        "With transparent parts: {count}",
        "The networks see no transparency.",
        "They are laid on the background colour; hidden colours do not come out.",
    ),
    "cmyk": (
        "Made for print (CMYK): {count}",
        "Colours of print are not those of a screen.",
        "They are translated to screen colours.",
    ),
    "deep": (
        "16 bits a colour: {count}",
        "The networks see 256 levels a colour.",
        "They are scaled to 8 bits; their gradients stay.",
    ),
    "float": (
        "Floating-point or 32-bit values: {count}",
        "Nothing says which values are black and white.",
        "0 to 1, 0 to 255 or the values there are become black to white.",
    ),
    "palette": (
        "With a palette: {count}",
        "A palette has 256 colours at most, often dithered.",
        "They are translated to full colour.",
    ),
    "animated": (
        "Animated: {count}",
        "A GAN learns still pictures.",
        "Only the first frame is used.",
    ),
    "profile": (
        "With a colour profile: {count}",
        "Without its profile a picture looks pale or garish.",
        "They are translated to sRGB.",
    ),
}


def diagnose(
    report: DatasetReport,
    settings: DataSettings | None = None,
    inspection: Inspection | None = None,
) -> list[Finding]:
    """Return everything out of the ordinary, what matters most first.

    Args:
        report: What `scan_folder` found.
        settings: What is to be made of the pictures; without, nothing depends on size or shape.
        inspection: What `inspect_folder` found; without, only headers are known.
    """
    found = [*_unusable(report, inspection), *_too_few(report)]
    if inspection is not None:
        found += _closer(inspection)
    found += _grey(report, settings, inspection)
    if settings is not None:
        found += _sizes(report, settings)
    found += [*_classes(report), *_pairs(report)]
    for key, (title, consequence, rule) in _ORDINARY.items():
        files = report.marks.get(key, ())
        if files:
            found.append(_finding(key, files, title, consequence, rule))
    return found


@dataclass(frozen=True)
class Suggestion:
    """A size for the images of a run, and why."""

    size: int
    reason: str


def suggest_size(report: DatasetReport) -> Suggestion:
    """Return the largest common size that three quarters of the pictures fill without enlarging."""
    sides = sorted(min(size) for size in report.dimensions)
    if not sides:
        return Suggestion(64, Message("There are no pictures to judge by."))
    most = sides[len(sides) // 4]
    size = max((size for size in _SIZES if size <= most), default=_SIZES[0])
    if most > _SIZES[-1]:
        reason = Message(
            "Most pictures have {side} px or more on their shorter side; beyond {size} px training"
            " takes days.",
            side=most,
            size=size,
        )
    elif most < _SIZES[0]:
        reason = Message(
            "Most pictures have {side} px or less on their shorter side; {size} px is the least"
            " that networks work with.",
            side=most,
            size=size,
        )
    else:
        reason = Message(
            "Three of four pictures have {side} px or more on their shorter side, so none of them"
            " is enlarged at {size} px.",
            side=most,
            size=size,
        )
    return Suggestion(size, reason)


def safe_fixes(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the settings, by path, that [Fix all safe] changes."""
    return {path: value for one in findings if one.safe_fix for path, value in one.fix.items()}


def _finding(
    key: str,
    files: Sequence[str],
    title: str,
    consequence: str,
    rule: str,
    fix: Mapping[str, Any] | None = None,
    safe: bool = False,
    **values: object,
) -> Finding:
    return Finding(
        key=key,
        count=len(files),
        title=Message(title, count=len(files), **values),
        consequence=Message(consequence, **values),
        rule=Message(rule, **values),
        files=tuple(files),
        fix=fix or {},
        safe_fix=safe and bool(fix),
    )


def _unusable(report: DatasetReport, inspection: Inspection | None) -> Iterator[Finding]:
    bad = [file.path for file in (*report.bad, *(inspection.bad if inspection else ()))]
    files = tuple(dict.fromkeys(bad))
    if files:
        yield _finding(
            "unreadable",
            files,
            "Cannot be read: {count}",
            "The run goes on without them.",
            "They are left out and listed, each with its reason.",
        )


def _too_few(report: DatasetReport) -> Iterator[Finding]:
    if 0 < len(report.files) < FEW:
        yield _finding(
            "few",
            report.files,
            "Few pictures: {count}",
            "The networks learn so few by heart and copy them.",
            "Add more; a hundred is few, thousands are good.",
        )


def _closer(inspection: Inspection) -> Iterator[Finding]:
    spare = [name for group in inspection.duplicates for name in group[1:]]
    if spare:
        yield _finding(
            "duplicates",
            spare,
            "Copies of others: {count}",
            "What is there twice is learnt twice as well, and at last by heart.",
            "One of each is kept when duplicates are left out.",
            {"data.skip_duplicates": True},
            safe=True,
        )
    again = [name for group in inspection.similar for name in group[1:]]
    if again:
        yield _finding(
            "similar",
            again,
            "Look like others: {count}",
            "Smaller copies and repeated shots weigh more than they should.",
            "The largest of each is kept when near duplicates are left out; look at them first.",
            {"data.skip_similar": True},
        )
    if inspection.blank:
        yield _finding(
            "blank",
            inspection.blank,
            "Blank or nearly so: {count}",
            "The networks learn to make blank pictures.",
            "They are left out when blank pictures are.",
            {"data.skip_blank": True},
            safe=True,
        )


def _grey(
    report: DatasetReport, settings: DataSettings | None, inspection: Inspection | None
) -> Iterator[Finding]:
    stored = report.marks.get("grey", ())
    files = tuple(dict.fromkeys((*stored, *(inspection.grey if inspection else ()))))
    if not files or (settings is not None and settings.channels == 1):
        return
    if len(files) >= len(report.files):
        yield _finding(
            "grey",
            files,
            "Grey, all of them: {count}",
            "Networks for colour learn the same thing three times.",
            "They are spread over three equal channels; train in grey instead.",
            {"data.channels": 1},
            safe=True,
        )
    else:
        yield _finding(
            "grey",
            files,
            "Grey among colour: {count}",
            "Some of what the networks make will be grey as well.",
            "They are spread over three equal channels.",
        )


def _sizes(report: DatasetReport, settings: DataSettings) -> Iterator[Finding]:
    shape = settings.shape
    sized = list(zip(report.files, report.dimensions, strict=False))
    small = [name for name, (w, h) in sized if w < shape.width or h < shape.height]
    if small:
        side = min(shape.width, shape.height)
        enough = len(report.files) - len(small) >= max(FEW, 0.8 * len(report.files))
        yield _finding(
            "small",
            small,
            "Smaller than {width}×{height}: {count}",
            "Enlarged they are blurred, and the networks learn the blur.",
            "They are enlarged, unless a smallest side is set.",
            {"data.min_side": side} if enough else {"data.size": 64} if side > 64 else None,
            safe=enough and settings.shape.width == settings.shape.height,
            width=shape.width,
            height=shape.height,
        )
    wanted = shape.width / shape.height
    odd = [name for name, (w, h) in sized if not 1 / _ODD < w / h / wanted < _ODD]
    if odd and settings.fit != "pad":
        yield _finding(
            "shapes",
            odd,
            "More than twice as long as the run’s images: {count}",
            "Cropped they lose more than half, stretched they are distorted.",
            "They are cropped or stretched as all others are.",
            {"data.fit": "pad"},
        )


def _classes(report: DatasetReport) -> Iterator[Finding]:
    counts = report.classes
    if len(counts) < 2 or max(counts.values()) < _LOPSIDED * min(counts.values()):
        return
    small = [name for name, count in counts.items() if _LOPSIDED * count <= max(counts.values())]
    largest = max(counts, key=lambda name: counts[name])
    yield _finding(
        "classes",
        small,
        "Subfolders with far fewer pictures than “{largest}”: {count}",
        "The networks see, and make, mostly what there is most of.",
        "All pictures are shown equally often.",
        largest=largest,
    )


def _pairs(report: DatasetReport) -> Iterator[Finding]:
    halves = [f for f, (w, h) in zip(report.files, report.dimensions, strict=False) if w == 2 * h]
    if len(halves) > 1 and len(halves) == len(report.files):
        yield _finding(
            "pairs",
            halves,
            "Exactly twice as wide as high, all of them: {count}",
            "They look like pairs side by side, which this kind of run crops.",
            "They are taken for single pictures.",
        )
    names: dict[str, set[str]] = {}
    for file in report.files:
        folder, _, name = file.partition("/")
        if name:
            names.setdefault(folder, set()).add(name.rpartition(".")[0])
    if len(names) == 2:
        one, two = names.values()
        if len(one) > 1 and one == two:
            yield _finding(
                "paired_folders",
                report.files,
                "Two subfolders with the same names: {count}",
                "They look like pairs of pictures, which this kind of run mixes.",
                "All of them are learnt as one kind.",
            )
