"""What was dropped."""

import pytest

from gan_engine import parse, train
from studio.opening import is_run, run_of, what_is


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("mine.toml", "settings"),
        ("run.toml", "settings"),
        ("cat.JPG", "picture"),
        ("cat.heic", "picture"),
        ("walk.mov", "video"),
        ("generator.safetensors", "weights"),
        ("model.pt", "strangers"),
        ("model.pkl", "weights"),
        ("set.zip", "images"),
        ("shard.tar", "images"),
        ("set.tar.gz", "images"),
        ("faces.npz", "images"),
        ("shards.tar.zst", "images"),
    ],
)
def test_that_a_file_is_taken_for_what_its_name_says(tmp_path, name, thing):
    (tmp_path / name).write_bytes(b"")
    assert what_is(tmp_path / name) == thing


def test_that_a_folder_holds_images_unless_it_holds_a_run(tmp_path, draft):
    assert what_is(tmp_path) == "images"
    list(train(parse(draft), folder=tmp_path / "run"))
    assert what_is(tmp_path / "run") == "run"
    assert what_is(tmp_path / "run" / "run.toml") == "run"
    assert is_run(tmp_path / "run")


def test_that_the_newest_checkpoint_of_a_run_means_the_run_and_an_earlier_one_itself(
    tmp_path, draft
):
    often = {**draft, "checkpoint": {**draft["checkpoint"], "every_images": 8, "keep": 9}}
    list(train(parse(often), folder=tmp_path / "run"))
    newest, *earlier = sorted((tmp_path / "run" / "checkpoints").iterdir(), reverse=True)
    assert run_of(newest) == tmp_path / "run"
    assert earlier
    assert not any(run_of(one) for one in earlier)
    assert run_of(tmp_path / "alone.safetensors") is None


def test_that_what_is_not_there_is_missing(tmp_path):
    assert what_is(tmp_path / "gone") == "missing"
