"""What holds for every augmentation."""

from __future__ import annotations

from types import MappingProxyType

import pytest
import torch
from torch import Tensor

from gan_engine.augment import AUGMENTATIONS, Adaptive, Augmentation, DiffAugment
from gan_engine.augment.adaptive import _Draw, _geometry
from gan_engine.augment.diff_augment import _painted
from gan_engine.schema import Ramp, Setting, settings_of
from tests.contracts.test_every_setting import another

BATCHES = [(6, 3, 16, 16), (4, 1, 16, 24), (4, 4, 16, 16)]


def images(shape: tuple[int, ...]) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(2)) * 2 - 1


def memory_of(part: Augmentation, p: float = 0.8) -> dict[str, Tensor]:
    memory = {name: torch.tensor(value) for name, value in part.memory().items()}
    if "p" in memory:
        memory["p"].fill_(p)
    return memory


def drawn(part: Augmentation, shape: tuple[int, ...], seed: int = 0, p: float = 0.8):
    random = torch.Generator().manual_seed(seed)
    return part.draw(shape[0], (shape[2], shape[3]), random, memory_of(part, p))


@pytest.mark.parametrize("shape", BATCHES, ids=["colour", "grey-wide", "transparent"])
@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_shape_and_finiteness_stay(kind: type[Augmentation], shape: tuple[int, ...]) -> None:
    out = drawn(kind(), shape)(images(shape))
    assert out.shape == shape
    assert torch.isfinite(out).all()


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_one_draw_changes_reals_and_fakes_alike(kind: type[Augmentation]) -> None:
    change, x = drawn(kind(), BATCHES[0]), images(BATCHES[0])
    assert torch.equal(change(x), change(x.clone()))
    assert torch.equal(change(x.clone().requires_grad_()), change(x))  # as G's are, and reals not


@pytest.mark.parametrize("shape", BATCHES, ids=["colour", "grey-wide", "transparent"])
@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_a_part_of_the_batch_is_changed_as_within_the_whole(
    kind: type[Augmentation], shape: tuple[int, ...]
) -> None:
    """Each image by its own row of what was drawn: batches may be computed in parts, or shared."""
    change, x = drawn(kind(), shape), images(shape)
    kept, dice = x.clone(), torch.get_rng_state()
    pieces = zip(change.parts(2), x.chunk(2), strict=True)
    assert torch.allclose(torch.cat([part(piece) for part, piece in pieces]), change(x), atol=1e-6)
    assert torch.equal(x, kept)
    assert torch.equal(torch.get_rng_state(), dice)


@pytest.mark.parametrize("kind", AUGMENTATIONS[1:], ids=lambda part: part.key())
def test_that_the_same_dice_draw_the_same_changes_and_images_have_their_own(
    kind: type[Augmentation],
) -> None:
    x = images((1, 3, 16, 16)).expand(16, -1, -1, -1)
    out = drawn(kind(), x.shape)(x)
    assert torch.equal(drawn(kind(), x.shape)(x), out)
    assert len(out.unique(dim=0)) > 1


@pytest.mark.parametrize(
    "part", [DiffAugment(translation=0.0, cutout=0.0), Adaptive()], ids=lambda part: part.key()
)
def test_that_no_two_images_are_given_one_colour(part: Augmentation) -> None:
    x = images((1, 3, 16, 16)).expand(6, -1, -1, -1)
    assert len(drawn(part, x.shape, p=1.0)(x).unique(dim=0)) == 6


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_switched_off_and_at_its_lowest_it_changes_nothing(kind: type[Augmentation]) -> None:
    """A probability, a strength: 0 has to be none, not all."""
    lowest = {s.name: False if s.kind == "switch" else s.low for s in settings_of(kind)}
    x = images(BATCHES[0])
    assert torch.allclose(drawn(kind(**lowest), x.shape)(x), x, atol=1e-5)


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_products_in_bf16_move_no_pixel(kind: type[Augmentation]) -> None:
    change, x = drawn(kind(), BATCHES[0]), images(BATCHES[0])
    exact = change(x)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(change(x), exact)


@pytest.mark.parametrize("kind", AUGMENTATIONS[1:], ids=lambda part: part.key())
def test_that_another_draw_changes_them_otherwise(kind: type[Augmentation]) -> None:
    x = images(BATCHES[0])
    assert not torch.equal(drawn(kind(), x.shape, 0)(x), drawn(kind(), x.shape, 1)(x))


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_a_penalty_can_pass_through(kind: type[Augmentation]) -> None:
    """Both derivatives exist and are right."""
    shape = (2, 3, 6, 6)
    change = drawn(kind(), shape)
    x = images(shape).double().requires_grad_()
    weight = images(shape).double()

    def score(x: Tensor) -> Tensor:
        return (torch.tanh(change(x.float()).double()) * weight).sum()

    (slope,) = torch.autograd.grad(score(x), x, create_graph=True)
    (curve,) = torch.autograd.grad(slope.square().sum(), x)
    aside = 1e-2 * weight.sign()
    rise = (score(x + aside) - score(x - aside)).item()
    assert rise == pytest.approx(2 * (slope * aside).sum().item(), rel=0.05, abs=1e-3)
    step = 1e-3 * curve.sign()
    slopes = [torch.autograd.grad(score(x + s), x)[0].square().sum() for s in (step, -step)]
    along = (curve * step).sum() * 2
    assert (slopes[0] - slopes[1]).item() == pytest.approx(along.item(), rel=0.05, abs=1e-3)


