"""One D update and one G update: tensors in, tensors changed; no files, no clocks, no waiting."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from gan_engine.architectures import SelfTaught
from gan_engine.augment import Augmentation, Transform
from gan_engine.data.dataset import Shown, chunks
from gan_engine.layers.noise import draw_from
from gan_engine.losses import AdversarialLoss
from gan_engine.penalties import Penalty, Scene
from gan_engine.training.flat_penalty import FlatPenalty
from gan_engine.training.live import EMA, POWERS, LiveValues
from gan_engine.training.memory import Memory
from gan_engine.training.meters import Meters
from gan_engine.training.networks import Average, Frozen, Networks, PowerAverages
from gan_engine.training.optimisers import Update
from gan_engine.training.randomness import mixed
from gan_engine.training.ranks import ALONE, Ranks, running


@dataclass
class Step:
    """Everything an update reads and writes, all of it static for as long as the run lives.

    `reals` returns a batch of real images, with their labels where there are classes and their
    sources where they are `paired`, from the buffers that were filled before the step; `draw_labels` returns labels as frequent as the reals';
    `loss` holds 0-d tensors where a setting is live. Random numbers come from `random` alone,
    which the run reseeds before every update. A batch is computed in `parts` equal parts whose
    gradients are averaged; it is one update all the same, and what is drawn for a batch at once
    (latents, mirroring, augmentation) does not depend on how many parts there are, nor on how many
    processes share the batch: each draws all of it and takes its part. `own` is where a process
    draws what only its part needs; None where one process does it all.
    """

    networks: Networks
    loss: AdversarialLoss
    penalties: tuple[Penalty, ...]
    augment: Augmentation
    update_g: Update
    update_d: Update
    live: LiveValues
    memory: Memory
    meters: Meters
    random: torch.Generator
    reals: Callable[[torch.Generator], Shown]
    batch: int
    size: tuple[int, int]
    z_dim: int
    device: torch.device
    autocast: torch.dtype | None = None
    powers: PowerAverages | None = None
    parts: int = 1
    paired: bool = False
    draw_labels: Callable[[torch.Generator], Tensor | None] = lambda _: None
    ranks: Ranks = ALONE
    own: torch.Generator | None = None
    asks: bool = False
    """Whether processes tell each other, before they exchange anything, that an update fits."""

    def __post_init__(self) -> None:
        self.begin_exchange()
        self._frozen_g, self._frozen_d = Frozen(self.networks.g), Frozen(self.networks.d)
        self._average = Average(self.networks)
        self._running = {"g": running(self.networks.g), "d": running(self.networks.d)}
        self._g: Callable[..., Tensor] = self.networks.g
        self._d: Callable[..., Tensor] = self.networks.d
        self._still_g, self._still_d = self._frozen_g, self._frozen_d
        self._flat: dict[str, FlatPenalty] = {}

    def compile(self, backend: str) -> None:
        """Compile the passes that are differentiated once; penalties keep the networks as they are.

        So does a D with a task of its own: batch norm cannot be run as it is and compiled in one
        update, since what is compiled writes its averages where the other still reads them.

        All run once, forth and back, so that what the compiler does not like is raised here; buffers
        are put back, and the next update forgets the gradients.
        """
        g = torch.compile(self.networks.g, backend=backend, dynamic=False)
        d: Callable[..., Tensor] = self.networks.d
        still_g, still_d = self._frozen_g.compiled(backend), self._frozen_d
        if not isinstance(d, SelfTaught):
            d = torch.compile(self.networks.d, backend=backend, dynamic=False)
            still_d = still_d.compiled(backend)
        networks = (self.networks.g, self.networks.d)
        kept = [(b, b.clone()) for network in networks for b in network.buffers()]
        shown, change = self.reals(self.random), self._change()
        inputs_N = self._inputs(shown).chunk(self.parts)[0]
        _, labels_N, sources_NCHW = shown.parts(self.parts)[0]
        told = _told(labels_N, sources_NCHW, change.parts(self.parts)[0])
        try:
            with self._autocast():
                images: Tensor = g(inputs_N, *_labels(labels_N)).float()
                scores: Tensor = d(images.detach(), *told).float()
                judged: Tensor = still_d(images.detach().requires_grad_(True), *told).float()
                with torch.no_grad():
                    still_g(inputs_N, *_labels(labels_N))
                    if self.shows_reals_to_g(tuple(p for p in self.penalties if p.on == "g")):
                        still_d(images.detach(), *told)
            (images.sum() + scores.sum() + judged.sum()).backward()  # type: ignore[no-untyped-call]
        finally:
            with torch.no_grad():
                for buffer, before in kept:
                    buffer.copy_(before)
        self._g, self._d = g, d
        self._still_g, self._still_d = still_g, still_d

    def compile_penalties(self, backend: str) -> None:
        """Compile D's penalties on slopes where that can be, trying each once; no gradient changes."""
        shown, change = self.reals(self.random), self._change().parts(self.parts)[0]
        real_NCHW, labels_N, sources_NCHW = shown.parts(self.parts)[0]
        told, images = _told(labels_N, sources_NCHW, change), (real_NCHW, real_NCHW.clone())
        found = {}
        for penalty in (p for p in self.penalties if p.on == "d" and p.slopes and not p.memory()):
            flat = FlatPenalty(penalty, self.networks.d, self._inner)
            if flat.compile(backend, self._strength(penalty), images, told, change):
                found[penalty.kind] = flat
        self._flat = found

    @property
    def _inner(self) -> torch.Generator:
        """Where numbers come from that only this process's part of the batch needs."""
        return self.own or self.random

    @property
    def generators(self) -> tuple[torch.Generator, ...]:
        """All that numbers are drawn from."""
        return (self.random,) if self.own is None else (self.random, self.own)

    def reseed(self, seed: int) -> None:
        """Make what is drawn in an update depend on nothing before it."""
        self.random.manual_seed(seed)
        if self.own is not None:
            self.own.manual_seed(mixed(seed, self.ranks.rank))

    def renew_random(self) -> None:
        """Take other generators that draw the same numbers from where the last were seeded on."""
        fresh = [
            torch.Generator(self.device).manual_seed(g.initial_seed()) for g in self.generators
        ]
        self.random, self.own = fresh[0], fresh[1] if len(fresh) > 1 else None
        for network in (self.networks.g, self.networks.d):
            draw_from(network, self._inner)

    def discriminator(self, due: tuple[Penalty, ...]) -> None:
        """Update D once, on one batch of reals and one of fakes; G stays as it is.

        Args:
            due: D's penalties of this step; their strength makes up for their interval.
        """
        self.update_d.begin()
        # Fakes have the reals' labels: what compares the two then compares like with like.
        shown = self.reals(self.random)
        change = self._change()
        pieces = zip(
            shown.parts(self.parts),
            change.parts(self.parts),
            self._inputs(shown).chunk(self.parts),
            strict=True,
        )
        surety = torch.cat([self._teach_d(due, *piece) for piece in pieces])
        self._average_over_ranks("d", self.update_d, due)
        self.augment.learn(self.ranks.gathered(surety), self.memory.of("augment"))
        for name, value in self.memory.of("augment").items():
            self.meters.add(f"augment/{name}", value)
        self.meters.add("gradient/d", self.update_d.apply())

    def _teach_d(
        self, due: tuple[Penalty, ...], shown: Shown, change: Transform, inputs_N: Tensor
    ) -> Tensor:
        """Add one part of the batch to D's gradients; return how sure it is of the reals."""
        real_NCHW, labels_N, sources_NCHW = shown
        told = _told(labels_N, sources_NCHW, change)
        with self._autocast():
            with torch.no_grad():
                fake_NCHW = self._still_g(inputs_N, *_labels(labels_N))
            real, lesson = self._judge(change(real_NCHW), told)
            fake = self._d(change(fake_NCHW.float()), *told).float()
        loss = self.loss.discriminator(real, fake)

        def critic(images: Tensor) -> Tensor:
            scores: Tensor = self.networks.d(change(images), *told)
            return scores

        scene = Scene(
            critic, real_NCHW, fake_NCHW.float(), real, fake, self._inner,
            labels_N=labels_N, share=1 / self.parts,
        )  # fmt: skip
        written = tuple(penalty for penalty in due if penalty.kind not in self._flat)
        self._learn(loss, written, scene, "d", lesson)
        for penalty in (penalty for penalty in due if penalty.kind in self._flat):
            scale, images = self._strength(penalty) / self.parts, (scene.real_NCHW, scene.fake_NCHW)
            term = self._flat[penalty.kind].add(scale, images, told, change)
            self.meters.add(f"penalty/{penalty.kind}", term)
        self.meters.add("score/real", real.mean())
        self.meters.add("score/fake", fake.mean())
        self.meters.count(real, fake)
        return self.loss.surety(real.detach(), fake.detach())

    def judge(self, images_NCHW: Tensor, *told: Tensor) -> Tensor:
        """Return what D says of images, as while it learns; nothing of it is changed.

        Where several processes share a batch nobody waits for the others: batch norm then takes its
        averages for the batch's own.

        Args:
            images_NCHW: In [-1, 1].
            told: Their labels, or what they were made from.
        """
        d, learning = self.networks.d, self.networks.d.training
        d.train(learning and self.ranks.count == 1)
        try:
            with torch.no_grad():
                return self._frozen_d(images_NCHW, *told).float()
        finally:
            d.train(learning)

    def generator(self, due: tuple[Penalty, ...]) -> None:
        """Update G once and move its average; D stays as it is.

        Args:
            due: G's penalties of this step.
        """
        self.update_g.begin()
        latents_NZ, shown = None if self.paired else self.latents(), None
        if self.shows_reals_to_g(due):
            shown = self.reals(self.random)
        labels_N = shown.labels_N if shown else self.draw_labels(self.random)
        change = self._change()
        pieces = zip(
            chunks(latents_NZ, self.parts),
            chunks(labels_N, self.parts),
            shown.parts(self.parts) if shown else (None,) * self.parts,
            change.parts(self.parts),
            strict=True,
        )
        for piece in pieces:
            self._teach_g(due, *piece)
        self._average_over_ranks("g", self.update_g, due)
        self.meters.add("gradient/g", self.update_g.apply())
        self._average.move(self.live[EMA])
        if self.powers is not None:
            self.powers.move([self.live[name] for name in POWERS])

    def _teach_g(
        self,
        due: tuple[Penalty, ...],
        latents_NZ: Tensor | None,
        labels_N: Tensor | None,
        shown: Shown | None,
        change: Transform,
    ) -> None:
        """Add one part of the batch to G's gradients."""
        sources_NCHW = shown.sources_NCHW if shown else None
        told = _told(labels_N, sources_NCHW, change)

        def critic(images: Tensor) -> Tensor:
            return self._frozen_d(change(images), *told)

        with self._autocast():
            given_N = latents_NZ if sources_NCHW is None else sources_NCHW
            fake_NCHW = self._g(given_N, *_labels(labels_N)).float()
            fake = self._still_d(change(fake_NCHW), *told).float()
            real_NCHW, real = fake_NCHW.detach(), fake.detach()
            if shown:
                real_NCHW = shown.images_NCHW
                with torch.no_grad():
                    real = self._still_d(change(real_NCHW), *told).float()
        loss = self.loss.generator(real, fake)
        scene = Scene(
            critic, real_NCHW, fake_NCHW, real, fake, self._inner,
            discriminator=self.networks.d, generator=self.networks.g,
            latents_NZ=latents_NZ, labels_N=labels_N, share=1 / self.parts,
        )  # fmt: skip
        self._learn(loss, due, scene, "g")

    def shows_reals_to_g(self, due: tuple[Penalty, ...]) -> bool:
        """Whether G's update with these penalties looks at real images."""
        looks = any(penalty.needs_reals for penalty in due)
        return self.paired or self.loss.needs_reals_for_g or looks

    def _judge(self, real_NCHW: Tensor, told: tuple[Tensor, ...]) -> tuple[Tensor, Tensor | None]:
        """Return D's scores of reals, and what it pays for a task of its own, if it has one."""
        if isinstance(self.networks.d, SelfTaught):
            labels_N = told[0] if told else None
            scores, lesson = self.networks.d.lesson(real_NCHW, labels_N, self._inner)
            self.meters.add("loss/lesson", lesson)
            return scores.float(), lesson.float()
        return self._d(real_NCHW, *told).float(), None

    def _learn(
        self,
        loss: Tensor,
        due: tuple[Penalty, ...],
        scene: Scene,
        name: str,
        lesson: Tensor | None = None,
    ) -> None:
        """Add the loss's share to the gradients, with D's lesson and the penalties that are due.

        What a penalty on slopes looks at is a pass of its own: it begins once the others' maps are gone.
        """
        total = loss if lesson is None else loss + lesson
        for penalty in (penalty for penalty in due if not penalty.slopes):
            total = total + self._charged(penalty, scene)
        self._add(total)
        for penalty in (penalty for penalty in due if penalty.slopes):
            self._add(self._charged(penalty, scene))
        self.meters.add(f"loss/{name}", loss)

    def _charged(self, penalty: Penalty, scene: Scene) -> Tensor:
        """Return what a penalty adds to the loss in this update."""
        memory = self.memory.of(f"penalties.{penalty.kind}")
        # Scores are compared with scores that were rounded alike; slopes are not rounded at all.
        with contextlib.nullcontext() if penalty.slopes else self._autocast():
            term = penalty.term(replace(scene, memory=memory))
        self.meters.add(f"penalty/{penalty.kind}", term)
        return self._strength(penalty) * term

    def _strength(self, penalty: Penalty) -> Tensor:
        """Return by what a penalty counts; a lazy one makes up for the updates it is left out of."""
        return self.live[f"penalties.{penalty.kind}.weight"] * penalty.interval

    def _add(self, total: Tensor) -> None:
        share = total if self.parts == 1 else total / self.parts
        share.backward()  # type: ignore[no-untyped-call]

    def begin_exchange(self) -> None:
        """Nothing of the update that begins was exchanged with other processes yet."""
        self.stage: Literal["alone", "short", "fits"] = "alone"
        """How far an update of several processes is: each by itself, one lacks memory, all have it."""

    def _average_over_ranks(self, name: str, update: Update, due: tuple[Penalty, ...]) -> None:
        """Make gradients, and what parts remember, the whole batch's where several processes share it."""
        if self.ranks.count > 1:
            parts = (self.memory.of(f"penalties.{penalty.kind}") for penalty in due)
            known = [value for part in parts for value in part.values()]
            self.ranks.average([*update.gradients, *known, *self._running[name]], self._ready)

    def _ready(self) -> None:
        """Go on once this update fits in the memory of every process; nothing was exchanged before.

        Raises:
            OutOfMemoryError: Another one has too little.
        """
        if not self.asks or _capturing():  # a graph that is captured runs nothing
            return
        short = self.ranks.anywhere(False)
        self.stage = "short" if short else "fits"
        if short:
            raise torch.OutOfMemoryError("out of memory in another process")

    def _change(self) -> Transform:
        """Return one draw of the augmentation for a batch; reals and fakes are changed alike."""
        memory = self.memory.of("augment")
        change = self.augment.draw(self.batch, self.size, self.random, memory)
        return change.parts(self.ranks.count)[self.ranks.rank]

    def _inputs(self, shown: Shown) -> Tensor:
        """Return what G makes a batch from: the reals' sources, or fresh latents."""
        return self.latents() if shown.sources_NCHW is None else shown.sources_NCHW

    def latents(self) -> Tensor:
        """Return fresh latents from the normal distribution: (N, Z)."""
        shape = self.batch, self.z_dim
        return self.ranks.mine(torch.randn(shape, device=self.device, generator=self.random))

    def _autocast(self) -> contextlib.AbstractContextManager[object]:
        if self.autocast is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.autocast)


def _capturing() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_current_stream_capturing()


def _labels(labels_N: Tensor | None) -> tuple[Tensor, ...]:
    """Return what G is told beside what it makes an image from."""
    return () if labels_N is None else (labels_N,)


def _told(
    labels_N: Tensor | None, sources_NCHW: Tensor | None, change: Transform
) -> tuple[Tensor, ...]:
    """Return what D is told beside images; what they were made from is changed as they are."""
    return _labels(labels_N) if sources_NCHW is None else (change(sources_NCHW),)
