"""A generator as ONNX makes the images that it makes here, in a program that knows nothing of this one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.architectures import ARCHITECTURES, R3, FastGAN, ResNet, Style
from gan_engine.errors import EngineError
from gan_engine.export import Onnx, export
from gan_engine.export import onnx as onnx_module
from gan_engine.export.onnx import graph_of
from gan_engine.latents import latents
from gan_engine.sampling import Sampler, open_sampler
from tests.contracts.test_every_exporter import saved
from tests.gan_engine.test_animation import awake
from tests.slowly import slowly


def run(model: bytes | Path, **inputs: torch.Tensor) -> np.ndarray:
    """Return what another program makes of a file's inputs."""
    session = onnxruntime.InferenceSession(str(model) if isinstance(model, Path) else model)
    assert {given.name for given in session.get_inputs()} == set(inputs)
    (images,) = session.run(["images"], {name: t.numpy() for name, t in inputs.items()})
    return np.asarray(images)


def same(images_NCHW: np.ndarray, pixels_NHWC: np.ndarray) -> bool:
    levels = ((images_NCHW.transpose(0, 2, 3, 1) + 1) * 127.5).round()
    return bool(np.abs(levels - pixels_NHWC).max() <= 1)


@pytest.mark.parametrize(
    "kind", slowly(ARCHITECTURES, FastGAN, R3, ResNet, Style), ids=lambda kind: kind.key()
)
def test_that_every_architectures_images_are_the_same(kind: Any, tmp_path: Path) -> None:
    path, source, _ = checkpoint.newest(saved(kind, tmp_path))
    sampler = Sampler(source, path, "cpu")
    model = graph_of(sampler)
    if sampler.needs_pictures:
        pictures = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), np.uint8)
        given = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        assert same(run(model, pictures=given), sampler.translate(pictures))
    else:  # more than it was traced with
        given = latents(range(5), sampler.takes[0])
        assert same(run(model, latents=given), sampler.images(range(5)))


@pytest.mark.parametrize("kind", slowly(["dcgan", "style"], "style"))
def test_that_classes_and_truncation_reach_it(kind: str) -> None:
    sampler = awake(kind, classes=True)
    model = graph_of(sampler, truncation=0.6)
    given, labels = latents(range(3), sampler.takes[0]), torch.tensor([2, 0, 2])
    made = run(model, latents=given, labels=labels)
    assert same(made, sampler.images(range(3), 0.6, labels.tolist()))
    assert not same(made, sampler.images(range(3), 1.0, labels.tolist()))


def test_that_a_file_is_written_that_holds_no_path_and_says_what_it_is(tmp_path: Path) -> None:
    source = saved(Style, tmp_path)
    *_, last = export(source, Onnx(truncation=0.6), tmp_path / "g.onnx")
    assert (last.done, last.path) == (1, tmp_path / "g.onnx")
    written = (tmp_path / "g.onnx").read_bytes()
    assert b".py" not in written
    assert str(tmp_path).encode() not in written
    words = {p.key: p.value for p in onnx.load(tmp_path / "g.onnx").metadata_props}
    assert (words["program"], words["architecture"]) == ("GAN Studio", "style")
    sampler = open_sampler(source, "cpu")
    made = run(tmp_path / "g.onnx", latents=latents([7], sampler.takes[0]))
    assert same(made, sampler.images([7], 0.6))
    assert not same(made, sampler.images([7]))


def test_that_missing_packages_are_named_with_what_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxscript" else found(name)
    )
    with pytest.raises(EngineError, match="onnxscript") as error:
        list(export(tmp_path, Onnx(), tmp_path / "g.onnx"))
    assert "-m pip install onnxscript" in str(error.value.hint)


def test_that_what_torch_cannot_trace_is_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_module.sys, "executable", "/bin/false")
    source = saved(ARCHITECTURES[0], tmp_path)
    with pytest.raises(EngineError, match="could not be written as ONNX"):
        list(export(source, Onnx(), tmp_path / "g.onnx"))
    assert not (tmp_path / "g.onnx").exists()


def test_that_nobody_is_left_when_it_is_cancelled(tmp_path: Path) -> None:
    started = []
    begin = onnx_module.subprocess.Popen

    class Noted(begin):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx_module.subprocess, "Popen", Noted)
        steps = export(saved(ARCHITECTURES[0], tmp_path), Onnx(), tmp_path / "g.onnx")
        next(steps), next(steps)
        steps.close()
    assert started[0].poll() is not None
    assert not (tmp_path / "g.onnx").exists()
