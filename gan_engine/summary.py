"""G and D layer by layer, with shapes and numbers of weights, without computing anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from gan_engine.architectures import SelfTaught
from gan_engine.config import RunConfig


@dataclass(frozen=True)
class LayerRow:
    """One block or layer: `shape` is what it returns, without the batch.

    `parameters` counts all it holds; the rows of `depth` 0 hold everything once, deeper rows are
    what the row above them is made of. `memory` is what a block of depth 0 keeps of each image
    until its gradients are computed, in bytes at fp32.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    depth: int
    memory: int = 0


@dataclass(frozen=True)
class NetworkSummary:
    """Both networks, in the order in which an image passes through them.

    `receptive_field` is how many pixels (square) one logit of a patch map looks at; 0 when D
    judges the whole image.
    """

    g: tuple[LayerRow, ...]
    d: tuple[LayerRow, ...]
    receptive_field: int = 0

    @property
    def parameters_g(self) -> int:
        """How many numbers G learns."""
        return sum(row.parameters for row in self.g if row.depth == 0)

    @property
    def parameters_d(self) -> int:
        """How many numbers D learns."""
        return sum(row.parameters for row in self.d if row.depth == 0)


def summarize(config: RunConfig, classes: int | None = None) -> NetworkSummary:
    """Return what the networks of `config` look like, from the real modules on the meta device.

    Args:
        config: A run's settings.
        classes: How many classes its images have; None counts one where there are classes, because
            settings do not know how many.
    """
    architecture, shape = config.architecture, config.data.shape
    classes = int(config.data.classes) if classes is None else classes
    with torch.device("meta"), torch.no_grad():
        g, d = architecture.generator(shape, classes), architecture.discriminator(shape, classes)
        blank = architecture.blank(shape, 2, classes)
        g_rows, _, _ = _watch(g, *blank.g)
        d_rows, field, logits = _watch(d, *blank.d)
    g_rows = _with_memory(g, g_rows, lambda n: architecture.blank(shape, n, classes).g)
    d_rows = _with_memory(d, d_rows, lambda n: architecture.blank(shape, n, classes).d)
    return NetworkSummary(tuple(g_rows), tuple(d_rows), field if logits.ndim == 4 else 0)


def _with_memory(
    network: nn.Module, rows: list[LayerRow], blank: Callable[[int], tuple[Tensor, ...]]
) -> list[LayerRow]:
    """Return the rows with what each block keeps of an image.

    Two and four images are sent through: what a block keeps of all of them together is left out.
    """
    two, four = (_kept(network, blank, count) for count in (2, 4))
    blocks = [name for name, _, depth in _modules(network) if depth == 0]
    each = {name: (four.get(n, 0) - two.get(n, 0)) // 2 for n, name in enumerate(blocks)}
    return [row if row.depth else replace(row, memory=each.get(row.name, 0)) for row in rows]


def _kept(
    network: nn.Module, blank: Callable[[int], tuple[Tensor, ...]], count: int
) -> dict[int, int]:
    """Return the bytes that autograd keeps in each outermost block, by its place."""
    own = {parameter.untyped_storage()._cdata for parameter in network.parameters()}
    within: list[int] = []
    seen: dict[int, tuple[int, Any]] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if within and storage._cdata not in own:
            # The storage is kept alive, so that no place comes twice.
            seen.setdefault(storage._cdata, (within[-1], storage))
        return tensor

    def enter(place: int) -> Any:
        return lambda *_: within.append(place)

    def leave(*_: Any) -> None:
        within.pop()

    outer = [module for _, module, depth in _modules(network) if depth == 0]
    hooks = [
        hook
        for place, module in enumerate(outer)
        for hook in (
            module.register_forward_pre_hook(enter(place)),
            module.register_forward_hook(leave),
        )
    ]
    saved = torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor)
    try:
        with torch.device("meta"), torch.enable_grad(), saved:
            first, *others = blank(count)
            network(first.requires_grad_(True), *others)
    finally:
        for hook in hooks:
            hook.remove()
    found: dict[int, int] = {}
    for place, storage in seen.values():
        found[place] = found.get(place, 0) + storage.nbytes()
    return found


def _watch(network: nn.Module, *inputs: Tensor) -> tuple[list[LayerRow], int, Tensor]:
    """Return a row for each module that ran, how far one output looks, and the output."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}
    passed: list[nn.Module] = []

    def note(module: nn.Module, _: Any, out: Any) -> None:
        # What a block uses twice counts as it was used first: on the way that is not the shortcut.
        if isinstance(out, Tensor) and module not in shapes:
            shapes[module] = tuple(out.shape[1:])
            passed.append(module)

    modules = list(_modules(network))
    hooks = [module.register_forward_hook(note) for _, module, _ in modules]
    try:
        out: Tensor = network(*inputs)
        if isinstance(network, SelfTaught):
            network.lesson(inputs[0], inputs[1] if inputs[1:] else None, None)
    finally:
        for hook in hooks:
            hook.remove()
    rows = [
        LayerRow(name, _kind(module), shapes[module], _weights(module), depth)
        for name, module, depth in modules
        if module in shapes
    ]
    aside = {m for path, m in network.named_modules() if _ASIDE & set(path.split("."))}
    return rows, _reach([module for module in passed if module not in aside]), out


def _modules(parent: nn.Module, depth: int = 0) -> Iterator[tuple[str, nn.Module, int]]:
    """Yield (name, module, depth) below `parent`; a list of blocks counts as its blocks."""
    for key, child in parent.named_children():
        if type(child) in (nn.Sequential, nn.ModuleList):
            for number, block in child.named_children():
                yield f"{_words(key)} {int(number) + 1}", block, depth
                yield from _modules(block, depth + 1)
        else:
            yield _words(key), child, depth
            yield from _modules(child, depth + 1)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _weights(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _reach(passed: list[nn.Module]) -> int:
    """Return how many pixels wide one output sees, from the kernels and strides on the way."""
    reach = jump = 1
    for module in passed:
        kernel, stride = getattr(module, "kernel_size", None), getattr(module, "stride", None)
        if isinstance(kernel, tuple) and isinstance(stride, tuple):
            reach += (kernel[0] - 1) * jump
            jump *= stride[0]
    return reach


def _kind(module: nn.Module) -> str:
    """Return what a module is, in a person's words."""
    label = getattr(module, "label", "")
    if label:
        return str(label)
    words = _NAMES.get(type(module).__name__.removeprefix("Spectral"), "")
    if not words:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(module).__name__).capitalize()
    kernel, stride = getattr(module, "kernel_size", None), getattr(module, "stride", None)
    if isinstance(kernel, tuple) and isinstance(stride, tuple):
        sign = "×" if isinstance(module, nn.ConvTranspose2d) else "÷"
        words += f" {kernel[0]}×{kernel[1]}" + (f", {sign}{stride[0]}" if stride[0] > 1 else "")
    if isinstance(module, nn.LeakyReLU):
        words += f" {module.negative_slope:g}"
    return words + (", spectral norm" if type(module).__name__.startswith("Spectral") else "")


_ASIDE = {"shortcut", "shrink", "whole", "decoders"}
"""What is beside the way from an image to a logit of its own."""

_NAMES = {
    "BatchNorm2d": "Batch norm",
    "Conv2d": "Convolution",
    "ConvTranspose2d": "Transposed convolution",
    "GLU": "Gate",
    "LeakyReLU": "Leaky ReLU",
    "Linear": "Dense",
    "ReLU": "ReLU",
    "Squash": "tanh",
}
