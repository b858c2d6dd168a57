"""What is out of the ordinary in a folder of pictures, what it does to a run, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from gan_engine.data.finding import Finding, finding
from gan_engine.data.inspection import Inspection
from gan_engine.data.pair_findings import about_pairs
from gan_engine.data.scan import FEW, DatasetReport
from gan_engine.data_settings import KINDS, DataSettings

_LOPSIDED = 5  # times as many in the largest class as in the smallest
_ODD = 2.0  # times as long, for its width, as the run's images: half of it would be cropped

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
    if inspection is not None:
        report = report.without(inspection.bad)
    found = [*_unusable(report), *_too_few(report, augmented), *about_pairs(report, settings)]
    if inspection is not None:
        found += _closer(inspection)
    found += _grey(report, settings, inspection)
    if settings is not None:
        found += _sizes(report, settings)
    found += _classes(report)
    for key, (title, consequence, rule) in _ORDINARY.items():
        files = report.marks.get(key, ())
        if files and key == "alpha":
            found += _alpha(report, files, settings)
        elif files:
            found.append(finding(key, files, title, consequence, rule))
    if settings is None:
        return found
    return [_in_force(one, settings, len(report.files)) for one in found]


def _in_force(one: Finding, settings: DataSettings, usable: int) -> Finding:
    """Say how the pictures of a finding are left out, and what of it these settings do already."""
    if one.fix:
        paths = [path for path in one.fix if path.startswith("data.")]
        now = {path: getattr(settings, path[5:]) for path in paths}
        done = all(_does(path, now.get(path), value) for path, value in one.fix.items())
        undo = {path: type(settings).model_fields[path[5:]].default for path in paths}
        return replace(one, done=done, undo=undo if done else {})
    if one.key not in KINDS or one.count >= usable:
        return one
    kinds = settings.kinds_left_out
    if one.key in kinds:
        rest = "|".join(kind for kind in kinds if kind != one.key)
        return replace(one, done=True, undo={"data.skip_kinds": rest})
    return replace(one, leave_out={"data.skip_kinds": "|".join((*kinds, one.key))})


def _does(path: str, now: Any, wanted: Any) -> bool:
    return bool(now is not None and (now >= wanted if path == "data.min_side" else now == wanted))


def safe_fixes(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the settings, by path, that [Fix all safe] changes."""
    safe = [one for one in findings if one.safe_fix and not one.done]
    return {path: value for one in safe for path, value in one.fix.items()}


def _unusable(report: DatasetReport) -> Iterator[Finding]:
    if report.bad:
        yield finding(
            "unreadable",
            [one.path for one in report.bad],
            "Cannot be read: {count}",
            "The run goes on without them.",
            "They are left out and listed, each with its reason.",
        )


def _too_few(report: DatasetReport, augmented: bool) -> Iterator[Finding]:
    if 0 < len(report.files) < FEW:
        yield finding(
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
        yield finding(
            "duplicates",
            spare,
            "Copies of others: {count}",
            "What is there twice is learned twice as well, and at last by heart.",
            "One of each is kept when duplicates are left out.",
            {"data.skip_duplicates": True},
            act="Leave copies out",
            safe=True,
        )
    again = [name for group in inspection.similar for name in group[1:]]
    if again:
        yield finding(
            "similar",
            again,
            "Look like others: {count}",
            "Smaller copies and repeated shots weigh more than they should.",
            "The largest of each is kept when near duplicates are left out; look at them first.",
            {"data.skip_similar": True},
            act="Leave them out",
        )
    if inspection.blank:
        yield finding(
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
        yield finding(
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
        yield finding(
            "grey",
            files,
            "Grey among colour: {count}",
            "Some of what the networks make will be grey as well.",
            "They are spread over three equal channels.",
        )


def _alpha(
    report: DatasetReport, files: Sequence[str], settings: DataSettings | None
) -> Iterator[Finding]:
    every = len(files) >= len(report.files)
    if every or settings is None or settings.channels != 4:
        fix = {"data.channels": 4} if every and settings else None
        yield finding("alpha", files, *_ORDINARY["alpha"], fix, act="Learn transparency too")
    else:
        yield finding(
            "solid",
            sorted(set(report.files) - set(files)),
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
        yield finding(
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
        yield finding(
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
    yield finding(
        "classes",
        small,
        "Classes with far fewer pictures than “{largest}”: {count}",
        "The networks see, and make, mostly what there is most of.",
        "All pictures are shown equally often, unless each class is.",
        {"data.balance": True},
        act="Show every class as often",
        largest=largest,
    )
