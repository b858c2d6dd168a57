"""What a run will take, estimated from its settings: arithmetic, memory, disk."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from gan_engine import paths
from gan_engine.config import RunConfig, check
from gan_engine.device import autocast_type, choose, describe_device
from gan_engine.drafts import get, put
from gan_engine.durable import nearest_folder
from gan_engine.layers.segment import Segment, recompute
from gan_engine.optimizers import Optimizer

_FLOAT = 4
_ROOM = 0.9
"""More of a device's memory than this is not promised to anyone."""
_SLOPE = 1.5
"""What a penalty on a slope keeps, in ways through the network; measured on R3 and Style at 64 px."""
_HALVED = ("data.size", "architecture.width")
_BATCH = "training.batch_size"
_PARTS, _AGAIN = "training.accumulation", "training.recompute"


@dataclass(frozen=True)
class Relief:
    """A setting that would save memory, and how many bytes a run would need with it."""

    path: str
    value: int | bool
    memory: int


@dataclass(frozen=True)
class Cost:
    """Estimates; bytes unless it says otherwise.

    `macs_g` and `macs_d` are the multiply-adds of one image's way through a network, in
    convolutions and matrix products; training takes several times as many. `weights` are both
    networks, the average and the gradients; `activations` what is kept for the backward pass of the
    larger step. What torch itself needs comes on top.
    """

    parameters_g: int
    parameters_d: int
    macs_g: int
    macs_d: int
    weights: int
    optimizers: int
    activations: int
    checkpoint: int
    device: str
    memory_total: int
    memory_free: int
    disk_free: int | None = None
    """On the disk of the library of runs; None where that cannot be told."""
    reliefs: tuple[Relief, ...] = field(default=())

    def has_room(self, keep: int) -> bool:
        """Whether the disk takes so many checkpoints and the one that is written before one goes."""
        return self.disk_free is None or (keep + 1) * self.checkpoint <= self.disk_free

    @property
    def memory(self) -> int:
        """Everything a step needs at once."""
        return self.weights + self.optimizers + self.activations

    @property
    def fits(self) -> bool:
        """Whether the device has that much memory, with a little room."""
        return self.memory <= _ROOM * self.memory_total


def cost_of(config: RunConfig) -> Cost:
    """Return what `config` will take; where it does not fit, with settings that take less.

    Raises:
        DeviceError: The device it asks for is not there.
    """
    cost = estimate(config)
    if cost.fits:
        return cost
    return Cost(**{**vars(cost), "reliefs": reliefs_of(config)})


def reliefs_of(config: RunConfig) -> tuple[Relief, ...]:
    """Return the settings that would take less memory than these, whether these fit or not."""
    return tuple(_reliefs(config))


def estimate(config: RunConfig) -> Cost:
    """Return what `config` will take, without settings that take less.

    Raises:
        DeviceError: The device it asks for is not there.
    """
    architecture, shape = config.architecture, config.data.shape
    classes = int(config.data.classes)
    with torch.device("meta"):
        g, d = architecture.generator(shape, classes), architecture.discriminator(shape, classes)

    def for_g(count: int) -> tuple[Tensor, ...]:
        return architecture.blank(shape, count, classes).g

    def for_d(count: int) -> tuple[Tensor, ...]:
        return architecture.blank(shape, count, classes).d

    kept_g, macs_g, inner_g = _kept(g, for_g)
    kept_d, macs_d, inner_d = _kept(d, for_d)
    slope_g, slope_d = kept_g, kept_d
    again_g: _ByBatch = _nothing
    again_d: _ByBatch = _nothing
    if config.training.recompute:  # one segment's inner maps are there at a time, as it is computed
        recompute(g, True)
        recompute(d, True)
        again_g, again_d = inner_g, inner_d
        kept_g, kept_d = _kept(g, for_g)[0], _kept(d, for_d)[0]
    training = config.training
    # What a batch in parts keeps is one part's.
    batch = training.batch_size // training.accumulation
    slopes = {p.on for p in config.penalties if p.slopes}
    # D judges reals and fakes; G's step keeps both networks' ways. Afterwards each penalty on a slope
    # keeps a way and half of the way back, whether inner maps are computed again or not, and in fp32.
    device = choose(config.training.device)
    share = 0.5 if autocast_type(config.training.precision, device) else 1.0
    step_d = share * (2 * kept_d(batch) + again_d(batch))
    step_d = max(step_d, _SLOPE * ("d" in slopes) * slope_d(batch))
    ways_g = kept_g(batch) + (1 + config.loss.needs_reals_for_g) * kept_d(batch)
    step_g = share * (ways_g + max(again_g(batch), again_d(batch)))
    step_g = max(step_g, _SLOPE * ("g" in slopes) * slope_g(batch))
    held_g, held_d = _held(g), _held(d)
    learned_g, learned_d = _learned(g), _learned(d)
    optimizers = _remembered(config.optimizer_g) * learned_g
    optimizers += _remembered(config.optimizer_d) * learned_d
    powers = 2 * held_g if config.ema.any_length else 0
    info = describe_device(device.type)
    return Cost(
        parameters_g=learned_g,
        parameters_d=learned_d,
        macs_g=macs_g,
        macs_d=macs_d,
        weights=2 * held_g + held_d + (learned_g + learned_d) * _FLOAT + powers,
        optimizers=optimizers * _FLOAT,
        activations=math.ceil(max(step_d, step_g)),
        checkpoint=2 * held_g + held_d + optimizers * _FLOAT + powers,
        device=info.name,
        memory_total=info.memory_total,
        memory_free=info.memory_free,
        disk_free=free_for_runs(),
    )


