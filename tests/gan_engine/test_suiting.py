"""Which preset suits pictures and a device."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from gan_engine import costs, suiting
from gan_engine.config import default_draft
from gan_engine.configfile import find_preset, read_presets, save_preset
from gan_engine.data import diagnose, scan_folder
from gan_engine.data_settings import DataSettings
from gan_engine.device import describe_device
from gan_engine.suiting import Pictures, pictures_of, recommended, suit

GB = 2**30


@pytest.fixture
def device(monkeypatch):
    """Return what makes this computer one with another device."""

    def become(kind, memory=8 * GB):
        info = replace(describe_device("cpu"), key=kind, memory_total=memory)
        monkeypatch.setattr(costs, "describe_device", lambda _: info)
        monkeypatch.setattr(suiting, "choose", lambda _: SimpleNamespace(type=kind))
        monkeypatch.setattr(suiting, "cores", lambda: 2)
        suiting._cost.cache_clear()

    yield become
    suiting._cost.cache_clear()


@pytest.mark.parametrize(
    ("kind", "pictures", "key"),
    [
        ("cpu", Pictures(), "quick-cpu-32"),
        ("cpu", Pictures(5000, 256), "quick-cpu-32"),
        ("cpu", Pictures(300, 256, "folders"), "pix2pix-256"),
        ("cuda", Pictures(), "dcgan-64"),
        ("cuda", Pictures(20_000, 64), "dcgan-64"),
        ("cuda", Pictures(300, 512), "few-images"),
        ("cuda", Pictures(12, 512), "few-images"),
        ("cuda", Pictures(pairs="folders"), "pix2pix-256"),
        ("mps", Pictures(300, 512, "side_by_side"), "pix2pix-256"),
    ],
)
def test_that_the_preset_for_these_pictures_and_this_device_is_recommended(
    device, kind, pictures, key
):
    device(kind)
    preset, why = recommended(read_presets(), pictures)
    assert preset.key == key
    assert why


def test_that_nothing_is_recommended_that_does_not_fit(device):
    device("cuda", memory=GB // 4)
    assert recommended(read_presets(), Pictures(20_000, 64))[0].key == "quick-cpu-32"


def test_that_one_of_the_users_own_is_priced_and_never_recommended(device):
    device("cuda")
    save_preset("Mine", "", {**default_draft(), "training": {"batch_size": 4096}})
    mine = next(preset for preset in read_presets() if preset.own)
    assert not suit(mine, Pictures()).fits
    assert not recommended(read_presets(), Pictures())[0].own


def test_that_what_does_not_fit_is_known_with_what_it_needs(device):
    device("cuda", memory=12 * GB)
    large, small = (suit(find_preset(key), Pictures()) for key in ("r3-full-64", "dcgan-64"))
    assert not large.fits
    assert large.cost.memory_total == 12 * GB < large.cost.memory
    assert small.fits


def test_that_what_stands_against_a_preset_is_told(device):
    def against(key, *pictures):
        return set(suit(find_preset(key), Pictures(*pictures)).against)

    device("cuda")
    assert against("dcgan-64", 1000, 64) == set()
    assert against("dcgan-64", 999, 64) == {"Wants 1,000 pictures"}
    assert against("dcgan-64", 1000, 48) == {"Your pictures are smaller"}
    assert against("dcgan-64", 1000, 64, "folders") == {"Makes no use of pairs"}
    assert against("pix2pix-256", 300, 256) == {"Needs pairs of pictures"}
    assert against("pix2pix-256", 300, 256, "folders") == set()
    device("cpu")
    assert against("dcgan-64", 1000, 64) == set()
    assert against("style-64", 5000, 64) == {"More than a day on a CPU"}


@pytest.mark.parametrize(
    ("folders", "size", "settings", "found"),
    [
        (["."], (40, 40), {}, Pictures(3, 32)),
        (["a", "b"], (40, 40), {}, Pictures(3, 32, "folders")),
        (["a", "b"], (40, 40), {"pairs": "folders"}, Pictures(3, 32, "folders")),
        (["."], (80, 40), {}, Pictures(3, 32, "side_by_side")),
    ],
)
def test_that_a_folder_is_known_by_its_number_size_and_pairs(
    tmp_path, folders, size, settings, found
):
    for folder in folders:
        (tmp_path / folder).mkdir(exist_ok=True)
        for number in range(3):
            Image.new("RGB", size, (number,) * 3).save(tmp_path / folder / f"{number}.png")
    *_, report = scan_folder(tmp_path)
    data = DataSettings(folder=str(tmp_path), **settings)
    usable = 3 if settings else len(report.files)
    assert pictures_of(report, data, diagnose(report, data), usable) == found
