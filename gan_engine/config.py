"""All settings of a run, and the rules between them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from gan_engine.architectures import ARCHITECTURES, DCGAN, Architecture
from gan_engine.augment import AUGMENTATIONS, Augmentation, NoAugmentation
from gan_engine.data_settings import DataSettings
from gan_engine.drafts import Draft, drop
from gan_engine.errors import SettingsError
from gan_engine.losses import LOSSES, AdversarialLoss, CrossEntropy
from gan_engine.metrics import METRICS, Diversity, Metric, SlicedWasserstein
from gan_engine.optimizers import OPTIMIZERS, Adam, Optimizer
from gan_engine.penalties import PENALTIES, R1, Penalty
from gan_engine.problems import Problem, problems_of
from gan_engine.rules import RULES
from gan_engine.schema import (
    EachOf,
    Message,
    OneOf,
    Part,
    Varying,
    option,
    section,
    settings_of,
    walk,
)

FORMAT = 1
"""The version of run files; a larger one is from the future."""


class EmaSettings(Part):
    """The averaged G: what samples, exports and grids are made with."""

    title = "Averaging"
    half_life: Varying = option(
        10_000,
        ge=0,
        le=10_000_000,
        live=True,
        scale="log",
        unit="images",
        help="How long the average of G remembers; 0 shows G itself.",
    )
    any_length: bool = option(
        False,
        advanced=True,
        help="Also keep averages from which one of any length can be made afterwards; takes disk.",
    )
    ramp_up: float = option(
        0.05,
        ge=0,
        le=1,
        advanced=True,
        help="Early on, remember at most this share of the images seen; 0 is the full length at once.",
    )


class TrainingSettings(Part):
    """How long, how much at once, on what."""

    title = "Training"
    images: int = option(
        1_000_000,
        ge=1,
        le=10**10,
        scale="log",
        unit="images",
        help="Stop after D has seen so many real images.",
    )
    batch_size: int = option(
        64, ge=1, le=4096, help="Images an update learns from. Lower it when memory runs out."
    )
    accumulation: int = option(
        1, ge=1, le=1024, label="Parts of a batch", unit="parts", advanced=True,
        help="Compute a batch in so many equal parts: less memory, more time, the same update. Only what looks at a batch as a whole, such as batch norm, the variety of a batch or matched features, sees a part.",
    )  # fmt: skip
    recompute: bool = option(
        False, label="Recompute activations", advanced=True,
        help="Compute inner maps twice instead of keeping them: less memory, more time, the same update.",
    )  # fmt: skip
    d_steps: int = option(
        1,
        ge=1,
        le=20,
        label="D steps per G step",
        help="Let D learn more often than G; 5 for Wasserstein critics.",
    )
    gradient_clip: float = option(
        0.0, ge=0, le=1000, advanced=True, help="Limit the gradient's norm; 0 is off."
    )
    seed: int = option(
        0, ge=0, le=2**31 - 1, help="The same seed, settings and machine give the same run."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = option(
        "auto",
        help="Which processor trains.",
        names={
            "auto": "The fastest there is",
            "cpu": "CPU",
            "cuda": "NVIDIA or AMD GPU",
            "mps": "Apple GPU",
        },
    )
    acceleration: Literal["auto", "eager", "graph", "compile"] = option(
        "auto",
        advanced=True,
        help="How updates are run; the same results. Automatic is the fastest that starts at once; graphs spare a GPU the waiting for Python.",
        names={
            "auto": "Automatic",
            "eager": "Step by step",
            "graph": "CUDA graphs",
            "compile": "Compiled",
        },
    )
    precision: Literal["auto", "fp32", "bf16"] = option(
        "auto",
        advanced=True,
        help="bf16 is faster on recent GPUs and some CPUs, and slower on others; auto knows.",
        names={"auto": "Automatic", "fp32": "fp32", "bf16": "bf16"},
    )
    memory_format: Literal["auto", "contiguous", "channels_last"] = option(
        "auto",
        advanced=True,
        help="In which order maps lie in memory; the same results but for rounding. Auto tries both where that takes a moment.",
        names={
            "auto": "Automatic",
            "contiguous": "A channel after the other",
            "channels_last": "A pixel after the other",
        },
    )
    threads: int = option(
        0,
        ge=0,
        le=1024,
        advanced=True,
        label="CPU threads",
        help="How many cores of a CPU compute; 0 is as many as are fastest. Fewer leave more of it to other programs.",
    )
    sync_batch_norm: bool = option(
        False,
        advanced=True,
        label="Batch norm over all GPUs",
        help="With several GPUs: normalise by the whole batch instead of each GPU's share; slower.",
    )
    inbox: bool = option(
        True,
        advanced=True,
        label="Commands by file",
        help="Take commands that others leave as files in the run's folder: pause, stop, settings.",
    )


class SampleSettings(Part):
    """The grid that shows how far G is: always from the same latents."""

    title = "Sample grid"
    rows: int = option(6, ge=1, le=32, help="Rows of the grid.")
    columns: int = option(8, ge=1, le=32, help="Columns of the grid.")
    every_seconds: float = option(
        5.0,
        ge=0.5,
        le=3600,
        live=True,
        unit="s",
        help="How often a grid is drawn and kept; the first comes at once.",
    )
    seed: int = option(
        0, ge=0, le=2**31 - 1, advanced=True, help="The first sample's seed; the next follow."
    )
    room_gb: float = option(
        2.0,
        ge=0.001,
        le=100_000,
        scale="log",
        unit="GB",
        label="Room on disk",
        advanced=True,
        help="What a run's grids may take: beyond it every second of the older ones goes.",
    )


class CheckpointSettings(Part):
    """How often work is saved, and how much of it is kept."""

    title = "Saving"
    every_images: int = option(
        100_000, ge=1, le=10**9, scale="log", unit="images", help="Save at least this often."
    )
    every_minutes: float = option(
        10.0, ge=0.1, le=10.0, unit="min", help="And at least this often."
    )
    keep: int = option(3, ge=1, le=1000, help="How many of the newest checkpoints to keep.")


class MeasuringSettings(Part):
    """How much time the metrics may take."""

    title = "Measuring"
    share: float = option(
        0.05,
        ge=0,
        le=0.5,
        help="Which share of the time metrics may take; 0 measures nothing.",
    )


class RunConfig(Part):
    """Everything that decides what a run does; immutable."""

    format: Literal[1] = 1
    data: DataSettings = section(DataSettings)
    architecture: Annotated[Architecture, OneOf(ARCHITECTURES)] = option(
        DCGAN(), help="The two networks."
    )
    loss: Annotated[AdversarialLoss, OneOf(LOSSES)] = option(
        CrossEntropy(), help="What the networks play for."
    )
    penalties: Annotated[tuple[Penalty, ...], EachOf(PENALTIES)] = option(
        (R1(interval=4),), help="What keeps D from growing steep."
    )
    augment: Annotated[Augmentation, OneOf(AUGMENTATIONS)] = option(
        NoAugmentation(),
        label="Augmentation",
        help="Changes to what D sees, so that few images are not learned by heart.",
    )
    optimizer_g: Annotated[Optimizer, OneOf(OPTIMIZERS)] = option(
        Adam(), label="Optimiser of G", help="How G's weights follow their gradients."
    )
    optimizer_d: Annotated[Optimizer, OneOf(OPTIMIZERS)] = option(
        Adam(), label="Optimiser of D", help="How D's weights follow their gradients."
    )
    ema: EmaSettings = section(EmaSettings)
    metrics: Annotated[tuple[Metric, ...], EachOf(METRICS)] = option(
        (SlicedWasserstein(images=256), Diversity(images=128)),
        help="Numbers for how good samples are; the checkpoint best by the first one is kept.",
    )
    measuring: MeasuringSettings = section(MeasuringSettings)
    training: TrainingSettings = section(TrainingSettings)
    samples: SampleSettings = section(SampleSettings)
    checkpoint: CheckpointSettings = section(CheckpointSettings)

    def draft(self) -> Draft:
        """Return these settings as plain nested tables."""
        return self.model_dump()


def check(draft: Mapping[str, Any]) -> tuple[RunConfig | None, list[Problem]]:
    """Return the config that `draft` means, when it means one, and everything wrong with it.

    The config is None exactly when a problem is an error. Rules between settings look at the
    last valid values: a setting that is wrong by itself counts as its default there.
    """
    version = draft.get("format", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        text = Message(
            "These settings are from a newer version of the program (format {found}).",
            found=version,
        )
        return None, [Problem("format", text, "Update the program, then open them again.")]
    whole, broken, found = _complete(draft), dict(draft), list[Problem]()
    config: RunConfig | None = None
    for _ in range(len(list(walk(RunConfig, whole))) + 2):
        try:
            config = RunConfig.model_validate(whole)
            break
        except ValidationError as error:
            fresh = problems_of(error, RunConfig, broken)
            found += [p for p in fresh if p.path not in {q.path for q in found}]
            for problem in fresh:
                whole = drop(whole, problem.path.removesuffix(".kind"))
            whole = _complete(whole)
    if config is None:
        return None, found
    wrong = tuple(problem.path for problem in found)
    ruled = [p for rule in RULES for p in rule(config) if not p.path.startswith(wrong)]
    found += ruled
    failed = any(problem.severity == "error" for problem in found)
    return (None if failed else config), found


def parse(draft: Mapping[str, Any], despite: Container[str] = ()) -> RunConfig:
    """Return the config that `draft` means.

    Args:
        draft: Settings as tables.
        despite: Paths at which a rule may be broken: a run whose folder is unplugged goes on.

    Raises:
        SettingsError: It means none; every problem is in it.
    """
    config, problems = check(draft)
    if config is not None:
        return config
    if any(p.severity == "error" and p.path not in despite for p in problems):
        raise SettingsError(problems)
    try:
        return RunConfig.model_validate(_complete(draft))
    except ValidationError as error:
        raise SettingsError(problems) from error


def image_settings(draft: Mapping[str, Any]) -> tuple[DataSettings, Augmentation] | None:
    """Return what `draft` says of the images, whatever else is wrong with it; None if that is."""
    own = {name: draft[name] for name in ("data", "augment") if name in draft}
    try:
        config = RunConfig.model_validate(_complete(own))
    except ValidationError:
        return None
    wrong = [problem for rule in RULES for problem in rule(config) if problem.severity == "error"]
    if any(problem.path == "data.background" for problem in wrong):
        return None
    return config.data, config.augment


def default_draft() -> Draft:
    """Return the settings a newcomer gets."""
    return RunConfig().draft()


def live_paths(config: RunConfig) -> frozenset[str]:
    """Return the paths of the settings that may change while this run trains."""
    return frozenset(setting.path for setting in walk(RunConfig, config.draft()) if setting.live)


def _complete(draft: Mapping[str, Any]) -> Draft:
    """Return `draft` with each chosen part's default `kind` where it is not written."""
    whole = dict(draft)
    for setting in settings_of(RunConfig):
        table = whole.get(setting.name)
        if setting.kind == "one" and isinstance(table, Mapping) and "kind" not in table:
            whole[setting.name] = {"kind": setting.default.kind, **table}
    return whole