def test_that_ada_at_zero_changes_nothing() -> None:
    x = images(BATCHES[0])
    assert torch.allclose(drawn(Adaptive(), x.shape, p=0.0)(x), x, atol=1e-5)


def test_that_translation_moves_whole_pixels_and_lets_black_in() -> None:
    part = DiffAugment(colour=False, cutout=0.0, translation=0.25)
    x = torch.ones(64, 1, 8, 8)
    moved = drawn(part, x.shape)(x)
    assert set(moved.unique().tolist()) == {0.0, 1.0}
    assert moved[:, :, 2:-2, 2:-2].min() == 1.0


def test_that_each_side_of_a_rectangle_moves_by_a_share_of_its_own() -> None:
    part = DiffAugment(colour=False, cutout=0.0, translation=0.25)
    moved = drawn(part, (64, 1, 8, 32))(torch.ones(64, 1, 8, 32))
    assert moved[:, :, 2:-2, 8:-8].min() == 1.0
    gone = moved[:, 0] == 0
    assert gone.all(2).sum(1).max() == 2  # whole rows
    assert gone.all(1).sum(1).max() == 8  # whole columns


def test_that_cutout_takes_about_its_square() -> None:
    part = DiffAugment(colour=False, translation=0.0, cutout=0.5)
    gone = 1 - drawn(part, (200, 1, 32, 32))(torch.ones(200, 1, 32, 32)).mean((1, 2, 3))
    assert gone.max().item() == pytest.approx(0.25, abs=0.02)


def test_that_the_hole_may_be_anywhere() -> None:
    part = DiffAugment(colour=False, translation=0.0, cutout=0.5)
    gone = 1 - drawn(part, (2000, 1, 8, 8))(torch.ones(2000, 1, 8, 8)).mean((0, 1))
    # Its middle is evenly somewhere in the image; of what is beyond the border nothing is cut out.
    reached = torch.tensor([5, 7, 8, 8, 8, 8, 7, 5]) / 16
    assert torch.allclose(gone, reached[:, None] * reached, atol=0.03)


def test_that_colours_change_as_much_as_was_drawn() -> None:
    x = images(BATCHES[0]).double()
    one = torch.ones(6, 1, 1, 1).double()

    def grey(x: Tensor) -> Tensor:
        return x.mean(1, keepdim=True)

    brighter = _painted(x, 0.3 * one, one, one)
    assert torch.allclose(brighter, x + 0.3)
    faded = _painted(x, 0 * one, 0.5 * one, one)
    assert torch.allclose(faded - grey(faded), 0.5 * (x - grey(x)))
    assert torch.allclose(grey(faded), grey(x))
    harder = _painted(x, 0 * one, one, 1.5 * one)
    middle = x.mean((1, 2, 3), keepdim=True)
    assert torch.allclose(harder, middle + 1.5 * (x - middle))


def test_that_colours_are_drawn_from_the_papers_ranges() -> None:
    brightness, saturation, contrast, *_ = drawn(DiffAugment(), (4000, 1, 4, 4)).drawn
    ranges = ((brightness, -0.5, 0.5), (saturation, 0.0, 2.0), (contrast, 0.5, 1.5))
    for numbers, low, high in ranges:
        assert low <= numbers.min() < low + 0.01
        assert high - 0.01 < numbers.max() <= high
        assert numbers.mean().item() == pytest.approx((low + high) / 2, abs=0.03)


@pytest.mark.parametrize("size", [(16, 16), (12, 30)], ids=["square", "wide"])
def test_that_geometry_turns_scales_and_mirrors_and_shears_nothing(size: tuple[int, int]) -> None:
    """In pixels its two axes stay at a right angle: a turn after a scale of each."""
    random = torch.Generator().manual_seed(0)
    affine = _geometry(_Draw(2000, random, torch.tensor(1.0)), size).double()
    half = torch.tensor([size[1], size[0]]).double()
    pixels = affine[:, :, :2] * half[:, None] / half
    right, down = pixels[:, :, 0], pixels[:, :, 1]
    lengths = right.norm(dim=1), down.norm(dim=1)
    assert ((right * down).sum(1) / (lengths[0] * lengths[1])).abs().max() < 1e-5
    area = right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0]
    assert 0.4 < (area > 0).double().mean() < 0.6  # half of them mirrored
    assert torch.allclose(area.abs(), lengths[0] * lengths[1], rtol=1e-5)
    # Of both together and of one against the other: log-normal, 0.2 octaves each.
    both, apart = area.abs().log2() / 2, (lengths[0] / lengths[1]).log2() / 2
    assert both.std().item() == pytest.approx(0.2, rel=0.08)
    assert apart.std().item() == pytest.approx(0.2, rel=0.08)


