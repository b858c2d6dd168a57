"""The state of one run: networks, optimisers, counters; how it goes one round on, is saved and restored."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import Any

import torch

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.config import RunConfig
from gan_engine.data.ahead import Rows
from gan_engine.data.classes import Classes, balanced
from gan_engine.data.dataset import RESIDENT_SHARE, Images, Shown, Walk
from gan_engine.device import (
    Formats,
    describe_device,
    give_back,
    memory_used,
    settle,
    usual_formats,
)
from gan_engine.errors import EngineError
from gan_engine.events import Pixels
from gan_engine.latents import latents
from gan_engine.layers.noise import draw_from
from gan_engine.layers.segment import recompute
from gan_engine.penalties import Penalty
from gan_engine.rules import divisors
from gan_engine.training.accelerate import Runner
from gan_engine.training.amending import with_half_rates, with_value
from gan_engine.training.fixed_samples import FixedSamples
from gan_engine.training.live import LiveValues
from gan_engine.training.memory import Memory
from gan_engine.training.meters import Meters, meter_names
from gan_engine.training.networks import PowerAverages, build_networks
from gan_engine.training.optimisers import all_finite, build_updates
from gan_engine.training.pace import pace_of
from gan_engine.training.randomness import mixed
from gan_engine.training.ranks import ALONE, Ranks, norm_together
from gan_engine.training.shortage import (
    Alike,
    Shortage,
    TornUpdateError,
    Undo,
    made,
    no_room,
    tried,
)
from gan_engine.training.showing import Showing
from gan_engine.training.step import Step

_FOR_D, _FOR_G = 1, 2
_MEASURED = 2**24
"""The first seed of the samples that metrics look at; nobody looks at those by eye."""


class Session:
    """Everything a run keeps in memory. Between two rounds it can be saved, sampled and changed."""

    def __init__(
        self,
        config: RunConfig,
        images: Rows,
        device: torch.device,
        classes: Classes | None = None,
        formats: Formats | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self.ranks = ranks
        ranks.share_of(config.training.batch_size, config.training.accumulation)
        self.config, self.device = config, device
        training = config.training
        self.formats = formats or usual_formats(training.precision, training.memory_format, device)
        settle(device, self.formats.threads, ranks.local_count)
        told = classes if config.data.classes else None
        self.classes = told.names if told else ()
        self.images_seen = self.updates_d = self.updates_g = self._into_round = 0
        self._shortages: list[Shortage] = []
        self.seconds = 0.0
        self._gpu_pace = pace_of(device)
        self.commands = 0
        """The number of the last command from outside that this state knows of."""
        budget = int(describe_device(device.type).memory_free * RESIDENT_SHARE)
        labels_N = told.labels if told else None
        pool = balanced(classes) if classes and config.data.balance else None
        paired = config.data.direction if config.data.paired else ""
        batch = config.training.batch_size
        place, layout = ranks.place, self.formats.layout
        self.images = Images(images, batch, device, budget, labels_N, pool, paired, place, layout)
        walk = Walk(len(self.images), config.training.seed, pool)
        self._showing = Showing(self.images, walk, batch, bool(paired))
        self._start()
        self.fixed = FixedSamples(config, self.images, len(self.classes), device)

    def _start(self) -> None:
        """Build networks and optimisers as they are before the first update."""
        config, device = self.config, self.device
        self.live = LiveValues(config, device)
        self.live.fill(config, self.images_seen, self.updates_g)
        self.networks = build_networks(config, device, len(self.classes), self.formats)
        random = torch.Generator(device)
        own = torch.Generator(device) if self.ranks.count > 1 else None
        for network in (self.networks.g, self.networks.d):
            draw_from(network, own or random)
            if config.training.sync_batch_norm and self.ranks.count > 1:
                norm_together(network, self.ranks)
            recompute(network, config.training.recompute)
        self.memory = Memory(config, device)
        self.powers = PowerAverages(self.networks.g) if config.ema.any_length else None
        self.meters = Meters(meter_names(config.penalties, config.augment), device)
        self.updates = updates = build_updates(config, self.networks, self.live)
        self.step = Step(
            networks=self.networks,
            loss=self.live.into(config.loss, "loss"),
            penalties=config.penalties,
            augment=self.live.into(config.augment, "augment"),
            update_g=updates["g"],
            update_d=updates["d"],
            live=self.live,
            memory=self.memory,
            meters=self.meters,
            random=random,
            reals=self._reals,
            batch=config.training.batch_size,
            size=(config.data.shape.height, config.data.shape.width),
            z_dim=config.architecture.takes(config.data.shape)[0],
            device=device,
            autocast=self.formats.autocast,
            powers=self.powers,
            parts=config.training.accumulation,
            paired=config.data.paired,
            draw_labels=self.images.draw_labels,
            ranks=self.ranks,
            own=own,
            asks=self.ranks.count > 1 and not config.training.sync_batch_norm,
        )
        moved = [
            *self.networks.g.buffers(),
            *self.networks.d.buffers(),
            *self.memory.tensors().values(),
            self.meters.everything,
        ]
        self._undo, self._alike = Undo(moved), Alike(self.step)
        wanted = config.training.acceleration
        self.runner = Runner(self.step, wanted, before=self._undo.keep)

    def _reals(self, random: torch.Generator) -> Shown:
        return self.images.batch(self.config.data.flip, random)

    # --- going on ------------------------------------------------------------------------------

    def round(self) -> None:
        """Update D `d_steps` times, then G once; a round that failed for want of images is finished.

        Raises:
            SpaceError: They cannot be read; nothing was done of the update that wanted them.
        """
        while self._into_round < self.config.training.d_steps:
            self.update_d()
            self._into_round += 1
        self.update_g()
        self._into_round = 0
        self._gpu_pace.keep()

    def update_d(self) -> None:
        """Show D the next batch of reals and one of fakes.

        Raises:
            TornUpdateError: Memory ran out while weights changed; `restore` or `restart` mends it.
            MemoryFullError: It ran out and no smaller parts are left; everything is as before.
        """
        tried(partial(self._alike, self._try_d), partial(self._make_room, "d"))
        self.updates["d"].applying = False
        self.images_seen += self.config.training.batch_size
        self.updates_d += 1

    def _try_d(self) -> None:
        self.live.fill(self.config, self.images_seen, self.updates_g)
        self.step.reseed(mixed(self.config.training.seed, _FOR_D, self.updates_d))
        looks = self.step.shows_reals_to_g(self._due("g", self.updates_g))
        self._showing.show_d(self.images_seen, self._seed_g if looks else None)
        self.runner.discriminator(self._due("d", self.updates_d))

    @property
    def _seed_g(self) -> int:
        return mixed(self.config.training.seed, _FOR_G, self.updates_g)

    def update_g(self) -> None:
        """Let G learn from what D says of its images, and of reals where scores are relative.

        Raises:
            TornUpdateError: Memory ran out while weights changed; `restore` or `restart` mends it.
            MemoryFullError: It ran out and no smaller parts are left; everything is as before.
        """
        tried(partial(self._alike, self._try_g), partial(self._make_room, "g"))
        self.updates["g"].applying = False
        self.updates_g += 1

    def _try_g(self) -> None:
        self.live.fill(self.config, self.images_seen, self.updates_g)
        self.step.reseed(self._seed_g)
        due = self._due("g", self.updates_g)
        if self.step.shows_reals_to_g(due):
            self._showing.show_g(self.images_seen, self._seed_g)
        self.runner.generator(due)

    def take_shortages(self) -> list[Shortage]:
        """Return what memory ran out in since the last call."""
        taken, self._shortages = self._shortages, []
        return taken

    def _make_room(self, network: str) -> None:
        """Undo an update that memory ran out in, and compute smaller parts of a batch at once."""
        self._undo.back()
        training, parts = self.config.training, self.next_parts
        if parts is None:
            raise no_room(training.batch_size)
        self.split(parts)
        used, free = memory_used(self.device), describe_device(self.device.type).memory_free
        self._shortages.append(
            Shortage(network, training.batch_size, training.accumulation, parts, used, free)
        )
        if not self.is_whole:
            raise TornUpdateError

    def _due(self, network: str, update: int) -> tuple[Penalty, ...]:
        found = self.config.penalties
        return tuple(p for p in found if p.on == network and update % p.interval == 0)

    # --- looking -------------------------------------------------------------------------------

    def grid(self) -> Pixels:
        """Return the fixed samples of this moment as one picture."""
        return self.fixed.grid(self.networks.ema)

    def samples(self, count: int) -> torch.Tensor:
        """Return samples to measure, always from the same latents: (count, C, H, W) in [-1, 1].

        Where there are classes, each is as frequent as among the images. Of pairs there are no more
        samples than pairs.
        """
        if self.config.data.paired:
            return made(self.networks.ema, self.images.pairs(count)[0].to(self.device))
        seeds = range(_MEASURED, _MEASURED + count)
        z_dim = self.config.architecture.takes(self.config.data.shape)[0]
        latents_NZ = latents(seeds, z_dim).to(self.device)
        labels = self.images.labels_like(count) if self.classes else None
        mine = self.ranks.some_of(count)
        told = None if labels is None else labels[mine]
        return self.ranks.gathered(made(self.networks.ema, latents_NZ[mine], told))[:count]

    @property
    def is_whole(self) -> bool:
        """Whether no update was left in the middle of changing weights, by one process or by some."""
        return not self._alike.broken and not any(u.applying for u in self.updates.values())

    def drifted(self) -> str:
        """Return what is not the same in every process that trains this run; alone nothing is."""
        return ""

    def share_state(self) -> None:
        """Make the state of every process that trains this run this one's."""

    def is_finite(self) -> bool:
        """Whether every weight, buffer and optimiser value is a number; waits for the device."""
        return all_finite(self.tensors().values())

    # --- changing ------------------------------------------------------------------------------

    def change(self, path: str, value: Any) -> Any:
        """Give a live setting a new value from the next update on; return the old one.

        Raises:
            EngineError: The value is not valid, or none may change there.
        """
        self.config, old = with_value(self.config, path, value)
        return old

    def lower_rates(self) -> None:
        """Halve both learning rates."""
        self.config = with_half_rates(self.config)

    @property
    def next_parts(self) -> int | None:
        """The next larger number of parts that a batch can be computed in; None at single images."""
        training = self.config.training
        share = training.batch_size // self.ranks.count
        return next((n for n in divisors(share) if n > training.accumulation), None)

    def split(self, parts: int) -> None:
        """Compute each batch in so many equal parts from the next update on; checkpoints keep it.

        Nothing is rebuilt or lost: an update that failed half way changed no weight, and the next
        one draws the same images and random numbers.
        """
        training = self.config.training.model_copy(update={"accumulation": parts})
        self.config = self.config.model_copy(update={"training": training})
        self.step.parts = parts
        self.runner.forget()

    # --- saving --------------------------------------------------------------------------------

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return everything that going on needs, by name."""
        found = self.networks.tensors()
        for name, update in self.updates.items():
            found |= {f"optimizer_{name}.{key}": value for key, value in update.tensors().items()}
        found |= {f"memory.{name}": value for name, value in self.memory.tensors().items()}
        powers = self.powers.tensors() if self.powers else {}
        return found | {f"power.{name}": value for name, value in powers.items()}

    @property
    def way(self) -> dict[str, Any]:
        """On what and in which formats it computes; with another its numbers are not the same."""
        return {"device": self.device.type, **vars(self.formats)}

    def snapshot(self) -> Checkpoint:
        """Return everything that going on bit for bit needs."""
        counters: dict[str, Any] = {
            "images_seen": self.images_seen,
            "updates_d": self.updates_d,
            "updates_g": self.updates_g,
            "seconds": self.seconds,
            "formats": self.way,
            "commands": self.commands,
            "into_round": self._into_round,
            "ranks": self.ranks.count,
        }
        if self.classes:
            counters["classes"] = list(self.classes)
        return Checkpoint("checkpoint", self.config.draft(), counters, self.tensors())

    def restore(self, saved: Checkpoint, path: Path) -> None:
        """Go back, or on, to where `saved` was.

        Raises:
            MismatchError: It belongs to other networks, or holds what is no number.
            EngineError: It is an exported generator, which cannot be trained on.
        """
        if saved.holds != "checkpoint":
            raise EngineError(
                "“{name}” holds a generator for making images: it cannot be trained on.",
                hint="Choose a file from the run's checkpoints folder.",
                name=path.name,
            )
        if tuple(saved.counters.get("classes", ())) != self.classes:
            raise EngineError(
                "The subfolders are others than those this run learned as classes.",
                hint="Bring back the folders as they were, or start a new run.",
            )
        self.runner.forget()  # before the optimisers' memory that graphs write to is another
        for key, network in vars(self.networks).items():
            checkpoint.load_into(network.state_dict(keep_vars=True), saved.tensors, key, path)
        for name, update in self.updates.items():
            prefix = f"optimizer_{name}."
            kept = {k: t for k, t in saved.tensors.items() if k.startswith(prefix)}
            update.load({k.removeprefix(prefix): t for k, t in kept.items()})
            update.begin()
        checkpoint.load_into(self.memory.tensors(), saved.tensors, "memory", path)
        if self.powers:
            checkpoint.load_into(self.powers.tensors(), saved.tensors, "power", path)
        self.images_seen = saved.images_seen
        self.updates_d = int(saved.counters["updates_d"])
        self.updates_g = int(saved.counters["updates_g"])
        self.seconds = float(saved.counters["seconds"])
        self._into_round = int(saved.counters.get("into_round", 0))

    def restart(self) -> None:
        """Go back to before the first update, with the settings as they are now."""
        self.images_seen = self.updates_d = self.updates_g = self._into_round = 0
        self.runner.forget()
        self._start()

    def close(self) -> None:
        """Let go of networks and images at once: they refer to each other, and would wait for Python."""
        with contextlib.suppress(RuntimeError):  # a device that failed says so again
            self.images.close()
            self.runner.forget()
        self.__dict__.clear()
        give_back()