def free_for_runs() -> int | None:
    """Return how many bytes the disk of the library of runs has free; None where it cannot be told."""
    try:
        return shutil.disk_usage(nearest_folder(paths.runs())).free
    except OSError:
        return None


def _learned(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def _held(network: nn.Module) -> int:
    return sum(t.numel() * t.element_size() for t in network.state_dict().values())


def _remembered(optimizer: Optimizer) -> int:
    """Return how many numbers an optimiser remembers for each weight, found by letting it step."""
    weight = nn.Parameter(torch.zeros(3))
    weight.grad = torch.ones(3)
    built = optimizer.build([weight], 1e-3)
    built.step()
    values = built.state[weight].values()
    return sum(isinstance(v, Tensor) and v.shape == weight.shape for v in values)


_ByBatch = Callable[[int], int]


def _nothing(batch: int) -> int:
    return 0


def _kept(
    network: nn.Module, blank: Callable[[int], tuple[Tensor, ...]]
) -> tuple[_ByBatch, int, _ByBatch]:
    """Return the bytes autograd keeps, the multiply-adds of one image, the bytes of one segment.

    Bytes are by batch size, and the segment is the one with the most. Two and four images are sent
    through on the meta device: what they share is counted once.
    """
    two, flops, inner_two = _pass(network, blank, 2)
    four, _, inner_four = _pass(network, blank, 4)
    return _line(two, four), flops // 4, _line(inner_two, inner_four)


def _line(two: int, four: int) -> _ByBatch:
    """Return what grows evenly with the batch, from what it is of two and of four images."""
    each = (four - two) // 2
    return lambda batch: max(each, two + each * (batch - 2))


class _NoModules:
    """Where the flop counter asks which modules it is in: none, everything counts as one."""

    parents = frozenset({"Global"})

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def _pass(
    network: nn.Module, blank: Callable[[int], tuple[Tensor, ...]], count: int
) -> tuple[int, int, int]:
    own = {_place(p) for p in network.parameters()}
    seen: dict[int, Any] = {}
    before, inner = list[int](), 0

    def pack(tensor: Tensor) -> Tensor:
        if _place(tensor) not in own:
            seen[_place(tensor)] = tensor.untyped_storage()  # alive, so that no place comes twice
        return tensor

    def kept() -> int:
        return sum(storage.nbytes() for storage in seen.values())

    def enter(*_: Any) -> None:
        before.append(kept())

    def leave(*_: Any) -> None:
        nonlocal inner
        inner = max(inner, kept() - before.pop())

    counter = FlopCounterMode(display=False)
    # Its own tracker hooks every module of the process, that of a run beside us included.
    counter.mod_tracker = _NoModules()  # type: ignore[assignment]
    hooks = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
    segments = [module for module in network.modules() if isinstance(module, Segment)]
    handles = [segment.register_forward_pre_hook(enter) for segment in segments]
    handles += [segment.register_forward_hook(leave) for segment in segments]
    with torch.device("meta"), hooks, counter:
        first, *others = blank(count)
        out = network(first.requires_grad_(True), *others)
    del out
    for handle in handles:
        handle.remove()
    return kept(), int(counter.get_total_flops()), inner


def _place(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)


def _reliefs(config: RunConfig) -> Iterator[Relief]:
    """Yield each setting that can take less, and what would be needed then."""
    draft = put(config.draft(), "data.folder", paths.BUILTIN)
    times = _too_many_times(estimate(config))
    parts, batch = int(get(draft, _PARTS)), int(get(draft, _BATCH))
    values: list[tuple[str, list[int | bool]]] = [(_PARTS, [parts * n for n in times])]
    if not config.training.recompute:
        values.append((_AGAIN, [True]))
    values.append((_BATCH, [batch // n for n in times]))
    values += [(path, [int(get(draft, path, 0)) // 2]) for path in _HALVED]
    for path, wanted in values:
        for value in wanted:
            smaller, _ = check(put(draft, path, value)) if value else (None, [])
            if smaller is not None:
                yield Relief(path, value, estimate(smaller).memory)
                break


def _too_many_times(cost: Cost) -> list[int]:
    """Return by how much fewer images at once would fit, a power of two, then what comes closest."""
    room = _ROOM * cost.memory_total - cost.weights - cost.optimizers
    times = 2
    while room > 0 and cost.activations > times * room:
        times *= 2
    return [2**n for n in range(times.bit_length() - 1, 0, -1)]
