"""What is known of a folder, as a table for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from gan_engine.data.finding import Finding
from gan_engine.data.pairs import Pairing
from gan_engine.data.scan import DatasetReport
from gan_engine.data.spread import size_for, suggest_size

_LISTED = 12  # sizes, modes and classes named at most


def as_table(
    report: DatasetReport,
    findings: Sequence[Finding],
    pairing: Pairing | None,
) -> dict[str, Any]:
    """Return everything, as JSON can hold it; with pairs, how many and what has no partner.

    `images`, `bad` and `others` add up to `total`.
    """
    found = {
        "folder": str(report.folder),
        "total": report.total,
        "images": len(report.files),
        "others": report.others,
        "bad": [asdict(bad) for bad in report.bad],
        "sizes": {_size(size): count for size, count in report.sizes.items()},
        "modes": report.modes,
        "formats": report.formats,
        "classes": report.classes,
        "suggested": asdict(suggest_size(report, size_for("auto"))),
        "findings": [asdict(finding) for finding in findings],
        "problems": [str(problem) for problem in report.problems()],
    }
    if pairing:
        found |= {"pairs": len(pairing.pairs), "alone": dict(pairing.alone)}
    return found


def as_lines(
    report: DatasetReport,
    findings: Sequence[Finding],
    pairing: Pairing | None,
) -> Iterator[str]:
    """Yield what somebody at a terminal wants to know."""
    files, bad, others = len(report.files), len(report.bad), report.others
    yield f"{_count(files, 'image')}, {bad} unreadable, {_count(others, 'other file')}"
    if pairing:
        yield f"{_count(len(pairing.pairs), 'pair')}, {len(pairing.alone)} without a partner"
    known = ("sizes", report.sizes), ("modes", report.modes), ("classes", report.classes)
    for name, counts in known:
        shown = ", ".join(f"{_size(key)}: {n}" for key, n in list(counts.items())[:_LISTED])
        if shown:
            yield f"{name}: {shown}"
    if report.files:
        suggestion = suggest_size(report, size_for("auto"))
        yield f"suggested size: {suggestion.size} px. {suggestion.reason}"
    for one in report.bad:
        yield f"{one.path}: {one.reason}"
    for finding in findings:
        if finding.done and finding.act:  # what it would do to a run, it does not do to this one
            yield f"{finding.title}. Settled: {finding.act}."
            continue
        yield f"{finding.title}. {finding.consequence} {finding.rule}"
        changes = " ".join(f"{path}={_given(value)}" for path, value in finding.fix.items())
        if changes:
            yield f"    --set {changes}"


def _given(value: object) -> str:
    """Return a setting's value as it is given behind --set."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _size(key: object) -> str:
    return f"{key[0]}x{key[1]}" if isinstance(key, tuple) else str(key)
