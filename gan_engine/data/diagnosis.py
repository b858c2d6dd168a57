"""What is out of the ordinary in a folder of pictures, what it does to a run, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gan_engine.data.inspection import Inspection
from gan_engine.data.pairs import pair_up
from gan_engine.data.scan import FEW, DatasetReport
from gan_engine.data_settings import KINDS, DataSettings
from gan_engine.schema import Message

EXAMPLES = 12
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
        files: All of them.
        fix: Settings, by path, that mend it; nothing on disk is ever changed.
        act: What the fix does, in a few words.
        safe_fix: Whether the fix can only help; [Fix all safe] applies those.
        leave_out: Settings, by path, that leave these pictures out of the run.
        done: Whether the fix is in force, or the pictures are left out.
        undo: Settings, by path, that take that back.
    """

    key: str
    count: int
    title: str
    consequence: str
    rule: str
    files: tuple[str, ...] = ()
    fix: Mapping[str, Any] = field(default_factory=dict)
    act: str = ""
    safe_fix: bool = False
    leave_out: Mapping[str, Any] = field(default_factory=dict)
    done: bool = False
    undo: Mapping[str, Any] = field(default_factory=dict)

    @property
    def examples(self) -> tuple[str, ...]:
        """A handful of the files, for thumbnails."""
        return self.files[:EXAMPLES]


