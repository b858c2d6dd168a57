"""What holds for every architecture, with every choice that it offers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from gan_engine.architectures import ARCHITECTURES, Architecture, SelfTaught
from gan_engine.imaging import ImageShape
from gan_engine.layers.classes import Projection
from gan_engine.schema import settings_of

SMALL = ImageShape(16, 16, 3)


def tiny(kind: type[Architecture], **choices: object) -> Architecture:
    """As narrow as its settings allow, with a short latent."""
    narrow = {s.name: s.low for s in settings_of(kind) if s.name in ("width", "w_dim")}
    latent = {} if kind.needs_pairs else {"z_dim": 8}
    return kind(**latent | narrow | choices)


def variants() -> Iterator[pytest.param]:
    """Every architecture as it comes, and once for each other value of each of its choices."""
    for kind in ARCHITECTURES:
        yield pytest.param(tiny(kind), id=kind.key())
        for setting in settings_of(kind):
            values = [value for value, _ in setting.choices] if setting.kind == "choice" else []
            values = [False, True] if setting.kind == "switch" else values
            for value in values:
                if value != setting.default:
                    name = f"{kind.key()}-{setting.name}-{value}"
                    yield pytest.param(tiny(kind, **{setting.name: value}), id=name)


every = pytest.mark.parametrize("kind", ARCHITECTURES, ids=lambda kind: kind.key())
every_variant = pytest.mark.parametrize("architecture", list(variants()))
every_variant_with_classes = pytest.mark.parametrize(
    "architecture", [p for p in variants() if not p.values[0].needs_pairs]
)


def networks(
    architecture: Architecture, shape: ImageShape = SMALL, seed: int = 0
) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    g, d = architecture.generator(shape), architecture.discriminator(shape)
    source = torch.linspace(-1, 1, 4 * math.prod(shape)).sin().reshape(4, *shape_of(shape))
    return g, Told(d, source) if architecture.needs_pairs else d


class Told(nn.Module):
    """A D that is told what images were made from, as a D that is called with images alone."""

    def __init__(self, d: nn.Module, source: Tensor) -> None:
        super().__init__()
        self.d, self.source = d, source

    def forward(self, x: Tensor) -> Tensor:
        return self.d(x, self.source[: len(x)])


def images(count: int = 4) -> Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.rand(count, *shape_of(SMALL), generator=draw) * 2 - 1


def judged(d: nn.Module, x: Tensor, *labels: Tensor) -> Tensor:
    """Return all that D learns from at once."""
    if not isinstance(d, SelfTaught):
        return d(x, *labels)
    logits, lesson = d.lesson(x, labels[0] if labels else None, torch.Generator())
    assert logits.shape == d(x, *labels).shape
    return logits + lesson


def shape_of(shape: ImageShape) -> tuple[int, int, int]:
    return shape.channels, shape.height, shape.width


@every
@pytest.mark.parametrize(
    ("size", "channels"),
    [
        *(((16, 16), channels) for channels in (1, 3, 4)),
        *((size, 3) for size in ((32, 32), (64, 64), (128, 128), (48, 48), (96, 96))),
        ((48, 64), 1),
        ((128, 64), 4),
    ],
)
def test_that_images_have_the_shape_asked_for(kind, size, channels) -> None:
    shape, architecture = ImageShape(*size, channels), kind()
    assert list(architecture.objections(shape)) == []
    with torch.device("meta"):
        g, d = networks(architecture, shape)
        made = g(torch.empty(4, *architecture.takes(shape)))
        assert made.shape == (4, *shape_of(shape))
        assert d(made).shape in ((4,), (4, 1, *d(made).shape[2:]))


@every
@pytest.mark.parametrize("size", [(16, 512), (448, 28), (96, 64), (512, 512)])
def test_that_the_longest_and_the_largest_images_can_be_made(kind, size) -> None:
    test_that_images_have_the_shape_asked_for(kind, size, 3)


@every_variant
def test_that_every_choice_makes_images_and_logits(architecture) -> None:
    g, d = networks(architecture)
    made = g(torch.randn(4, *architecture.takes(SMALL)))
    assert made.shape == (4, 3, 16, 16)
    assert torch.isfinite(made).all()
    logits = d(made)
    assert torch.isfinite(logits).all()
    assert logits.shape == (4,) or (logits.ndim == 4 and logits.shape[:2] == (4, 1))


@every_variant
def test_that_it_says_whether_g_stays_within_pixels(architecture) -> None:
    """However large its weights become; one that does not is clamped wherever it is shown."""
    g, _ = networks(architecture)
    wake(g)
    z = torch.randn(4, *architecture.takes(SMALL))
    with torch.no_grad():
        for weight in g.parameters():
            weight.mul_(10)
        assert g(z).abs().max() <= 1 or not architecture.squashes


@every_variant
def test_that_a_score_is_no_probability(architecture) -> None:
    """Losses take logits: of some of a few fresh Ds one is below 0, which no sigmoid ever is."""
    scores = (networks(architecture, seed=seed)[1](images()) for seed in range(20))
    assert any((score <= 0).any() for score in scores)


@every_variant
def test_that_a_gradient_reaches_every_weight(architecture) -> None:
    g, d = networks(architecture)
    wake(g, d)
    judged(d, g(torch.randn(4, *architecture.takes(SMALL)))).square().sum().backward()
    for network in (g, d):
        idle = [
            n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0
        ]
        assert idle == []


def wake(*nets: nn.Module) -> None:
    """Give weights that start at zero a value, so that what is behind them shows."""
    with torch.no_grad():
        for network in nets:
            for weight in network.parameters():
                if not weight.any():
                    weight.normal_(0, 0.1)


@every_variant
def test_that_r1_can_be_learned_from(architecture) -> None:
    _, d = networks(architecture)
    wake(d)
    slope(d, images()).backward()
    gradients = [p.grad for p in d.parameters() if p.grad is not None]
    assert all(torch.isfinite(g).all() for g in gradients)
    assert sum(float(g.abs().sum()) for g in gradients) > 0


def slope(d: nn.Module, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    return gradient.square().sum()


@every_variant
def test_that_it_learns_in_bf16_too(architecture) -> None:
    g, d = networks(architecture)
    with torch.autocast("cpu", torch.bfloat16):
        logits = judged(d, g(torch.randn(4, *architecture.takes(SMALL))))
    assert logits.dtype == torch.float32, "end D in fp32: `in_full(self.logit, x)`"
    logits.square().sum().backward()
    for network in (g, d):
        assert all(p.grad is not None and p.grad.dtype == p.dtype for p in network.parameters())
        assert all(torch.isfinite(p.grad).all() for p in network.parameters())


@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(*p.values, id=p.id, marks=[pytest.mark.slow] if "-" in str(p.id) else [])
        for p in variants()
    ],
)
def test_that_nothing_waits_for_the_device(architecture) -> None:
    """Fake tensors refuse to become numbers, so a branch on data or an `item()` would raise."""
    with FakeTensorMode():
        g, d = networks(architecture)
        made = g(torch.randn(4, *architecture.takes(SMALL)))
        judged(d, made).square().sum().backward()
        slope(d, torch.rand(4, 3, 16, 16)).backward()


LABELS = torch.tensor([0, 1, 2, 0])


def with_classes(architecture: Architecture, classes: int = 3) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    return architecture.generator(SMALL, classes), architecture.discriminator(SMALL, classes)


@every_variant_with_classes
def test_that_every_choice_tells_classes_apart(architecture) -> None:
    g, d = with_classes(architecture)
    wake(g, d)
    g(torch.randn(4, *architecture.takes(SMALL)), LABELS)
    z, x = torch.randn(4, *architecture.takes(SMALL)), images()
    d(x, LABELS)
    g.eval(), d.eval()
    others = (LABELS + 1) % 3
    assert not torch.allclose(g(z, LABELS), g(z, others), atol=1e-4)
    assert not torch.allclose(d(x, LABELS), d(x, others), atol=1e-4)
    assert d(x, LABELS).shape == architecture.discriminator(SMALL)(x).shape
    shares = torch.nn.functional.one_hot(LABELS, 3).float()
    assert torch.allclose(g(z, LABELS), g(z, shares), atol=1e-4)
    for network, inputs in ((g, z), (d, x)):
        with pytest.raises(ValueError, match="labels"):
            network(inputs)


@every_variant_with_classes
def test_that_with_classes_a_gradient_reaches_every_weight(architecture) -> None:
    g, d = with_classes(architecture)
    wake(g, d)
    made = g(torch.randn(4, *architecture.takes(SMALL)), LABELS)
    judged(d, made, LABELS).square().sum().backward()
    for network in (g, d):
        idle = [
            n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0
        ]
        assert idle == []


@every_variant_with_classes
def test_that_one_class_is_as_good_as_none(architecture) -> None:
    """What a class adds is zero when its weights are: then both kinds of network are one function.

    Weights of spectral norm one cannot be zero: what they add is taken away instead.
    """
    x, z, labels = (
        images(),
        torch.randn(4, *architecture.takes(SMALL)),
        torch.zeros(4, dtype=torch.int64),
    )
    pairs = zip((z, x), networks(architecture), with_classes(architecture, 1), strict=True)
    for inputs, alone, told in pairs:
        own, state = alone.state_dict(), told.state_dict(keep_vars=True)
        with torch.no_grad():
            for name, tensor in state.items():
                tensor.copy_(own[name].reshape(tensor.shape) if name in own else torch.tensor(0.0))
        for module in told.modules():
            if isinstance(module, Projection) and module.spectral:
                module.register_forward_hook(lambda _m, _i, added: torch.zeros_like(added))
        assert torch.allclose(alone.eval()(inputs), told.eval()(inputs, labels), atol=1e-5)


@every_variant
def test_that_a_state_dict_brings_the_networks_back(architecture) -> None:
    trained = networks(architecture)
    for old, new in zip(trained, networks(architecture, seed=99), strict=True):
        x = images() if old is trained[1] else torch.randn(4, *architecture.takes(SMALL))
        old(x)  # a training call moves statistics and norms: they are state too
        new.load_state_dict(old.state_dict())
        assert torch.equal(old.eval()(x), new.eval()(x))


@every_variant
def test_that_an_image_of_a_resting_g_does_not_depend_on_its_neighbours(architecture) -> None:
    g, _ = networks(architecture)
    z = torch.randn(4, *architecture.takes(SMALL))
    g(z)
    g.eval()
    with torch.no_grad():
        assert torch.allclose(g(z)[:1], g(z[:1]), atol=1e-4)


@every_variant
def test_that_the_seed_decides_the_weights(architecture) -> None:
    for one, two in zip(networks(architecture), networks(architecture), strict=True):
        state = two.state_dict()
        assert all(torch.equal(tensor, state[name]) for name, tensor in one.state_dict().items())


@every_variant
def test_that_it_says_whether_d_mixes_the_batch(architecture) -> None:
    _, d = networks(architecture)
    has = any(isinstance(module, nn.BatchNorm2d) for module in d.modules())
    assert architecture.d_mixes_batch == has


@pytest.mark.parametrize("architecture", [p for p in variants() if p.values[0].d_is_bounded])
def test_that_a_bounded_d_cannot_be_made_steeper_by_larger_weights(architecture) -> None:
    _, d = networks(architecture)
    for _ in range(20):
        d(images())
    d.eval()
    before = slope(d, images())
    with torch.no_grad():
        for weight in d.parameters():
            if weight.ndim > 1:
                weight.mul_(10)
    assert torch.allclose(slope(d, images()), before, rtol=1e-3)


@every
def test_that_every_setting_explains_itself(kind) -> None:
    assert kind.title
    assert kind.__doc__
    for setting in settings_of(kind):
        assert setting.help, setting.path
        assert setting.label, setting.path
        if setting.kind in ("integer", "number"):
            assert setting.low is not None, setting.path
            assert setting.high is not None, setting.path


@every
@pytest.mark.parametrize("edge", ["low", "high"])
def test_that_bounds_hold(kind, edge) -> None:
    for setting in settings_of(kind):
        bound = getattr(setting, edge)
        if setting.kind != "integer" or bound is None:
            continue
        kind(**{setting.name: bound})
        with pytest.raises(ValueError, match=setting.name):
            kind(**{setting.name: bound + (1 if edge == "high" else -1)})


@every
@pytest.mark.parametrize(
    ("shape", "path", "nearest"),
    [
        (ImageShape(65, 65, 3), "data.size", 64),
        (ImageShape(100, 100, 3), "data.size", 96),
        (ImageShape(8, 8, 1), "data.size", 16),
        (ImageShape(1000, 1000, 3), "data.size", 512),
        (ImageShape(64, 90, 3), "data.width", 96),
    ],
)
def test_that_an_impossible_size_is_refused_with_the_nearest_that_works(
    kind, shape, path, nearest
) -> None:
    (problem,) = kind().objections(shape)
    assert (problem.path, problem.suggestion) == (path, nearest)
    assert str(nearest) in problem.hint
