"""One run trained by several processes: rank 0 leads, the others do at every moment what it does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_engine.checkpoint import Checkpoint
from gan_engine.config import RunConfig, parse
from gan_engine.data.classes import classes_for
from gan_engine.data.prepare import Prepared, prepare
from gan_engine.device import Formats, choose
from gan_engine.errors import DataError, EngineError, MemoryFullError, RankLostError, SpaceError
from gan_engine.training.ranks import Together
from gan_engine.training.session import Session

STRETCH_S = 0.05
"""For how long the others go on before they listen again: hardly felt, and it costs no time."""

LOOKS_EVERY_S = 5.0
"""How often a process looks for images that cannot be read."""


class Leader(Session):
    """The session of rank 0: whatever changes it, the others are told first, at the same update."""

    ranks: Together

    def _start(self) -> None:
        self._ahead, self._leading, self._pace = 0, False, 1.0
        super()._start()
        self.meters.before = self._share_meters

    # --- going on ------------------------------------------------------------------------------

    def round(self) -> None:
        """Go one round on; the others are told of several at once."""
        if not self._ahead:
            step = self.config.training.batch_size * self.config.training.d_steps
            rest = -(-(self.config.training.images - self.images_seen) // step)
            self._ahead = max(1, min(int(STRETCH_S / self._pace), rest))
            self.ranks.tell({"do": "rounds", "count": self._ahead})
        self._ahead -= 1
        began = time.perf_counter()
        self._plain_round()
        self._pace = max(1e-6, 0.8 * self._pace + 0.2 * (time.perf_counter() - began))

    def update_d(self) -> None:
        if not self._leading:
            self._order("d")
        super().update_d()

    def update_g(self) -> None:
        if not self._leading:
            self._order("g")
        super().update_g()

    def _plain_round(self) -> None:
        self._leading = True
        try:
            super().round()
        except MemoryFullError:  # so it is with all of them: nobody does the rest
            self._ahead = 0
            raise
        except SpaceError:  # images are away: the others wait in this very round
            self._ahead += 1
            raise
        finally:
            self._leading = False

    def _catch_up(self) -> None:
        """Do what the others were told to do already."""
        with torch.enable_grad():  # metrics, which ask for samples, need no gradients
            while self._ahead:
                self._ahead -= 1
                self._plain_round()

    def _order(self, do: str, **more: Any) -> None:
        """Tell the others to do something, after what they were told before."""
        self._catch_up()
        self.ranks.tell({"do": do, **more})

    # --- what is done by all -------------------------------------------------------------------

    def change(self, path: str, value: Any) -> Any:
        self._catch_up()
        old = super().change(path, value)
        self._order("change", path=path, value=value)
        return old

    def lower_rates(self) -> None:
        self._order("rates")
        super().lower_rates()

    def restart(self) -> None:
        self._order("restart")
        super().restart()

    def restore(self, saved: Checkpoint, path: Path) -> None:
        self._catch_up()
        super().restore(saved, path)
        self.share_state()

    def samples(self, count: int) -> Tensor:
        self._order("samples", count=count)
        return super().samples(count)

    def share_state(self) -> None:
        """Make everybody's state this one's."""
        state = self.snapshot()
        kinds = {n: [str(t.dtype).split(".")[1], *t.shape] for n, t in state.tensors.items()}
        self._order("state", counters=state.counters, tensors=kinds)
        self.runner.forget()  # as they do: all capture at the same update, or none
        for tensor in state.tensors.values():
            self.ranks.spread(tensor.detach().to("cpu", copy=True).contiguous())

    def drifted(self) -> str:
        """Return the name of a tensor that is not the same everywhere, made so now; else nothing."""
        self._order("compare")
        apart = first_difference(self)
        if apart:
            self.share_state()
        return apart

    def _share_meters(self) -> None:
        self._order("read")
        self.meters.add_up(self.ranks)

    def close(self) -> None:
        ranks = self.__dict__.get("ranks")
        if ranks is not None:
            # Whoever is left is told; not those that wait in a round for want of images.
            with contextlib.suppress(RankLostError, RuntimeError, SpaceError):
                self._order("end")
        super().close()


def lead(config: RunConfig, prepared: Prepared, formats: Formats, ranks: Together) -> Session:
    """Have every process build the run's networks; return rank 0's session.

    Raises:
        DataError: Another process sees other images.
    """
    ranks.tell({"draft": config.draft(), "formats": vars(formats)})
    ranks.wait()  # one of each computer prepares the images, the others take what it made
    ranks.wait()
    _agree(prepared, ranks)
    return _session(Leader, config, prepared, formats, ranks)


def serve(ranks: Together, tell: Callable[[EngineError], None] = lambda _: None) -> None:
    """Do what rank 0 does until it ends; everything but rank 0 lives in here.

    Args:
        ranks: This process among those that train together.
        tell: Hears of images that only this process cannot read; rank 0 waits for it meanwhile.

    Raises:
        EngineError: Rank 0 is gone, or this process fails by itself.
    """
    order = ranks.hear()
    while "draft" not in order:  # rank 0 ended before anything was built
        if order.get("do") == "end":
            return
        order = ranks.hear()
    config = parse(order["draft"])
    if ranks.local_rank == 0:
        prepared = _prepared(config)
        ranks.wait()
    else:
        ranks.wait()
        prepared = _prepared(config)
    ranks.wait()
    _agree(prepared, ranks)
    session = _session(Session, config, prepared, Formats(**order["formats"]), ranks)
    while (order := ranks.hear())["do"] != "end":
        try:
            _obey(session, order, ranks, tell)
        except MemoryFullError:  # too little for all: rank 0 tells, saves, and ends the others
            if not session.is_whole:
                raise
        session.take_shortages()  # rank 0 tells of them
    session.close()


def _patiently(update: Callable[[], None], tell: Callable[[EngineError], None]) -> None:
    """Do an update or a round; where images cannot be read, look again every few seconds."""
    told = False
    while True:
        try:
            return update()
        except SpaceError as error:
            if not told:
                tell(error)
        told = True
        time.sleep(LOOKS_EVERY_S)


def _obey(
    session: Session,
    order: dict[str, Any],
    ranks: Together,
    tell: Callable[[EngineError], None],
) -> None:
    match order["do"]:
        case "rounds":
            for _ in range(order["count"]):
                _patiently(session.round, tell)
        case "d":
            _patiently(session.update_d, tell)
        case "g":
            _patiently(session.update_g, tell)
        case "read":
            session.meters.add_up(ranks)
        case "change":
            session.change(order["path"], order["value"])
        case "rates":
            session.lower_rates()
        case "restart":
            session.restart()
        case "samples":
            session.samples(order["count"])
        case "compare":
            first_difference(session)
        case "state":
            tensors = {}
            for name, (kind, *shape) in order["tensors"].items():
                tensors[name] = torch.empty(shape, dtype=getattr(torch, kind))
                ranks.spread(tensors[name])
            state = Checkpoint("checkpoint", session.config.draft(), order["counters"], tensors)
            session.restore(state, Path("rank 0"))


def first_difference(session: Session) -> str:
    """Return the name of the first tensor that is not bit for bit the same in every process."""
    tensors = session.tensors()
    sums = torch.stack([_sum(tensor).cpu() for tensor in tensors.values()])
    every = session.ranks.gathered(sums).view(session.ranks.count, -1)
    wrong = (every != every[0]).any(0)
    return next((name for name, bad in zip(tensors, wrong.tolist(), strict=True) if bad), "")


def _sum(tensor: Tensor) -> Tensor:
    words = torch.int32 if tensor.element_size() % 4 == 0 else torch.uint8
    return tensor.detach().reshape(-1).contiguous().view(words).sum(dtype=torch.int64)


def _session(
    kind: type[Session], config: RunConfig, prepared: Prepared, formats: Formats, ranks: Together
) -> Session:
    classes = classes_for(config.data, prepared.files, prepared.labels)
    device = ranks.on(choose(config.training.device))
    return kind(config, prepared.images, device, classes, formats, ranks)


def _prepared(config: RunConfig) -> Prepared:
    *_, last = prepare(config.data)
    assert isinstance(last, Prepared)  # it is never cancelled
    return last


def _agree(prepared: Prepared, ranks: Together) -> None:
    """Make sure that every process learns from the same images."""
    some = prepared.images[:: max(1, len(prepared.images) // 64)]
    mine = torch.tensor([[len(prepared.images), int(some.sum(dtype="int64"))]])
    every = ranks.gathered(mine)
    wrong = (every != every[0]).any(1).nonzero()
    if len(wrong):
        raise DataError(
            "Process {rank} sees other images than the first one.",
            hint="Give every computer the same folder of images.",
            rank=int(wrong[0]),
        )
