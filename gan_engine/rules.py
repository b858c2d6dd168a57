"""The rules between settings: what no single setting can know of itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gan_engine.archives import is_archive, unread_archive
from gan_engine.data_settings import KINDS
from gan_engine.device import available_devices, unused_card
from gan_engine.losses import CrossEntropy, LeastSquares
from gan_engine.metrics import METRICS
from gan_engine.penalties import PENALTIES
from gan_engine.problems import Problem
from gan_engine.schema import Message, Ramp

if TYPE_CHECKING:
    from gan_engine.config import RunConfig


def _size_fits(config: RunConfig) -> Iterator[Problem]:
    yield from config.architecture.objections(config.data.shape)


def _folder_exists(config: RunConfig) -> Iterator[Problem]:
    path = config.data.path
    there, file = False, False
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # no name that a file could have
        there, file = path.is_dir() or is_archive(path), path.is_file()
    if there:
        return
    if file and (kind := unread_archive(path.name)):
        text = Message(
            "“{folder}” is packed as {kind}, which is not read here.",
            folder=config.data.folder,
            kind=kind,
        )
        hint = "Unpack it and choose the folder, or pack it again as zip, tar or tar.gz."
        yield Problem("data.folder", text, hint)
        return
    if file:
        text = Message(
            "“{folder}” is no folder, zip or tar of pictures.", folder=config.data.folder
        )
        yield Problem("data.folder", text, "Choose the folder it is in.")
        return
    text = Message("The folder “{folder}” is not there.", folder=config.data.folder)
    yield Problem("data.folder", text, "Choose another folder, or plug the disk in.")


def _background_is_a_colour(config: RunConfig) -> Iterator[Problem]:
    digits = config.data.background.removeprefix("#")
    if len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
        yield Problem(
            "data.background", Message("Is no colour."), "Write it as #rrggbb, for example #ffffff."
        )


def _kinds_are_known(config: RunConfig) -> Iterator[Problem]:
    for kind in config.data.kinds_left_out:
        if kind not in KINDS:
            text = Message("“{kind}” is no kind of picture.", kind=kind)
            hint = Message("Kinds are {kinds}.", kinds=", ".join(KINDS))
            yield Problem("data.skip_kinds", text, hint)


def _device_is_there(config: RunConfig) -> Iterator[Problem]:
    wanted = config.training.device
    if wanted == "cuda" and (unused := unused_card()):
        yield Problem("training.device", unused.text, unused.hint, suggestion="auto")
    elif wanted != "auto" and wanted not in available_devices():
        text = Message("There is no “{device}” that torch can use here.", device=wanted)
        yield Problem("training.device", text, "Choose “auto”.", suggestion="auto")


def _parts_are_equal(config: RunConfig) -> Iterator[Problem]:
    batch, parts = config.training.batch_size, config.training.accumulation
    if batch % parts:
        text = Message(
            "{batch} images cannot be shared evenly among {parts} parts.", batch=batch, parts=parts
        )
        nearest = min(divisors(batch), key=lambda count: abs(count - parts))
        hint = Message("Use {count}.", count=nearest)
        yield Problem("training.accumulation", text, hint, suggestion=nearest)


def divisors(batch: int) -> list[int]:
    """Return in how many equal parts a batch can be computed, the fewest first."""
    return [parts for parts in range(1, batch + 1) if batch % parts == 0]


def _pairing_means_something(config: RunConfig) -> Iterator[Problem]:
    loss = config.loss
    if loss.pairing == "each":
        return
    if loss.relative:
        yield Problem("loss.pairing", loss.relative, "Choose “each”.", suggestion="each")
    elif isinstance(loss, CrossEntropy) and loss.saturating:
        text = Message("The saturating form has no relative counterpart.")
        yield Problem(
            "loss.saturating", text, "Turn it off, or judge each image by itself.", suggestion=False
        )


def _least_squares_pulls_apart(config: RunConfig) -> Iterator[Problem]:
    loss = config.loss
    if isinstance(loss, LeastSquares) and loss.fake_target == loss.real_target:
        text = Message("Real and fake have the same target: D learns nothing.")
        yield Problem("loss.fake_target", text, "Use 0 for fakes and 1 for reals.", suggestion=0.0)


def _every_target_counts(config: RunConfig) -> Iterator[Problem]:
    loss = config.loss
    if not isinstance(loss, LeastSquares) or loss.pairing == "each":
        return
    if loss.wanted_target != loss.real_target:
        text = Message("With relative scores G plays for D's own targets: this one is not used.")
        hint = "Set it to D's real target, or judge each image by itself."
        suggestion = loss.real_target
        yield Problem("loss.wanted_target", text, hint, suggestion=suggestion, severity="warning")


def _relative_targets_are_opposite(config: RunConfig) -> Iterator[Problem]:
    loss = config.loss
    if not isinstance(loss, LeastSquares) or loss.pairing == "each":
        return
    if loss.real_target and loss.fake_target != -loss.real_target:
        text = Message(
            "A fake is as far below a real as that is above it: these targets pull against each other."
        )
        hint = Message("Use {target:g}, as in the paper.", target=-loss.real_target)
        suggestion = -loss.real_target
        yield Problem("loss.fake_target", text, hint, suggestion=suggestion, severity="warning")


def _batch_norm_and_penalties(config: RunConfig) -> Iterator[Problem]:
    for penalty in config.penalties:
        if penalty.couples and config.architecture.d_mixes_batch:
            yield Problem(f"penalties.{penalty.kind}", penalty.couples, "Turn batch norm in D off.")


def _paths_need_styles(config: RunConfig) -> Iterator[Problem]:
    for penalty in config.penalties:
        if penalty.kind == "path_length" and not config.architecture.truncates:
            text = Message("Path length needs an architecture with styles.")
            yield Problem("penalties.path_length", text, "Turn it off, or choose “Style”.")


def _pairs_are_for_some(config: RunConfig) -> Iterator[Problem]:
    kind, data = type(config.architecture), config.data
    if kind.needs_pairs and not data.paired:
        text = Message(
            "“{kind}” makes a picture from another one: it needs pairs.", kind=kind.title
        )
        hint = "Say where the pairs are: in two folders, or side by side in each picture."
        yield Problem("data.pairs", text, hint)
    elif data.paired and not kind.needs_pairs:
        text = Message(
            "“{kind}” makes pictures from nothing: it has no use for pairs.", kind=kind.title
        )
        hint = "Choose the preset pix2pix, which learns from pairs, or turn pairs off."
        yield Problem("data.pairs", text, hint, suggestion="off")


def _batch_is_large_enough(config: RunConfig) -> Iterator[Problem]:
    least = config.architecture.least_batch
    if config.training.batch_size < least:
        text = Message("These networks learn from {least} images at once, or more.", least=least)
        hint = Message("Use {least}.", least=least)
        yield Problem("training.batch_size", text, hint, suggestion=least)


def _penalties_and_pairs(config: RunConfig) -> Iterator[Problem]:
    for penalty in config.penalties:
        why = penalty.spoils_pairs if config.data.paired else penalty.needs_pairs
        if why:
            yield Problem(f"penalties.{penalty.kind}", why, "Turn it off.")


def _pairs_rule_out(config: RunConfig) -> Iterator[Problem]:
    if not config.data.paired:
        return
    if config.data.classes:
        text = Message("Subfolders are the two sides of pairs here, not classes.")
        yield Problem("data.classes", text, "Turn it off, or turn pairs off.", suggestion=False)
    for metric in config.metrics:
        if metric.kind == "memorisation":
            text = Message("Of pairs the right picture is a training picture: nothing is copied.")
            yield Problem("metrics.memorisation", text, "Turn it off.")


def _metrics_have_what_they_need(config: RunConfig) -> Iterator[Problem]:
    for metric in config.metrics:
        for problem in metric.objections():  # it stops no run: metrics are then left out
            path = f"metrics.{metric.kind}.{problem.path}"
            yield replace(problem, path=path, severity="warning")


def _steepness_is_held(config: RunConfig) -> Iterator[Problem]:
    holding = (penalty for penalty in config.penalties if penalty.on == "d" and penalty.weight != 0)
    if not config.architecture.d_is_bounded and not any(holding):
        text = Message(
            "Nothing keeps D from growing steep: such runs peak early and then get worse."
        )
        yield Problem(
            "penalties",
            text,
            "Turn R1 on, or spectral norm in the architecture.",
            severity="warning",
        )


def _ramps_are_sane(config: RunConfig) -> Iterator[Problem]:
    for name in ("optimizer_g", "optimizer_d"):
        rate = getattr(config, name).rate
        if isinstance(rate, Ramp) and rate.images > config.training.images:
            text = Message("The rate is still moving when the run ends.")
            yield Problem(
                f"{name}.rate", text, "Set its images to 0: the whole run.", severity="warning"
            )


_ABOUT_PARTS = (
    _batch_norm_and_penalties,
    _paths_need_styles,
    _pairs_rule_out,
    _penalties_and_pairs,
)


def obstacles(config: RunConfig) -> dict[str, Problem]:
    """Return why parts that are off cannot be turned on, by the path they would be at."""
    every = {"penalties": PENALTIES, "metrics": METRICS}
    chosen = {f"{name}.{part.kind}" for name in every for part in getattr(config, name)}
    tried = {name: tuple(kind() for kind in kinds) for name, kinds in every.items()}
    # Every part at once, unchecked: each rule looks at the parts one by one.
    wrong = (p for rule in _ABOUT_PARTS for p in rule(config.model_copy(update=tried)))
    return {problem.path: problem for problem in wrong if problem.path not in chosen}


RULES: tuple[Callable[[RunConfig], Iterator[Problem]], ...] = (
    _size_fits,
    _folder_exists,
    _background_is_a_colour,
    _kinds_are_known,
    _device_is_there,
    _parts_are_equal,
    _pairing_means_something,
    _least_squares_pulls_apart,
    _every_target_counts,
    _relative_targets_are_opposite,
    _batch_norm_and_penalties,
    _paths_need_styles,
    _pairs_are_for_some,
    _pairs_rule_out,
    _penalties_and_pairs,
    _metrics_have_what_they_need,
    _batch_is_large_enough,
    _steepness_is_held,
    _ramps_are_sane,
)