def test_that_p_rises_while_d_is_sure_and_stops_at_its_cap() -> None:
    part = Adaptive(images_to_full=1000)
    memory = memory_of(part, 0.0)
    for _ in range(400):
        part.learn(torch.full((10,), 3.0), memory)
    assert memory["p"].item() == pytest.approx(0.8)
    for _ in range(400):
        part.learn(torch.full((10,), -3.0), memory)
    assert memory["p"].item() == 0.0


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_learning_moves_nothing_but_what_it_remembers(kind: type[Augmentation]) -> None:
    """And that in place: a captured step reads the same tensors again."""
    memory, surety = memory_of(kind(), 0.4), torch.linspace(-1, 3, 8)
    kept, dice = surety.clone(), torch.get_rng_state()
    kind().learn(surety, MappingProxyType(memory))
    assert torch.equal(surety, kept)
    assert torch.equal(torch.get_rng_state(), dice)
    assert all(torch.isfinite(value) and not value.requires_grad for value in memory.values())


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        pytest.param(kind, setting, id=f"{kind.key()}-{setting.name}")
        for kind in AUGMENTATIONS
        for setting in settings_of(kind)
    ],
)
def test_that_every_setting_of_an_augmentation_counts(
    kind: type[Augmentation], setting: Setting
) -> None:
    """In what it does to images once it has seen that D is sure of nineteen reals in twenty."""
    surety, x, made = torch.ones(8000), images(BATCHES[0]), []
    surety[::20] = -1
    for part in (kind(), kind.model_validate({setting.name: another(setting)})):
        memory = {name: torch.tensor(value) for name, value in part.memory().items()}
        for _ in range(20):
            part.learn(surety, memory)
        random = torch.Generator().manual_seed(0)
        made.append((part.draw(6, (16, 16), random, memory)(x), memory.get("p")))
    assert not torch.equal(made[0][0], made[1][0]) or made[0][1] != made[1][1]


def test_that_p_is_the_cap_where_it_does_not_adapt() -> None:
    part = Adaptive(adapts=False, cap=0.3)
    memory = memory_of(part, part.memory()["p"])
    part.learn(torch.full((10,), -3.0), memory)
    assert memory["p"].item() == pytest.approx(0.3)
    moving = Ramp(start=0.1, end=0.6)
    assert Adaptive(adapts=False, cap=moving).memory()["p"] == 0.1
    assert Adaptive(cap=moving).memory()["p"] == 0.0
    assert Adaptive(cap=moving).strongest()["p"] == 0.6


def test_that_a_mirror_is_exact() -> None:
    """Of many images some are only mirrored; those equal their flip to rounding."""
    part = Adaptive(colour=False)
    x = images((1, 3, 8, 8)).expand(4000, -1, -1, -1)
    out = drawn(part, x.shape, p=0.1)(x)
    apart = (out - x.flip(3)).abs().amax((1, 2, 3))
    assert (apart < 1e-4).any()


@pytest.mark.parametrize(
    "part",
    [DiffAugment(translation=0.0, cutout=0.0), Adaptive(geometry=False)],
    ids=lambda part: part.key(),
)
def test_that_changes_of_colour_leave_opacity_alone(part: Augmentation) -> None:
    x = images(BATCHES[2])
    out = drawn(part, x.shape)(x)
    assert torch.equal(out[:, 3], x[:, 3])
    assert not torch.allclose(out[:, :3], x[:, :3], atol=1e-2)


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda part: part.key())
def test_that_opacity_is_no_colour(kind: type[Augmentation]) -> None:
    """Colours change as they do without it, and it is never more than all or less than none."""
    x = images((32, 4, 16, 16))
    out = drawn(kind(), x.shape)(x)
    assert torch.allclose(out[:, :3], drawn(kind(), x.shape)(x[:, :3]), atol=1e-6)
    assert out[:, 3].abs().max() <= 1 + 1e-6


def test_that_what_moves_in_and_what_is_cut_out_is_transparent() -> None:
    x = torch.ones(32, 4, 8, 8)
    for part in (
        DiffAugment(colour=False, cutout=0.0, translation=0.25),
        DiffAugment(colour=False, cutout=0.5, translation=0.0),
    ):
        opacity = drawn(part, x.shape)(x)[:, 3]
        assert set(opacity.unique().tolist()) == {-1.0, 1.0}