_ORDINARY: dict[str, tuple[str, str, str]] = {  # what a header tells: title, consequence, rule
    "rotated": (
        "Stored sideways: {count}",
        "Cameras store pictures as they were held.",
        "They are turned upright.",
    ),
    "alpha": (
        "With transparent parts: {count}",
        "The networks see no transparency unless they learn four channels.",
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
    augmented: bool = True,
) -> list[Finding]:
    """Return everything out of the ordinary, what matters most first.

    Args:
        report: What `scan_folder` found.
        settings: What is to be made of the pictures; without, nothing depends on size or shape.
        inspection: What `inspect_folder` found; without, only headers are known.
        augmented: Whether the run has an augmentation, which helps where pictures are few.
    """
    found = [*_unusable(report, inspection), *_too_few(report, augmented)]
    if inspection is not None:
        found += _closer(inspection)
    found += _grey(report, settings, inspection)
    if settings is not None:
        found += _sizes(report, settings)
    found += [*_classes(report), *_pairs(report, settings)]
    for key, (title, consequence, rule) in _ORDINARY.items():
        files = report.marks.get(key, ())
        if files and key == "alpha":
            found += _alpha(report, files, settings)
        elif files:
            found.append(_finding(key, files, title, consequence, rule))
    if settings is None:
        return found
    return [_in_force(one, settings, len(report.files)) for one in found]


def _in_force(finding: Finding, settings: DataSettings, usable: int) -> Finding:
    """Say how the pictures of a finding are left out, and what of it these settings do already."""
    if finding.fix:
        paths = [path for path in finding.fix if path.startswith("data.")]
        now = {path: getattr(settings, path[5:]) for path in paths}
        done = all(_does(path, now.get(path), value) for path, value in finding.fix.items())
        undo = {path: type(settings).model_fields[path[5:]].default for path in paths}
        return replace(finding, done=done, undo=undo if done else {})
    if finding.key not in KINDS or finding.count >= usable:
        return finding
    kinds = settings.kinds_left_out
    if finding.key in kinds:
        rest = "|".join(kind for kind in kinds if kind != finding.key)
        return replace(finding, done=True, undo={"data.skip_kinds": rest})
    return replace(finding, leave_out={"data.skip_kinds": "|".join((*kinds, finding.key))})


def _does(path: str, now: Any, wanted: Any) -> bool:
    return bool(now is not None and (now >= wanted if path == "data.min_side" else now == wanted))


def safe_fixes(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the settings, by path, that [Fix all safe] changes."""
    safe = [one for one in findings if one.safe_fix and not one.done]
    return {path: value for one in safe for path, value in one.fix.items()}


def _finding(
    key: str,
    files: Sequence[str],
    title: str,
    consequence: str,
    rule: str,
    fix: Mapping[str, Any] | None = None,
    act: str = "",
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
        act=Message(act, **values) if fix else "",
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


def _too_few(report: DatasetReport, augmented: bool) -> Iterator[Finding]:
    if 0 < len(report.files) < FEW:
        yield _finding(
            "few",
            report.files,
            "Few pictures: {count}",
            "The networks learn so few by heart and copy them.",
            "Add more; a hundred is few, thousands are good.",
            {} if augmented else {"augment.kind": "diff_augment"},
            act="Turn augmentation on",
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
            act="Leave copies out",
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
            act="Leave them out",
        )
    if inspection.blank:
        yield _finding(
            "blank",
            inspection.blank,
            "Blank or nearly so: {count}",
            "The networks learn to make blank pictures.",
            "They are left out when blank pictures are.",
            {"data.skip_blank": True},
            act="Leave them out",
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
            act="Train in grey",
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


def _alpha(
    report: DatasetReport, files: Sequence[str], settings: DataSettings | None
) -> Iterator[Finding]:
    if settings is None or settings.channels != 4:
        rgba = {"data.channels": 4} if len(files) >= len(report.files) and settings else None
        yield _finding("alpha", files, *_ORDINARY["alpha"], rgba)
    elif len(files) < len(report.files):
        solid = sorted(set(report.files) - set(files))
        yield _finding(
            "solid",
            solid,
            "Without any transparency: {count}",
            "Some of what the networks make will fill its whole rectangle as well.",
            "They are opaque everywhere.",
        )


def _sizes(report: DatasetReport, settings: DataSettings) -> Iterator[Finding]:
    shape = settings.shape
    split = 1 + (settings.pairs == "side_by_side")
    sized = [
        (f, (w // split, h)) for f, (w, h) in zip(report.files, report.dimensions, strict=False)
    ]
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
            act="Leave them out" if enough else "Make images 64 px",
            safe=enough and settings.shape.width == settings.shape.height,
            width=shape.width,
            height=shape.height,
        )
    wanted = shape.width / shape.height
    odd = [name for name, (w, h) in sized if not 1 / _ODD < max(w, 1) / h / wanted < _ODD]
    if odd and settings.fit != "pad":
        yield _finding(
            "shapes",
            odd,
            "More than twice as long as the run’s images: {count}",
            "Cropped they lose more than half, stretched they are distorted.",
            "They are cropped or stretched as all others are.",
            {"data.fit": "pad"},
            act="Pad them instead",
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
        "All pictures are shown equally often, unless each class is.",
        {"data.balance": True},
        act="Show every class as often",
        largest=largest,
    )


def _pairs(report: DatasetReport, settings: DataSettings | None) -> Iterator[Finding]:
    chosen = settings.pairs if settings else "off"
    if chosen == "folders":
        yield from _folders(report)
    elif chosen == "side_by_side":
        yield from _halves(report)
    else:
        yield from _look_like_pairs(report)


def _folders(report: DatasetReport) -> Iterator[Finding]:
    found, size_of = pair_up(report.files), dict(zip(report.files, report.dimensions, strict=False))
    if found.alone:
        yield _finding(
            "pairs_alone",
            tuple(found.alone),
            "Without a partner: {count}",
            "A pair needs both: {reason}."
            if len(set(found.alone.values())) == 1
            else "A pair needs both of its pictures.",
            "They are left out and listed, each with its reason.",
            reason=next(iter(found.alone.values())),
        )
    uneven = [a for a, b in found.pairs if size_of.get(a) != size_of.get(b)]
    if uneven:
        yield _finding(
            "pairs_sizes",
            uneven,
            "Of another size than their partner: {count}",
            "What is cropped differently no longer lies on each other.",
            "Each is fitted to the size of the run by itself.",
        )


def _halves(report: DatasetReport) -> Iterator[Finding]:
    sized = list(zip(report.files, report.dimensions, strict=False))
    high = [name for name, (width, height) in sized if width < height]
    if high:
        yield _finding(
            "pairs_shape",
            high,
            "Higher than wide, although two stand side by side: {count}",
            "A picture that is no pair teaches the networks that its halves belong together.",
            "They are split in the middle as all others are.",
        )
    odd = [name for name, (width, _) in sized if width % 2]
    if odd:
        yield _finding(
            "pairs_odd",
            odd,
            "Of an odd width: {count}",
            "The middle is not between two pixels.",
            "The column in the middle is left out.",
        )


def _look_like_pairs(report: DatasetReport) -> Iterator[Finding]:
    halves = [f for f, (w, h) in zip(report.files, report.dimensions, strict=False) if w == 2 * h]
    if len(halves) > 1 and len(halves) == len(report.files):
        yield _finding(
            "pairs",
            halves,
            "Exactly twice as wide as high, all of them: {count}",
            "They look like pairs side by side, which are cropped as long as pairs are off.",
            "They are taken for single pictures.",
            {"data.pairs": "side_by_side"},
        )
    found = pair_up(report.files) if len(report.classes) == 2 else None
    if found and len(found.pairs) > 1 and not found.alone:
        yield _finding(
            "paired_folders",
            report.files,
            "Two subfolders with the same names: {count}",
            "They look like pairs of pictures, which are mixed as long as pairs are off.",
            "All of them are learnt as one kind.",
            {"data.pairs": "folders"},
        )
