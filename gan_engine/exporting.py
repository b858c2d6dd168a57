"""Export on the command line: an exporter by its name, its settings, and a bar while it writes."""

from __future__ import annotations

from pathlib import Path

from gan_engine.drafts import Draft
from gan_engine.errors import SettingsError
from gan_engine.registry import find
from gan_engine.watching import bar_of, err, out


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
