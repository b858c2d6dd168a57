"""What the guide tells to copy for several computers is what the shell and torchrun take."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from torch.distributed.run import get_args_parser

PAGE = Path(__file__).resolve().parents[2] / "resources" / "guide" / "cluster.md"
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
SHELL = [block for block in BLOCKS if not block.startswith("FROM ")]
LAUNCHES = [line for block in SHELL for line in block.replace("\\\n", " ").splitlines()]
LAUNCHES = [line for line in LAUNCHES if "torchrun" in line or "podman run" in line]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.split("\n")[0][:30])
def test_that_bash_can_read_every_recipe(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_that_there_is_a_recipe_for_each_way() -> None:
    ways = ("--standalone", "--rdzv-endpoint first-computer", "srun", "podman run")
    assert len(LAUNCHES) == len(ways)
    assert all(way in line for way, line in zip(ways, LAUNCHES, strict=True))


@pytest.mark.parametrize("line", LAUNCHES, ids=range(len(LAUNCHES)))
def test_that_torchrun_knows_every_option(line: str) -> None:
    words = shlex.split(line.replace('"$SLURM_NNODES"', "2"))
    begin = "torchrun" if "torchrun" in words else "gan-studio"  # the image begins with it
    given = get_args_parser().parse_args(words[words.index(begin) + 1 :])
    assert given.module
    assert given.training_script == "gan_engine.cli"
    assert given.training_script_args[0] == "train"
    assert "--out" in given.training_script_args
