"""What a generator says of where it comes from: enough to rebuild it, nothing of whose pictures they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gan_engine import checkpoint
from gan_engine.architectures import DCGAN
from gan_engine.configfile import places
from gan_engine.drafts import put
from gan_engine.export import GeneratorWeights, export
from gan_engine.sampling import open_sampler
from tests.contracts.test_every_exporter import saved


def test_that_a_generator_tells_no_place_and_no_pictures_name(tmp_path: Path) -> None:
    run = saved(DCGAN, tmp_path)
    path, whole, _ = checkpoint.newest(run)
    draft = put(whole.draft, "metrics.fid.weights", "")
    for setting in (*places(draft), "data.exclude", "data.keep"):
        draft = put(draft, setting, "/home/ada/secret")
    checkpoint.write(path, replace(whole, draft=draft))
    list(export(run, GeneratorWeights(), tmp_path / "g.safetensors"))
    assert b"secret" not in (tmp_path / "g.safetensors").read_bytes()
    taken = open_sampler(tmp_path / "g.safetensors", "cpu")
    assert (taken.images([5]) == open_sampler(run, "cpu").images([5])).all()
