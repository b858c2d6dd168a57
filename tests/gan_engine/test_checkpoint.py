"""A checkpoint comes back as it was written, or is refused with the reason."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from gan_engine import checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.config import RunConfig
from gan_engine.errors import DamagedFileError, FileError, ForeignFileError, MismatchError


@pytest.fixture
def saved() -> Checkpoint:
    draw = torch.Generator().manual_seed(0)
    tensors = {"g.weight": torch.randn(4, 3, generator=draw), "d.count": torch.tensor(7)}
    return Checkpoint("checkpoint", RunConfig().draft(), {"images_seen": 640}, tensors)


def test_that_a_checkpoint_comes_back_bit_for_bit(saved: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / checkpoint.file_name(saved.images_seen)
    checkpoint.write(path, saved)
    found = checkpoint.read(path)
    assert found.counters == saved.counters
    assert found.draft == saved.draft
    assert all(torch.equal(found.tensors[name], t) for name, t in saved.tensors.items())


def test_that_any_flipped_bit_is_noticed(saved: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    data = bytearray(checkpoint.to_bytes(saved))
    draw = torch.Generator().manual_seed(5)
    for place in torch.randint(len(data), (120,), generator=draw).tolist():
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        with pytest.raises(FileError):
            checkpoint.read(path)
        data[place] ^= 1 << (place % 8)
    path.write_bytes(data)
    checkpoint.read(path)


def test_that_any_truncation_is_noticed(saved: Checkpoint, tmp_path: Path) -> None:
    path, data = tmp_path / "a.safetensors", checkpoint.to_bytes(saved)
    for length in (*range(0, 64, 5), len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(FileError):
            checkpoint.read(path)


def test_that_the_newest_whole_checkpoint_is_found_and_damaged_ones_are_named(
    saved: Checkpoint, tmp_path: Path
) -> None:
    inside = tmp_path / "checkpoints"
    for images in (100, 200, 300):
        checkpoint.write(inside / checkpoint.file_name(images), saved)
    newest = inside / checkpoint.file_name(300)
    newest.write_bytes(newest.read_bytes()[:-3])
    path, _, damaged = checkpoint.newest(tmp_path)
    assert path.stem.endswith("200")
    assert damaged == [newest]
    assert newest.exists()


def test_that_a_run_whose_checkpoints_are_all_damaged_is_not_started_afresh(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / checkpoint.file_name(1)).write_bytes(b"nothing")
    with pytest.raises(DamagedFileError, match="None of the 1"):
        checkpoint.newest(tmp_path)


@pytest.mark.parametrize("suffix", [".pt", ".pkl", ".pth", ".ckpt"])
def test_that_files_that_can_run_code_are_never_opened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(pickle.dumps({}))
    with pytest.raises(ForeignFileError, match="can run code"):
        checkpoint.read(path)


def test_that_somebody_elses_safetensors_is_refused_with_the_reason(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2)}, tmp_path / "a.safetensors", {"from": "elsewhere"})
    with pytest.raises(FileError, match="not made by this program"):
        checkpoint.read(tmp_path / "a.safetensors")


def test_that_weights_of_other_networks_are_refused_by_name(tmp_path: Path) -> None:
    mine = {"weight": torch.zeros(2, 2)}
    for theirs in ({"g.weight": torch.zeros(3, 2)}, {"g.other": torch.zeros(2, 2)}):
        with pytest.raises(MismatchError, match=r"g\."):
            checkpoint.load_into(mine, theirs, "g", tmp_path)


def test_that_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MismatchError, match="no numbers"):
        checkpoint.load_into(
            {"w": torch.zeros(1)}, {"g.w": torch.tensor([float("nan")])}, "g", tmp_path
        )


def test_that_everybodys_reader_opens_a_checkpoint(saved: Checkpoint, tmp_path: Path) -> None:
    """We write the layout ourselves, so that saving holds nobody up; the format is everybody's."""
    from safetensors import safe_open

    path = tmp_path / "a.safetensors"
    checkpoint.write(path, saved)
    with safe_open(path, "pt") as file:
        assert file.metadata()["program"] == "gan-studio"
        assert set(file.keys()) == set(saved.tensors)
        assert all(torch.equal(file.get_tensor(n), t) for n, t in saved.tensors.items())


def test_that_other_programs_can_read_a_checkpoint(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    kinds = [torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.uint8, torch.float64]
    tensors = {f"{kind}": torch.ones(3, 5).to(kind).t() for kind in kinds}
    tensors |= {"empty": torch.empty(0, 2), "number": torch.tensor(2.5)}
    path = tmp_path / "a.safetensors"
    size = checkpoint.write(path, Checkpoint("checkpoint", {}, {}, tensors))
    assert path.stat().st_size == size
    found = load_file(path)
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())
    assert all(torch.equal(checkpoint.read(path).tensors[n], t) for n, t in tensors.items())
