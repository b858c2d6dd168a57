"""When things happen in a run: updates, readings, grids, saves, commands and trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from gan_engine import checkpoint, commands, durable
from gan_engine.commands import Command, Inbox
from gan_engine.device import memory_used
from gan_engine.drafts import get
from gan_engine.errors import EngineError, MemoryFullError, SpaceError
from gan_engine.events import Changed, Event, Notice, Paused, Resumed, Saved, Scalars
from gan_engine.schema import Message
from gan_engine.training.amending import with_value
from gan_engine.training.grids import Grids
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.measuring import Measuring, contained
from gan_engine.training.returning import back_to_save, divergence, gave_up, went_back
from gan_engine.training.saver import Kept, Saver, short_of_room
from gan_engine.training.saves import keep_before
from gan_engine.training.session import Session
from gan_engine.training.shortage import ADVICE, Shortage, TornUpdateError
from gan_engine.training.statistics import tell_counts

READINGS_A_SECOND = 10
MOST_RETURNS = 3
COUNTS_EVERY_S = 1.0


class Conductor:
    """Runs a session to its end; the one place in a run that looks at the clock."""

    def __init__(
        self, session: Session, inbox: Inbox, folder: Path, history: HistoryWriter
    ) -> None:
        self._session, self._inbox, self._folder, self._history = session, inbox, folder, history
        self.reason: Literal["done", "stopped"] = "done"
        self._stopping = self._pausing = self._waiting = self._looked_for_room = False
        self._returns, self._told = 0, ""
        self._last_save: tuple[Path, int] | None = None
        self._saver = Saver(folder)
        self._measuring = Measuring(session, folder)
        self._grids = Grids(session, folder, history)
        self._read_at = self._counted_at = self._saved_at = time.monotonic()
        self._saved_seen = session.images_seen
        self._since = session.images_seen, session.seconds

    @property
    def _over(self) -> bool:
        return self._stopping or self._session.images_seen >= self._session.config.training.images

    def run(self) -> Iterator[Event]:
        """Yield what happens until the run is done or told to stop; everything is saved then."""
        if aside := self._history.set_aside:
            text = Message(
                "The history could not be read: it is kept as “{name}”.", name=aside.name
            )
            yield Notice(self._session.images_seen, "warning", text, key="history")
        try:
            yield from self._grids.draw()
            while True:
                yield from self._rounds()
                yield from self._read(time.monotonic(), last=True)
                yield from self._grids.draw()
                yield from self._save(wait=True)
                if self._over:  # else something was no number at the very end: go on from before
                    break
        finally:
            self._saver.close()
        self.reason = "stopped" if self._stopping else "done"
        self._history.event(self._session.images_seen, "finished", reason=self.reason)

    def _rounds(self) -> Iterator[Event]:
        while not self._over:
            try:
                yield from self._round()
            except SpaceError as error:  # of images; a round goes on where they were missing
                yield from self._wait_for_disk(error)

    def _round(self) -> Iterator[Event]:
        for command in self._inbox.take():
            yield from self._obey(command)
        if self._pausing and not self._stopping:
            yield from self._wait()
        if self._over:
            return
        yield from self._trained(self._session.round)
        yield from self._go_on()
        yield from self._after_round(time.monotonic())

    def _after_round(self, now: float) -> Iterator[Event]:
        config, seen = self._session.config, self._session.images_seen
        if now - self._read_at >= 1 / READINGS_A_SECOND:
            yield from self._read(now)
        if self._grids.are_due(now):
            yield from self._grids.draw()
        yield from self._accelerate()
        if not self._looked_for_room:  # only now the optimisers remember what will be saved
            self._looked_for_room = True
            yield from short_of_room(self._session.snapshot(), self._folder)
        if self._saver.ready:
            yield from self._finish_save()
        yield from self._measure()
        every = config.checkpoint
        if (
            seen - self._saved_seen >= every.every_images
            or now - self._saved_at >= every.every_minutes * 60
        ):
            yield from self._save()
            self._measuring.begin()

    def _accelerate(self) -> Iterator[Event]:
        """Compile once samples are on the screen; tell of what could not be made faster."""
        runner, seen = self._session.runner, self._session.images_seen
        if runner.waits_to_compile:
            text = Message(
                "The networks are being compiled: training pauses, for a minute or more."
            )
            yield Notice(seen, "info", text, key="acceleration")
            began = time.monotonic()
            runner.compile()
            if runner.trouble is None:
                took = round(time.monotonic() - began)
                text = Message("Compiled in {seconds} s: training goes on.", seconds=took)
                yield Notice(seen, "info", text, key="acceleration")
            self._skip_clock()
        if runner.trouble is not None:
            yield Notice(seen, "warning", runner.trouble, key="acceleration")
            runner.trouble = None

    # --- readings and grids --------------------------------------------------------------------

    def _read(self, now: float, last: bool = False, single: bool = False) -> Iterator[Event]:
        values = self._session.meters.read(wait=last)
        elapsed, self._read_at = now - self._read_at, now
        self._session.seconds += elapsed
        if now - self._counted_at >= COUNTS_EVERY_S or last:
            self._counted_at = now
            yield from tell_counts(self._session, self._history)
        if not values:
            return
        session = self._session
        speed = self._speed()
        if not single:  # D's step alone counts images, G's none: neither is a speed of training
            values["speed"] = speed
        values |= {f"rate/{n}": session.live.number(f"optimizer_{n}.rate") for n in "gd"}
        values["memory"] = float(memory_used(session.device))
        self._history.scalars(session.images_seen, session.seconds, values)
        if (trouble := self._history.trouble) != self._told:
            self._told = trouble
            if trouble:
                text = Message(
                    "The history waits in memory: it cannot be written ({why}).", why=trouble
                )
                yield Notice(session.images_seen, "warning", text, key="history")
        yield Scalars(session.images_seen, values, session.seconds)
        if why := divergence(values):
            yield from self._go_back(why)

    def _measure(self) -> Iterator[Event]:
        """Give the metrics their turn; what they find belongs to the moment it was drawn from."""
        if self._saver.busy:  # else the best save might not be there yet when it is found to be it
            return
        session, measuring = self._session, self._measuring
        values = measuring.turn()
        if values:
            seen = measuring.images_seen
            self._history.scalars(seen, session.seconds, values)
            yield Scalars(seen, values, session.seconds)
            if self._last_save and measuring.keep_best(*self._last_save, values):
                self._history.event(seen, "best", path=self._last_save[0].name, **values)
        if measuring.trouble:
            text = Message("Metrics are off: {why}", why=measuring.trouble)
            measuring.trouble = ""
            yield Notice(session.images_seen, "warning", text, key="metrics")

    # --- saving --------------------------------------------------------------------------------

    def _save(self, wait: bool = False) -> Iterator[Event]:
        """Begin to write a checkpoint beside the training, after the one before is on disk.

        Args:
            wait: Go on only once it is on disk.
        """
        yield from self._finish_save()
        yield from self._start_save()
        if wait:
            yield from self._finish_save()
            self._skip_clock()

    def _start_save(self) -> Iterator[Event]:
        session = self._session
        while not session.is_finite():
            yield from self._go_back("A weight is no longer a number")
        keep, powers = session.config.checkpoint.keep, bool(session.powers)
        session.commands = self._inbox.taken
        if apart := session.drifted():
            text = Message(
                "The processes had drifted apart in “{name}”: all go on from the first one's.",
                name=apart,
            )
            yield Notice(session.images_seen, "warning", text, key="drift")
        snapshot = session.snapshot()
        copy = contained(snapshot.kept)
        self._saver.start(copy or snapshot, keep, powers)
        if copy is None:  # without memory for one the run stands still while it is written
            self._saver.wait()
        self._saved_at, self._saved_seen = time.monotonic(), session.images_seen

    def _finish_save(self) -> Iterator[Event]:
        """Tell of the save that was begun, if any; on a full disk wait for space, losing nothing."""
        while self._saver.busy:
            try:
                kept = self._saver.result()
            except SpaceError as error:
                yield from self._wait_for_disk(error)
                yield from self._start_save()
                continue
            yield from self._go_on()
            yield from self._tell(kept)

    def _tell(self, kept: Kept) -> Iterator[Event]:
        seen = kept.images_seen
        self._history.event(
            seen, "saved", path=kept.path.name, bytes=kept.bytes, seconds=kept.seconds
        )
        self._last_save = (kept.path, seen)
        yield Saved(seen, kept.path, kept.bytes, kept.seconds)
        if kept.trouble:
            text = Message("An older checkpoint could not be deleted: {why}.", why=kept.trouble)
            yield Notice(seen, "warning", text, key="prune")

    def _wait_for_disk(self, error: SpaceError) -> Iterator[Event]:
        """Wait a few seconds or for a command; Resume tries at once, Stop once more and then raises."""
        if self._stopping and self._waiting:
            raise error
        if not self._waiting:
            seen, self._waiting = self._session.images_seen, True
            self._history.event(seen, "trouble", text=str(error))
            yield Notice(seen, "error", error.text, error.hint, key="space")
            yield Paused(seen, reason=str(error.text))
        self._history.pulse()
        for command in self._inbox.take(timeout=5.0):
            if isinstance(command, commands.Stop):
                self._stopping = True
            elif isinstance(command, commands.Change):
                yield from self._obey(command)

    def _go_on(self) -> Iterator[Event]:
        """Say that the disk is there again, if it was waited for."""
        if self._waiting:
            self._waiting = False
            yield Resumed(self._session.images_seen)
            self._skip_clock()

    # --- trouble -------------------------------------------------------------------------------

    def _trained(self, work: Callable[[], None]) -> Iterator[Event]:
        """Do an update or a round; where memory runs out say what was done about it."""
        session, torn = self._session, False
        try:
            work()
        except TornUpdateError:
            torn = True
        except MemoryFullError:
            if session.is_whole:  # nothing of the update was applied: what was learned is kept
                yield from self._save(wait=True)
            raise
        for shortage in session.take_shortages():
            yield from self._tell_of_memory(shortage)
        if torn:
            broke = session.images_seen
            yield from self._return()
            self._history.event(session.images_seen, "rollback", since=broke)

    def _tell_of_memory(self, shortage: Shortage) -> Iterator[Event]:
        seen = self._session.images_seen
        self._history.event(seen, "memory", **asdict(shortage))
        yield self._changed("training.accumulation", shortage.before, shortage.parts)
        yield Notice(seen, "warning", shortage.sentence(), ADVICE, key="memory")

    def _return(self) -> Iterator[Event]:
        yield from self._finish_save()
        while not durable.is_here(self._folder):  # else the run would begin afresh
            yield from self._wait_for_disk(durable.gone(self._folder))
        yield from self._go_on()
        for text in back_to_save(self._session, self._history, self._folder):
            yield Notice(self._session.images_seen, "warning", text, key="damaged")
        self._saved_seen = self._session.images_seen
        self._speed()

    def _go_back(self, why: str) -> Iterator[Event]:
        """Return to the newest whole save with half the rates; give up after three times."""
        yield from self._finish_save()
        session, broke = self._session, self._session.images_seen
        self._returns += 1
        self._history.event(broke, "diverged", why=why, returns=self._returns)
        if self._returns > MOST_RETURNS:
            raise gave_up(why, self._returns, broke)
        yield from self._return()
        yield from self._lower_rates()
        self._history.event(session.images_seen, "rollback", since=broke)
        text = went_back(why, broke, session)
        hint = Message("Raise R1's gamma if it happens again.")
        yield Notice(session.images_seen, "warning", text, hint, key="diverged")

    def _lower_rates(self) -> Iterator[Event]:
        before = self._session.config.draft()
        self._session.lower_rates()
        for path in ("optimizer_g.rate", "optimizer_d.rate"):
            yield self._changed(path, get(before, path), get(self._session.config.draft(), path))

    # --- commands ------------------------------------------------------------------------------

    def _obey(self, command: Command) -> Iterator[Event]:
        match command:
            case commands.Stop():
                self._stopping = True
            case commands.Pause():
                self._pausing = True
            case commands.Resume():
                self._pausing = False
            case commands.SampleNow():
                yield from self._grids.draw()
            case commands.SaveNow():
                yield from self._save(wait=self._pausing)
            case commands.Evaluate():
                yield from self._measuring.hurry()
            case commands.StepOnce(network=network) if self._pausing:
                session = self._session
                self._skip_clock()  # who looks at one step and thinks about it does not train
                yield from self._trained(session.update_d if network == "d" else session.update_g)
                yield from self._read(time.monotonic(), last=True, single=True)
                yield from self._grids.draw()
            case commands.Change(path=path, value=value):
                yield from self._change(path, value)
            case commands.Refused(name=name, why=why):
                text = Message(
                    "The file “{name}” in the inbox is refused: {why}.", name=name, why=why
                )
                yield Notice(self._session.images_seen, "warning", text, key="inbox")

    def _change(self, path: str, value: object) -> Iterator[Event]:
        session = self._session
        try:
            with_value(session.config, path, value)  # before anything is saved for its sake
        except EngineError as error:
            yield Notice(session.images_seen, "warning", error.text, error.hint, key="change")
            return
        yield from self._keep_before()
        old = session.change(path, value)
        new = get(session.config.draft(), path)
        if new != old:
            yield self._changed(path, old, new)

    def _keep_before(self) -> Iterator[Event]:
        """See to it that one can go back to before a change: there is a save, and it stays."""
        if not checkpoint.listed(self._folder):
            yield from self._finish_save() if self._saver.busy else self._save(wait=True)
        keep_before(self._folder)

    def _changed(self, path: str, old: object, new: object) -> Changed:
        self._history.event(self._session.images_seen, "changed", path=path, old=old, new=new)
        return Changed(self._session.images_seen, path, old, new)

    def _wait(self) -> Iterator[Event]:
        """Hold everything until Resume or Stop."""
        yield from self._finish_save()
        yield from self._read(time.monotonic(), last=True)
        yield Paused(self._session.images_seen)
        while self._pausing and not self._stopping:
            self._history.pulse()
            for command in self._inbox.take(timeout=0.5):
                yield from self._obey(command)
        self._skip_clock()
        if not self._stopping:
            yield Resumed(self._session.images_seen)

    def _skip_clock(self) -> None:
        """Leave the time that was not spent training out of the speed."""
        self._read_at = time.monotonic()
        self._speed()

    def _speed(self) -> float:
        """Return the images a second since the last call; not every reading has values to go with it."""
        session, (seen, seconds) = self._session, self._since
        self._since = session.images_seen, session.seconds
        return (session.images_seen - seen) / max(session.seconds - seconds, 1e-9)
