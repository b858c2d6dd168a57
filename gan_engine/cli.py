"""Train, resume, follow, tell, sample, export, scan, check and list presets without a window."""

from __future__ import annotations

import io
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer
from typer.core import TyperGroup

from gan_engine import commands, configfile
from gan_engine.data_settings import Pairs
from gan_engine.drafts import escape, merge, put
from gan_engine.errors import EngineError
from gan_engine.exporting import export_as, write_grid, write_nearest
from gan_engine.schema import Message
from gan_engine.watching import complain, err, out, show_fitting, unreachable, watch
from gan_engine.words import count_of, pair, with_pairs

if TYPE_CHECKING:
    from gan_engine.events import Event
    from gan_engine.training.ranks import Ranks


class _Commands(TyperGroup):
    """The commands; their flags are shown without a value, for they take none."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        for one in found.get_params(ctx) if found else ():
            one.metavar = "" if getattr(one, "is_flag", False) else one.metavar
        return found


app = typer.Typer(
    cls=_Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)

_ORDERS = "pause, resume, stop, sample, save, evaluate"
_ANSWER_S = 10
"""How long a run's answer is waited for."""

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Any setting, in any order: --set loss.kind=hinge --set penalties.r1={}."
    ),
]
Images = Annotated[
    str, typer.Option(help="How many images to see: 50000, 50k or 2M; after resume also +50k.")
]
RunFolder = Annotated[Path, typer.Argument(help="A run's folder.", resolve_path=True)]
Source = Annotated[
    Path,
    typer.Argument(
        help="A run's folder, of which the newest save is taken; one of its checkpoints, best.safetensors"
        " for example; or an export.",
        resolve_path=True,
    ),
]


