"""A run from start to end: commands in, events out."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from gan_engine import checkpoint, configfile, durable, foreign
from gan_engine.checkpoint import listed
from gan_engine.commands import Command, Inbox, Stop
from gan_engine.config import RunConfig, parse
from gan_engine.data.classes import Classes, classes_for
from gan_engine.data.prepare import Prepared, prepare
from gan_engine.device import (
    Formats,
    autocast_type,
    choose,
    describe_device,
    out_of_memory,
    unused_card,
)
from gan_engine.drafts import differences, merge
from gan_engine.errors import (
    BusyError,
    EngineError,
    MemoryFullError,
    NothingToDoError,
    OlderSaveError,
    SpaceError,
)
from gan_engine.events import Event, Finished, Notice, Preparing, Started
from gan_engine.imaging import write_png
from gan_engine.schema import Message
from gan_engine.training import originals
from gan_engine.training.conductor import Conductor
from gan_engine.training.folder import REALS, SETTINGS, claim_folder, new_folder, settings_of
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.leading import lead
from gan_engine.training.logbook import logged
from gan_engine.training.mail import Letters
from gan_engine.training.ranks import ALONE, Ranks, Together
from gan_engine.training.recorder import plain, recorded
from gan_engine.training.returning import kept_aside
from gan_engine.training.session import Session
from gan_engine.training.trial import fastest


def train(
    config: RunConfig,
    inbox: Inbox | None = None,
    folder: Path | None = None,
    start_from: Path | None = None,
    ranks: Ranks = ALONE,
) -> Iterator[Event]:
    """Train from the first image on; yields what happens, reads `inbox` between two updates.

    Who leaves the loop ends the run as a power cut would; `Stop` in the inbox saves first.

    Args:
        config: All settings.
        inbox: Where commands arrive; without one the run goes to its end.
        folder: Where its files go, in a folder without a run; a new one in the library if None.
        start_from: A file of weights, perhaps a stranger's, that are taken where name and shape fit.
        ranks: This process among those that train together; the others `serve`.

    Raises:
        EngineError: Something the user can mend; what was saved stays.
    """
    weights = foreign.read_weights(start_from) if start_from else {}
    folder = claim_folder(folder) if folder else new_folder(config.draft())
    with durable.lock(folder):
        configfile.write_draft(folder / SETTINGS, config.draft())
        run = _Run(config, inbox or Inbox(), folder, weights=weights, ranks=ranks)
        yield from run.events()


def go_on_or_train(
    config: RunConfig,
    folder: Path,
    inbox: Inbox | None = None,
    ranks: Ranks = ALONE,
    start_from: Path | None = None,
) -> Iterator[Event]:
    """Train into `folder`, or go on with the run that is there: one command for start and restart.

    Args:
        config: All settings.
        folder: Where its files go; a run that is there must have the same settings.
        inbox: Where commands arrive.
        ranks: This process among those that train together; the others `serve`.
        start_from: A file of weights to begin with; a run that is there began already.

    Raises:
        BusyError: The run that is there has other settings.
        EngineError: Something else the user can mend.
    """
    settings = folder / SETTINGS
    if settings.is_file():
        there = parse(configfile.read_draft(settings)).draft()
        apart = differences(there, config.draft()).keys() - {"training.images"}
        if apart:
            raise BusyError(
                "The run in “{name}” has other settings: {paths} differ.",
                hint="Choose another --out, or go on with it by `resume`.",
                name=folder.name,
                paths=", ".join(sorted(apart)),
            )
    if not listed(folder):
        durable.remove(settings) if settings.is_file() else None  # it had saved nothing yet
        yield from train(config, inbox, folder, start_from, ranks)
    elif int(listed(folder)[0].stem) >= config.training.images:
        if isinstance(ranks, Together):
            ranks.tell({"do": "end"})
        yield Finished(int(listed(folder)[0].stem), "done", folder)
    else:
        yield from resume(folder, inbox, config.training.images, ranks=ranks)


def resume(
    folder: Path,
    inbox: Inbox | None = None,
    images: int | None = None,
    older: bool = True,
    changed: originals.Answer = "ask",
    ranks: Ranks = ALONE,
) -> Iterator[Event]:
    """Go on with the run in `folder` from its newest whole checkpoint, live changes included.

    Newer ones that cannot be read are set aside under another name, and kept.

    Args:
        folder: A run's folder.
        inbox: Where commands arrive.
        images: A new total; None is the run's own.
        older: Whether to go on from an older save where the newest cannot be read.
        changed: What to do when the pictures are others than those it began with: go on with what
            was prepared from those, prepare anew, or ask by raising.
        ranks: This process among those that train together; the others `serve`.

    Raises:
        OlderSaveError: It cannot be read, an older one can, and `older` is false.
        ImagesChangedError: The pictures have changed, or are gone, and `changed` is "ask".
        NothingToDoError: It has seen that many images already.
        EngineError: Something else the user can mend; nothing is overwritten.
    """
    settings_of(folder)  # there is a run
    with durable.lock(folder):
        path, saved, damaged = checkpoint.newest(folder)
        if damaged and not older:
            names = tuple(bad.name for bad in damaged)
            raise OlderSaveError(folder, images, saved.images_seen, names)
        draft = merge(saved.draft, {"training": {"images": images}}) if images else saved.draft
        config = parse(draft, despite=("data.folder",))
        if saved.images_seen >= config.training.images:
            raise NothingToDoError(
                "This run has seen its {count:,} images already.",
                hint="Make it longer, by 100,000 images for example; without a window: --images +100000.",
                count=saved.images_seen,
            )
        old = originals.settled(folder, config.data, changed, images)
        for bad in damaged:
            yield Notice(saved.images_seen, "warning", kept_aside(bad, saved), key="damaged")
        if (before := int(saved.counters.get("ranks", 1))) != ranks.count:
            text = Message(
                "It goes on with {count} processes instead of {before}: it will not be bit-exact.",
                count=ranks.count,
                before=before,
            )
            yield Notice(saved.images_seen, "info", text, key="ranks")
        run = _Run(config, inbox or Inbox(), folder, saved=(path, saved), old=old, ranks=ranks)
        yield from run.events()


class _Run:
    """One stretch of a run, from when its folder is held until it ends.

    Args:
        config: All settings.
        inbox: Where commands arrive.
        folder: The run's, whose lock is held.
        saved: The checkpoint it goes on from, with its file; None begins afresh.
        weights: What it begins with where name and shape fit.
        old: The images as they were prepared before, to go on with those.
        ranks: This process among those that train together.
    """

    def __init__(
        self,
        config: RunConfig,
        inbox: Inbox,
        folder: Path,
        *,
        saved: tuple[Path, checkpoint.Checkpoint] | None = None,
        weights: Mapping[str, torch.Tensor] = MappingProxyType({}),
        old: Prepared | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self._config, self._inbox, self._folder, self._ranks = config, inbox, folder, ranks
        self._saved, self._weights, self._old = saved, weights, old
        for inside in (folder, folder / "checkpoints", folder / "grids"):
            durable.sweep(inside)
        self._seen = saved[1].images_seen if saved else 0
        self._history = HistoryWriter(folder, self._seen)
        if config.training.inbox:
            since = int(saved[1].counters.get("commands", 0)) if saved else None
            self._inbox = Letters(inbox, folder, self._history, since, ranks.restarted)

    def events(self) -> Iterator[Event]:
        """Do all of it; yield what happens, each once the history and the log know of it."""
        yield from logged(recorded(self._kept(), self._history), self._folder)

    def _kept(self) -> Generator[Event, None, None]:
        """Prepare and train; whatever ends it, the history says what that was."""
        seen, history = self._seen, self._history
        try:
            if self._old is not None:
                text = Message("Going on with the images as they were prepared.")
                yield Notice(seen, "info", text, key="as_prepared")
            prepared = self._old or (yield from self._prepared())
            if prepared is None:
                history.event(seen, "finished", reason="stopped")
                if isinstance(self._ranks, Together):
                    self._ranks.tell({"do": "end"})
                yield Finished(seen, "stopped", self._folder)
            else:
                yield from self._trained(prepared)
        except (RuntimeError, MemoryError) as error:
            history.event(seen, "failed", text=str(error).partition("\n")[0])
            if not out_of_memory(error):
                raise
            raise MemoryFullError(
                "The device has too little memory for this run.",
                hint="Halve the batch size or the image size.",
            ) from error
        except EngineError as error:
            what, hint = plain(error.text), plain(error.hint)
            history.event(seen, "failed", text=str(error), what=what, hint=hint)
            raise
        finally:
            history.close()

    def _prepared(self) -> Generator[Event, None, Prepared | None]:
        """Say how far the images are prepared; return them, or None when told to stop before."""
        early: list[Command] = []

        def stopped() -> bool:
            early.extend(self._inbox.take())
            return any(isinstance(command, Stop) for command in early)

        for message in prepare(self._config.data, stopped):
            if isinstance(message, Prepared):
                self._inbox.give_back(early)
                return message
            yield Preparing(self._seen, message.done, message.total)
        return None

    def _trained(self, prepared: Prepared) -> Iterator[Event]:
        """Build or restore the networks, say what they begin with, hand over to the conductor."""
        config, folder, history = self._config, self._folder, self._history
        classes = classes_for(config.data, prepared.files, prepared.labels)
        device = choose(config.training.device)
        formats = _formats(config, device, self._saved)
        if isinstance(self._ranks, Together):
            session = lead(config, prepared, formats, self._ranks)
        else:
            session = Session(config, prepared.images, device, classes, formats)
        if self._saved:
            path, saved = self._saved
            session.restore(saved, path)
            if saved.versions != checkpoint.versions() or _formats_of(saved) != session.way:
                text = (
                    "This run goes on with another processor, other versions, threads or number"
                    " formats: it will not be bit-exact."
                )
                yield Notice(saved.images_seen, "info", text, key="versions")
        weights = self._weights
        table = foreign.start_from(session.networks.tensors(), weights) if weights else []
        if table:
            session.share_state()
        started = _started(session, folder, resumed=bool(self._saved))
        with contextlib.suppress(SpaceError):  # only looked at; what must be kept says so itself
            write_png(folder / REALS, started.reals)
        history.event(
            started.images_seen,
            "started",
            images=started.images_total,
            resumed=started.resumed,
            draft=started.draft,
            device=started.device,
            device_kind=started.device_kind,
            dataset_images=started.dataset_images,
            parameters_g=started.parameters_g,
            parameters_d=started.parameters_d,
            rows=session.fixed.layout.rows,
            columns=session.fixed.layout.columns,
            seeds=session.fixed.layout.seeds,
        )
        originals.note(folder, prepared)
        history.event(started.images_seen, originals.IMAGES, **originals.learned_from(prepared))
        yield started
        if config.training.device == "auto" and (unused := unused_card()):
            yield Notice(session.images_seen, "warning", unused.text, unused.hint, key="card")
        yield from _told(session.images_seen, prepared, classes, table)
        conductor = Conductor(session, self._inbox, folder, history)
        try:
            yield from conductor.run()
            yield Finished(session.images_seen, conductor.reason, folder)
        finally:
            session.close()


def _told(
    seen: int, prepared: Prepared, classes: Classes | None, table: Sequence[foreign.Match]
) -> Iterator[Notice]:
    """Say what a run begins with that its settings do not say."""
    if prepared.bad:
        names = ", ".join(bad.path for bad in prepared.bad[:3])
        text = Message(
            "{count} files could not be read and are left out: {names}",
            count=len(prepared.bad),
            names=names,
        )
        yield Notice(seen, "warning", text, key="unreadable")
    if prepared.excluded:
        text = Message(
            "{count} pictures are left out, as the settings say.", count=len(prepared.excluded)
        )
        yield Notice(seen, "info", text, key="left_out")
    if classes and len(classes.names) < 2:
        text = Message("All images are in one folder: they are all of one class.")
        yield Notice(seen, "warning", text, key="classes")
    if table:
        taken = sum(match.taken for match in table)
        count = sum(match.expected is not None for match in table)
        text = Message("{taken} of {count} tensors start from the file.", taken=taken, count=count)
        yield Notice(seen, "info", text, key="start")


def _formats(
    config: RunConfig, device: torch.device, saved: tuple[Path, checkpoint.Checkpoint] | None
) -> Formats:
    """Return the formats that the run had so far, so that it goes on bit for bit, or the fastest."""
    had = _formats_of(saved[1]) if saved else {}
    if had.pop("device", "") == device.type:
        with contextlib.suppress(TypeError):  # a newer version's
            told = Formats(**had)
            # What this processor would only play at is not taken over.
            if told.precision != "bf16" or autocast_type(config.training.precision, device):
                return told
    return fastest(config, device)


def _formats_of(saved: checkpoint.Checkpoint) -> dict[str, Any]:
    """Return the device and the formats that a save was made with."""
    had = dict(saved.counters.get("formats", {}))
    if had:  # an older version's save has the threads of a CPU elsewhere alone
        on_cpu = had["device"] == "cpu"
        had.setdefault("threads", int(saved.versions.get("threads", 0)) if on_cpu else 0)
    return had


def _devices(session: Session) -> str:
    name, count = describe_device(session.device.type).name, session.ranks.count
    return f"{count} × {name}" if count > 1 else name


def _started(session: Session, folder: Path, *, resumed: bool) -> Started:
    def count(net: torch.nn.Module) -> int:
        return sum(p.numel() for p in net.parameters())

    return Started(
        images_seen=session.images_seen,
        folder=folder,
        draft=session.config.draft(),
        device=_devices(session),
        device_kind=session.device.type,
        images_total=session.config.training.images,
        dataset_images=len(session.images),
        parameters_g=count(session.networks.g),
        parameters_d=count(session.networks.d),
        resumed=resumed,
        reals=session.fixed.real_grid(),
    )
