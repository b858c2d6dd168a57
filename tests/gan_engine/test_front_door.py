"""Importing the engine loads no library, and settles what torch will find when it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

NAMES = ("OMP_WAIT_POLICY", "PYTORCH_ENABLE_MPS_FALLBACK")
SAYS = f"""
import os, sys
import gan_engine
print(*(os.environ[name] for name in {NAMES}), *({{"torch", "numpy"}} & sys.modules.keys()))
"""


def said(**surroundings: str) -> str:
    plain = {name: value for name, value in os.environ.items() if name not in NAMES}
    command = [sys.executable, "-c", SAYS]
    return subprocess.check_output(command, env=plain | surroundings, text=True).strip()


def test_that_idle_threads_sleep_and_what_an_apple_gpu_cannot_do_is_done_by_the_cpu() -> None:
    assert said() == "PASSIVE 1"


def test_that_what_a_person_has_set_stays() -> None:
    assert said(OMP_WAIT_POLICY="ACTIVE", PYTORCH_ENABLE_MPS_FALLBACK="0") == "ACTIVE 0"
