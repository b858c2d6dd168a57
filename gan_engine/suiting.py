"""Which preset suits a folder of pictures and a device, and what stands against each of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gan_engine.config import RunConfig, check
from gan_engine.configfile import Preset, read_presets, with_preset
from gan_engine.costs import Cost, estimate
from gan_engine.data.finding import Finding
from gan_engine.data.scan import FEW, DatasetReport
from gan_engine.data.spread import suggest_size
from gan_engine.data_settings import DataSettings, Pairs
from gan_engine.device import choose, cores
from gan_engine.drafts import Draft, get, put
from gan_engine.health.pace import LONG_HOURS
from gan_engine.schema import Message

QUICK = "quick-cpu-32"
"""Learns something visible within a minute on any computer."""
_MANY = 1000
"""Pictures that somebody is thought to have of whom it is not known."""
_PACE = 50e9
"""Multiply-adds a second that a core of a CPU trains with, about: those of DCGAN at 64 px in fp32."""


@dataclass(frozen=True)
class Pictures:
    """What a folder is good for: how many images, which size they fill, how they are pairs if at all.

    Pairs count once, and count as pairs too where they only look like some. 0 is not known.
    """

    count: int = 0
    size: int = 0
    pairs: Pairs = "off"


def pictures_of(
    report: DatasetReport, settings: DataSettings, findings: Iterable[Finding], usable: int
) -> Pictures:
    """Return what a folder is good for of which, with these settings, so many images are usable."""
    found: Pairs = settings.pairs
    if not settings.paired:
        found = next((one.fix["data.pairs"] for one in findings if "data.pairs" in one.fix), "off")
        usable //= 2 if found == "folders" else 1
    return Pictures(usable, suggest_size(report).size, found)


@dataclass(frozen=True)
class Suit:
    """How a preset suits.

    Attributes:
        cost: What a run with it takes here; None where its settings mean no run.
        against: What stands against it, the most serious first.
    """

    cost: Cost | None
    against: tuple[Message, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the device has the memory for it."""
        return self.cost is None or self.cost.fits


def suit(preset: Preset, pictures: Pictures, device: str = "auto") -> Suit:
    """Return how a preset suits pictures and a device.

    Raises:
        DeviceError: The device is not there.
    """
    config, _ = check(_settings(preset, device))
    if config is None:
        return Suit(None)
    cost = _cost(config)
    return Suit(cost, tuple(_against(preset, config, cost, pictures)))


def _against(
    preset: Preset, config: RunConfig, cost: Cost, pictures: Pictures
) -> Iterator[Message]:
    if config.data.paired and pictures.count and pictures.pairs == "off":
        yield Message("Needs pairs of pictures")
    if pictures.pairs != "off" and not config.data.paired:
        yield Message("Makes no use of pairs")
    if choose(config.training.device).type == "cpu" and _hours(config, cost) > LONG_HOURS:
        yield Message("More than a day on a CPU")
    if 0 < pictures.count < preset.fewest:
        yield Message("Wants {count:,} pictures", count=preset.fewest)
    if 0 < pictures.size < config.data.size:
        yield Message("Your pictures are smaller")


def recommended(
    presets: Iterable[Preset], pictures: Pictures, device: str = "auto"
) -> tuple[Preset, Message]:
    """Return the program's preset for a newcomer with these pictures and this device, and why.

    Pairs have one of their own, a CPU has one, and a GPU the first one for so many pictures that
    fits into its memory.
    """
    ours = [preset for preset in presets if not preset.own]
    quick = next(preset for preset in ours if preset.key == QUICK)
    if pictures.pairs != "off":
        why = Message("for pairs of pictures")
        return next(
            preset for preset in ours if get(preset.draft, "data.pairs", "off") != "off"
        ), why
    if choose(device).type == "cpu":
        return quick, Message("for a CPU")
    count = max(FEW, pictures.count) if pictures.count else _MANY
    for preset in ours:
        if (
            0 < preset.fewest <= count <= (preset.most or count)
            and suit(preset, Pictures(), device).fits
        ):
            if pictures.count:
                return preset, Message("for {count:,} pictures and a GPU", count=pictures.count)
            return preset, Message("for a GPU")
    return quick, Message("for a GPU with little memory")


def first_draft() -> Draft:
    """Return the settings a newcomer begins with, whatever the pictures: those of a preset for the device."""
    return with_preset(recommended(read_presets(), Pictures())[0])


def _settings(preset: Preset, device: str) -> Draft:
    return put(with_preset(preset), "training.device", device)


@lru_cache(maxsize=64)
def _cost(config: RunConfig) -> Cost:
    return estimate(config)


def _hours(config: RunConfig, cost: Cost) -> float:
    """Return about how long a CPU trains; the way back takes twice what the way there does."""
    each = 3 * (2 * cost.macs_d + (cost.macs_g + cost.macs_d) / config.training.d_steps)
    return each * config.training.images / (_PACE * cores()) / 3600
