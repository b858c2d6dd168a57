"""What the command line takes away: whatever an exporter makes, samples, the sample nearest to a picture."""

from __future__ import annotations

from pathlib import Path

from gan_engine.drafts import Draft
from gan_engine.errors import EngineError, SettingsError
from gan_engine.registry import find
from gan_engine.watching import bar_of, err, out
from gan_engine.words import share_of


def export_as(source: Path, table: Draft, what: str, target: Path) -> None:
    """Write what the exporter called `what`, with the settings in `table`, makes of `source`.

    Raises:
        SettingsError: It has no such settings.
        EngineError: There is no such exporter, or it cannot do it.
    """
    from gan_engine.export import EXPORTERS
    from gan_engine.export import export as write
    from gan_engine.problems import part_of

    exporter, problems = part_of(find(EXPORTERS, what), table)
    if exporter is None:
        raise SettingsError(problems)
    with bar_of(what) as (bar, task):
        for report in write(source, exporter, target):
            bar.update(task, completed=report.done, total=report.total)
            if report.note:
                err.print(report.note, markup=False, soft_wrap=True)
    out.print(str(target), markup=False, soft_wrap=True)


def write_grid(
    source: Path,
    ema_length: float | None,
    seeds: range,
    truncation: float,
    classes: tuple[str, str],
    target: Path,
) -> None:
    """Write samples as one picture; `classes` are a class, and another one with its share, or "".

    Raises:
        EngineError: There is no such class, or nothing to mix it with.
    """
    from gan_engine.export.images import side_by_side, words_of
    from gan_engine.imaging import write_png
    from gan_engine.sampling import open_sampler

    sampler = open_sampler(source, ema_length=ema_length)
    kind, mix = classes
    if mix and not kind:
        raise EngineError("Nothing says which class to mix it with.", hint="Add --class NAME.")
    label, share = sampler.label(kind) if kind else None, None
    if label is not None and mix:
        other, _, amount = mix.rpartition(":")
        part = share_of(amount)
        share = (label, sampler.label(other), part)
    pixels = sampler.images(seeds, truncation, label, share)
    words = words_of(sampler, f"{seeds[0]}-{seeds[-1]}", truncation)
    write_png(target, side_by_side(pixels, max(1, round(len(seeds) ** 0.5))), words)


def write_nearest(
    source: Path,
    ema_length: float | None,
    picture: Path,
    truncation: float,
    kind: str,
    target: Path,
) -> None:
    """Write the sample that is most like a picture, and say what it is called and how near it is.

    Raises:
        EngineError: There is no such class, or the picture cannot be used.
    """
    from gan_engine.export.images import side_by_side, words_of
    from gan_engine.imaging import write_png
    from gan_engine.projection import project
    from gan_engine.sampling import open_sampler

    sampler = open_sampler(source, ema_length=ema_length)
    label = sampler.label(kind) if kind else None
    with bar_of("looking", "steps") as (bar, task):
        for found in project(sampler, picture, truncation, label):
            bar.update(task, completed=found.done, total=found.total)
    pixels = sampler.at([found.spot], truncation)
    write_png(target, side_by_side(pixels, 1), words_of(sampler, str(found.spot), truncation))
    told = f"{target}: differs from the picture by {found.error:.1%} (RMS of the pixels)"
    for line in (told, str(found.spot)):
        out.print(line, markup=False, soft_wrap=True)