def main() -> None:
    """Run the command line; ends the process with 0, 1, 129, 130 or 143."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names on a disk need not be UTF-8
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except EngineError as error:
        complain(error)
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        show = getattr(error, "format_message", None)  # the parser's own complaints
        if show is not None:
            err.print(show().replace("Value error, ", ""), markup=False, soft_wrap=True)
        elif isinstance(error, OSError) and error.filename is not None:
            complain(unreachable(error))
        else:
            raise
        sys.exit(1)


@app.command()
def train(
    settings: Annotated[Path | None, typer.Argument(help="A run.toml.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="The built-in images with settings for any computer.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="A folder of pictures.")] = None,
    preset: Annotated[str, typer.Option(help="Settings with a name; see `presets`.")] = "",
    change: Set = None,
    images: Images = "",
    folder: Annotated[Path | None, typer.Option("--out", help="The run's folder; new.")] = None,
    start_from: Annotated[
        Path | None,
        typer.Option(help="Weights to begin with, .safetensors or .pt, where they fit."),
    ] = None,
) -> None:
    """Train a GAN on a folder of pictures."""
    from gan_engine.config import default_draft, parse
    from gan_engine.training import go_on_or_train, launched, leads
    from gan_engine.training import train as start

    if demo and (settings or data):
        raise EngineError(
            "--demo brings pictures and settings of its own.",
            hint="Leave out --demo, or what stands beside it.",
        )
    draft = configfile.with_preset(configfile.find_preset(preset)) if preset else default_draft()
    if demo or (not preset and settings is None):
        draft = configfile.with_preset(configfile.find_preset(preset or "quick-cpu-32"))
    if settings is not None:
        if settings.is_dir():
            raise EngineError(
                "“{name}” is a folder, not a settings file.",
                hint="Write --data before a folder of pictures.",
                name=escape(settings.absolute().name),
            )
        given = configfile.read_given(settings, ("data.folder",) if data is not None else ())
        draft = merge(draft, given) if preset else given
    if data is not None:
        draft = put(draft, "data.folder", escape(str(data.expanduser().absolute())))
    elif settings is None and not demo:
        raise EngineError(
            "Nothing says which pictures to learn.", hint="Add --data FOLDER, or --demo."
        )
    draft = with_pairs(draft, change or ())
    if images:
        draft = put(draft, "training.images", count_of(images))
    config = parse(draft)
    if start_from is not None and leads():
        show_fitting(config, start_from)
    if launched():
        if folder is None:
            raise EngineError(
                "Several processes need one folder to train into.",
                hint="Add --out FOLDER; the same command then also goes on with the run.",
            )
        _together(lambda inbox, ranks: go_on_or_train(config, folder, inbox, ranks, start_from))
    else:
        watch(lambda inbox: start(config, inbox, folder, start_from))


@app.command()
def resume(
    run: RunFolder,
    images: Images = "",
    changed: Annotated[
        Literal["ask", "prepared", "anew"],
        typer.Option(help="When the pictures have changed: go on with those prepared, or anew."),
    ] = "ask",
) -> None:
    """Go on with a run from its newest checkpoint."""
    from gan_engine.training import launched, read_run
    from gan_engine.training import resume as start

    total = None
    if images:
        more = images.startswith("+")
        info = read_run(run)
        base = (
            max(info.images_total, info.saved_images) if info.state == "done" else info.saved_images
        )
        total = count_of(images.removeprefix("+")) + (base if more else 0)
    if launched():
        _together(lambda inbox, ranks: start(run, inbox, total, changed=changed, ranks=ranks))
    else:
        watch(lambda inbox: start(run, inbox, total, changed=changed))


@app.command()
def follow(
    run: RunFolder,
) -> None:
    """Watch a run that another process trains, also on a mounted disk; Ctrl+C only ends the watching."""
    from gan_engine.training import follow as start
    from gan_engine.training.folder import SETTINGS

    if not (run / SETTINGS).exists():
        err.print("There is no run yet: waiting until there is. Ctrl+C ends that.")
    watch(lambda inbox: start(run, inbox), on_signal=commands.Leave())


@app.command()
def tell(
    run: RunFolder,
    what: Annotated[str, typer.Argument(help=f"{_ORDERS} or set.")],
    changes: Annotated[
        list[str] | None, typer.Argument(help="After set: path=value, one or several.")
    ] = None,
) -> None:
    """Tell a run that another process trains what to do; waits for its answer."""
    from gan_engine.training import answer
    from gan_engine.training import tell as leave
    from gan_engine.training.mail import KINDS

    if what not in {*_ORDERS.split(", "), "set"} or (what == "set") != bool(changes):
        raise EngineError(
            "“{what}” is nothing a run can be told.",
            hint="Write pause, resume, stop, sample, save, evaluate, or set path=value.",
            what=" ".join([what, *(changes or ())]),
        )
    changed = [commands.Change(*pair(text)) for text in changes or ()]
    orders: list[commands.Command] = [*changed] if what == "set" else [KINDS[what]()]
    names = [leave(run, order) for order in orders]
    until = time.monotonic() + _ANSWER_S
    for name in names:
        while (answered := answer(run, name)) is None and time.monotonic() < until:
            time.sleep(0.1)
        if answered is None:
            out.print(f"{what}: no answer yet; it waits in the run's inbox.")
        elif answered[1]:
            raise EngineError(
                "The run refused it: {why}.", hint="Mend it, then tell it again.", why=answered[1]
            )
        else:
            out.print(f"{what}: taken after {answered[0]:,} images.")


@app.command()
def sample(
    source: Source,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many images.")] = 64,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The first seed.")] = 0,
    truncation: Annotated[
        float, typer.Option(min=0, max=2, help="Below 1 samples are safer and less varied.")
    ] = 1.0,
    kind: Annotated[str, typer.Option("--class", help="Of which class; all in turn if none.")] = "",
    mix: Annotated[
        str, typer.Option(help="Another class and its share: with --class cat, --mix dog:0.5.")
    ] = "",
    ema_length: Annotated[
        float | None, typer.Option(help="Rebuild an average of this length; needs ema.any_length.")
    ] = None,
    inputs: Annotated[
        Path | None, typer.Option(help="For pix2pix: a folder of pictures to make others from.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="A picture: look for the sample nearest to it.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="A PNG for the grid (grid.png) or the nearest sample (nearest.png); with --inputs a"
            " folder (pictures).",
        ),
    ] = None,
) -> None:
    """Make images with a trained generator: a grid, the one most like a picture, or from pictures."""
    if like is not None and (inputs is not None or mix):
        raise EngineError(
            "A picture is looked for alone.", hint="Leave out --inputs and --mix, or --like."
        )
    if inputs is not None:
        export_as(
            source,
            {"inputs": escape(str(inputs.expanduser().absolute()))},
            "pictures",
            target or Path("pictures"),
        )
        return
    if like is not None:
        target = target or Path("nearest.png")
        write_nearest(source, ema_length, like, truncation, kind, target)
        return
    target, seeds = target or Path("grid.png"), range(seed, seed + count)
    write_grid(source, ema_length, seeds, truncation, (kind, mix), target)
    out.print(str(target), markup=False, soft_wrap=True)


@app.command()
def export(
    source: Source,
    what: Annotated[
        str,
        typer.Option(
            help="ema, checkpoint, onnx, grid, images, styles, walk, time_lapse, pictures, curves, tensorboard."
        ),
    ],
    target: Annotated[
        Path, typer.Option("--out", help="The file, or for single images the folder.")
    ],
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="How: --set rows=4 --set columns=6 --set seed=7."),
    ] = None,
) -> None:
    """Take away a generator, a checkpoint, samples in a grid, a file each or moving, or pictures made from others."""
    export_as(source, with_pairs({}, change or ()), what, target)


@app.command()
def scan(
    folder: Annotated[Path, typer.Argument(help="A folder of pictures, a zip, a tar, an array.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Read headers only.")] = False,
    size: Annotated[int, typer.Option(min=8, max=1024, help="Of the images of the run.")] = 64,
    pairs: Annotated[str, typer.Option(help="off, folders (a and b) or side_by_side.")] = "off",
) -> None:
    """Say what is in a folder and what is wrong with it."""
    if pairs not in get_args(Pairs):
        kinds = Message("There are: {names}.", names=", ".join(get_args(Pairs)))
        raise EngineError("“{pairs}” is no kind of pairs.", hint=kinds, pairs=pairs)
    from gan_engine.data import (
        DatasetReport,
        Inspection,
        diagnose,
        inspect_folder,
        pairs_in,
        scan_folder,
    )
    from gan_engine.data.telling import as_lines, as_table
    from gan_engine.data_settings import DataSettings

    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)  # the scan ends with its report, or raises
    looks = () if quick or not report.files else inspect_folder(folder)
    inspection = next((look for look in looks if isinstance(look, Inspection)), None)
    report = report.without(inspection.bad) if inspection else report
    settings = DataSettings(folder=str(folder), size=size, pairs=pairs)
    findings = diagnose(report, settings, inspection, augmented=False)
    together = pairs_in(settings, report.files)
    known = report, findings, together
    problems = report.problems()
    if as_json:
        sys.stdout.write(json.dumps(as_table(*known), ensure_ascii=True, default=str) + "\n")
    else:
        for line in as_lines(*known):
            out.print(line, markup=False, soft_wrap=True)
        for problem in problems:
            err.print(str(problem), markup=False, soft_wrap=True)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@app.command()
def check(
    settings: Annotated[Path, typer.Argument(help="A run.toml.")],
    cost: Annotated[bool, typer.Option("--cost", help="Also measure what it takes.")] = False,
) -> None:
    """Say everything that is wrong with a run file, before it is started."""
    from gan_engine import config
    from gan_engine.pricing import checked, priced

    valid, problems = config.check(configfile.read_given(settings))
    for problem in problems:
        err.print(f"{problem.severity}: {problem}", markup=False, soft_wrap=True)
    if valid is None:
        raise typer.Exit(1)
    for line in (*checked(valid, settings.name), *(priced(valid) if cost else ())):
        out.print(line, markup=False, soft_wrap=True)


@app.command()
def presets() -> None:
    """List the presets there are."""
    for preset in configfile.read_presets():
        out.print(f"[bold]{preset.key}[/]  {preset.title}{'  (yours)' if preset.own else ''}")
        out.print(f"    {preset.about}", markup=False, soft_wrap=True)


def _together(start: Callable[[commands.Inbox, Ranks], Iterator[Event]]) -> None:
    """Train as one of several processes: the first one leads and is shown, the others serve it."""
    from gan_engine.training import join, serve
    from gan_engine.training.ranks import Together

    ranks = join()
    try:
        if not isinstance(ranks, Together) or ranks.rank == 0:
            watch(lambda inbox: start(inbox, ranks))
        else:  # a signal reaches all: the first one saves, then ends the others
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            serve(ranks, complain)
    finally:
        ranks.leave()


__all__ = ["app", "main"]

if __name__ == "__main__":
    main()
