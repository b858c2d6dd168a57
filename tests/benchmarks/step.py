"""How fast a step is: a plain loop as tutorials write it, and ours eager, as graphs, compiled.

Prints one JSON line last: rows of (preset, batch, device, plain, eager, graph, compile in images a
second, memory_gib, first_sample_s), with ratio (our best over plain), target where there is one, and
why, which says of each number that is null what was in its way. A case or a mode that fails is one of
these, with its error, and the next one goes on. On a CPU there are no graphs, and compiling has to be
asked for by --modes.

    python tests/benchmarks/step.py --targets --device cuda     the table of resources/guide/speed.md
    python tests/benchmarks/step.py --presets dcgan-64 --seconds 10
    python tests/benchmarks/step.py --smoke                     tiny, in seconds: only that it runs
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from gan_engine.config import RunConfig, parse
from gan_engine.configfile import find_preset, with_preset
from gan_engine.device import Formats, choose
from gan_engine.drafts import merge, put, read_value
from gan_engine.training.networks import build_networks
from gan_engine.training.session import Session
from gan_engine.training.trial import fastest

MODES = ("plain", "eager", "graph", "compile")
STYLE = {"architecture.width": 512, "training.batch_size": 64, "penalties": ("r1",)}
"""As wide as StyleGAN2's base of 16,384 channels makes 64 px."""
BARE = {"training.batch_size": 128, "penalties": ()}
TARGETS: dict[str, tuple[str, dict[str, Any], str]] = {
    "dcgan-64": ("dcgan-64", {"training.batch_size": 128}, "3.5 x plain"),
    "dcgan-64-bare": ("dcgan-64", BARE, "3.5 x plain and 45,000 images/s"),
    "style-64": ("style-64", STYLE, "1,000 images/s"),
    "style-64-box": ("style-64", STYLE | {"architecture.filter": "box"}, "1,500 images/s"),
    "r3-full-64": ("r3-full-64", {"training.batch_size": 64}, "360 images/s"),
}
"""On one H100: preset, what differs from it, and what is to be reached; `penalties` are those that stay.

What is to be reached was measured with these: DCGAN without any, Style with R1 alone.
"""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="+", default=["dcgan-64", "style-64", "r3-64"])
    parser.add_argument("--targets", action="store_true", help="the cases there are targets for")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=None)
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0, help="measured, a mode")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--smoke", action="store_true", help="tiny: only that it runs")
    parser.add_argument("--only", default="", help="one of the cases, in this very process")
    parser.add_argument("--first", action="store_true", help="only the time to the first sample")
    given = sys.argv[1:] if argv is None else list(argv)
    asked = parser.parse_args(given)
    device = choose(asked.device)
    modes = asked.modes or [m for m in MODES if device.type == "cuda" or m != "compile"]
    if asked.smoke:
        asked.presets, asked.seconds = ["quick-cpu-32"], 0.1
    cases = TARGETS if asked.targets else {key: (key, {}, "") for key in asked.presets}
    cases = {name: case for name, case in cases.items() if asked.only in ("", name)}
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["GAN_STUDIO_CACHE"] = scratch
        rows = []
        for name, case in cases.items():
            found = empty(name, device)
            if device.type == "cuda" and len(cases) > 1:
                words = [sys.executable, __file__, *given, "--only", name]
                found = found | aside(words)
            else:
                try:
                    row(found, case, device, modes, asked, given)
                except Exception as error:  # what was measured before it is still told
                    found["why"]["case"] = said(error)
            tidy(device)
            rows.append(found)
            print(json.dumps(found), file=sys.stderr, flush=True)
    print(json.dumps({"rows": rows}))


def aside(words: Sequence[str]) -> dict[str, Any]:
    """Return the one row that a process of its own measures; it may die of what a GPU cannot undo."""
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    try:
        (found,) = json.loads(done.stdout.splitlines()[-1])["rows"]
    except (IndexError, ValueError):
        return {"why": {"case": f"its process ended with {done.returncode}"}}
    return dict(found)


def empty(name: str, device: torch.device) -> dict[str, Any]:
    """Return a row in which nothing is measured yet."""
    known = (
        torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {os.cpu_count()} cores"
    )
    found: dict[str, Any] = {"preset": name, "batch": None, "device": known}
    found |= dict.fromkeys((*MODES, "memory_gib", "first_sample_s", "ratio"))
    return found | {"why": {}}


def said(error: BaseException) -> str:
    """Return an error as one line; where it came from goes to the terminal."""
    traceback.print_exception(error)
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def tidy(device: torch.device) -> None:
    """Leave the next measurement the whole device, after a failure too."""
    gc.collect()
    if device.type == "cuda":
        with contextlib.suppress(RuntimeError):
            torch.cuda.synchronize()
            torch.cuda.empty_cache()


def row(
    found: dict[str, Any],
    case: tuple[str, dict[str, Any], str],
    device: torch.device,
    modes: Sequence[str],
    asked: argparse.Namespace,
    given: Sequence[str] = (),
) -> None:
    """Measure one preset in every mode; what was not measured is null, with its reason."""
    name, why, target = found["preset"], found["why"], case[2]
    found |= {"target": target} if target else {}
    draft = merge(drafted(case), {"training": {"device": device.type, "images": 10**9}})
    if asked.batch:
        draft = put(draft, "training.batch_size", asked.batch)
    for change in asked.set:
        path, _, text = change.partition("=")
        draft = put(draft, path, read_value(text))
    config = parse(draft)
    if asked.first:
        found["first_sample_s"] = round(first_sample(draft), 2)
        return
    shape, random = config.data.shape, np.random.default_rng(0)
    images = random.integers(0, 256, (4096, shape.height, shape.width, shape.channels), np.uint8)
    found["batch"] = config.training.batch_size
    if device.type != "cuda":
        why["memory_gib"] = "only a GPU counts what it holds"
    formats = fastest(config, device)
    for mode in MODES:
        if mode not in modes:
            why[mode] = "not asked for"
        elif mode == "graph" and device.type != "cuda":
            why[mode] = "CUDA graphs need a GPU"
        else:
            try:
                found[mode] = measured(
                    mode, draft, images, device, formats, asked.seconds, found, why
                )
            except Exception as error:  # too little memory, a kernel that is not there
                why[mode] = said(error)
            tidy(device)
    if "eager" in modes:
        try:
            if device.type == "cuda":  # a GPU that has run already has nothing left to load or try
                told = aside([sys.executable, __file__, *given, "--only", name, "--first"])
                found["first_sample_s"] = told.get("first_sample_s")
                why |= {"first_sample_s": why_not} if (why_not := told["why"].get("case")) else {}
            else:
                found["first_sample_s"] = round(first_sample(draft), 2)
        except Exception as error:
            why["first_sample_s"] = said(error)
    best = max((found[mode] or 0.0 for mode in MODES if mode != "plain"), default=0.0)
    found["ratio"] = round(best / found["plain"], 2) if found["plain"] and best else None


def measured(
    mode: str,
    draft: dict[str, Any],
    images: np.ndarray,
    device: torch.device,
    formats: Formats,
    seconds: float,
    found: dict[str, Any],
    why: dict[str, str],
) -> float | None:
    """Return images a second in one mode, or None and why."""
    config = parse(draft)
    if mode == "plain":
        return round(rate(plain(draft, images, device), config, device, seconds), 1)
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    session = Session(
        parse(put(draft, "training.acceleration", mode)), images, device, None, formats
    )
    try:
        if mode == "compile":
            session.round()
            session.runner.compile()
        speed = round(rate(session.round, config, device, seconds), 1)
        if session.runner.trouble is not None:
            why[mode] = str(session.runner.trouble)
            return None
        if device.type == "cuda" and mode in ("eager", "graph"):
            found["memory_gib"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
        return speed
    finally:
        session.close()


def rate(
    step: Callable[[], None], config: RunConfig, device: torch.device, seconds: float
) -> float:
    """Return images a second, after a warm-up long enough for captures and kernel choices."""

    def wait() -> None:
        if device.type == "cuda":
            torch.cuda.synchronize()

    lazy = max((penalty.interval for penalty in config.penalties), default=1)
    for _ in range(2 if seconds < 1 else 5 * lazy if device.type == "cuda" else 3):
        step()
    wait()
    began, rounds = time.perf_counter(), 0
    while time.perf_counter() - began < seconds or rounds % lazy:
        step()
        rounds += 1
    wait()  # for what is queued: a tenth of a second of work at most
    shown = rounds * config.training.batch_size * config.training.d_steps
    return shown / (time.perf_counter() - began)


def drafted(case: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
    """Return the settings of a case."""
    preset, changes, _ = case
    draft = with_preset(find_preset(preset))
    for path, value in changes.items():
        kept = {kind: draft["penalties"][kind] for kind in value} if path == "penalties" else None
        draft = put(draft, path, value) if kept is None else {**draft, "penalties": kept}
    return draft


def first_sample(draft: dict[str, Any]) -> float:
    """Return the seconds from Start to the first grid after an update, as a window shows it.

    The built-in images are prepared and the formats are chosen first, as at any first start.
    """
    from gan_engine import Inbox, SampleGrid, Stop, train

    inbox, took = Inbox(), 0.0
    with tempfile.TemporaryDirectory() as root:
        began = time.monotonic()
        for event in train(parse(draft), inbox, Path(root) / "run"):
            if isinstance(event, SampleGrid) and event.images_seen and not took:
                took = time.monotonic() - began
                inbox.post(Stop())
    return took


def plain(draft: dict[str, Any], images: np.ndarray, device: torch.device) -> Callable[[], None]:
    """Return one round as a tutorial writes it: the same networks, loss, penalties and optimisers.

    A DataLoader, float images, autograd through both networks, `.item()` for the log, and an
    average of G in a Python loop; fp32 and every library at its defaults, torch's threads included,
    but for cuDNN's choice of kernels, which torch's own DCGAN example lets it try out.
    """
    from gan_engine.penalties import Scene

    config = parse(draft)
    torch.set_num_threads(os.cpu_count() or 1)
    torch.set_flush_denormal(False)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.benchmark = True
    networks = build_networks(config, device, formats=Formats("fp32", False))
    training = config.training
    floats = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    loader = DataLoader(TensorDataset(floats), training.batch_size, shuffle=True, drop_last=True)
    batches = iter(loader)
    random = torch.Generator(device).manual_seed(0)

    def adam(name: str, network: torch.nn.Module) -> torch.optim.Optimizer:
        part = getattr(config, f"optimizer_{name}")
        rate = part.rate if isinstance(part.rate, float) else part.rate.start
        return torch.optim.Adam(network.parameters(), rate, (part.beta1, part.beta2))

    optimizers = {"g": adam("g", networks.g), "d": adam("d", networks.d)}
    looks = config.loss.needs_reals_for_g or any(
        penalty.needs_reals for penalty in config.penalties if penalty.on == "g"
    )
    count = 0

    def real_batch() -> torch.Tensor:
        nonlocal batches
        try:
            (batch,) = next(batches)
        except StopIteration:
            batches = iter(loader)
            (batch,) = next(batches)
        flip = torch.rand(len(batch), 1, 1, 1) < 0.5
        return torch.where(flip, batch.flip(3), batch).to(device)

    def fakes() -> torch.Tensor:
        return networks.g(
            torch.randn(
                training.batch_size, config.architecture.takes(config.data.shape)[0], device=device
            )
        )

    def learn(loss: torch.Tensor, on: str, scene: Scene) -> None:
        for penalty in config.penalties:
            weight = penalty.weight if isinstance(penalty.weight, float) else penalty.weight.start
            if penalty.on == on and count % penalty.interval == 0:
                memory = {k: torch.tensor(v, device=device) for k, v in penalty.memory().items()}
                seen = Scene(**{**scene.__dict__, "memory": memory})
                loss = loss + weight * penalty.interval * penalty.term(seen)
        optimizers[on].zero_grad()
        loss.backward()
        optimizers[on].step()
        loss.item()

    def step() -> None:
        nonlocal count
        for _ in range(training.d_steps):
            real, fake = real_batch(), fakes().detach()
            scores = networks.d(real), networks.d(fake)
            scene = Scene(networks.d, real, fake, *scores, random)
            learn(config.loss.discriminator(*scores), "d", scene)
        latents = torch.randn(
            training.batch_size, config.architecture.takes(config.data.shape)[0], device=device
        )
        fake = networks.g(latents)
        score = networks.d(fake)
        real, scores = fake.detach(), (score.detach(), score)
        if looks:
            real = real_batch()
            scores = networks.d(real), score
        scene = Scene(
            networks.d, real, fake, *scores, random,
            discriminator=networks.d, generator=networks.g, latents_NZ=latents,
        )  # fmt: skip
        learn(config.loss.generator(*scores), "g", scene)
        with torch.no_grad():
            for average, weight in zip(
                networks.ema.parameters(), networks.g.parameters(), strict=True
            ):
                average.mul_(0.999).add_(weight, alpha=0.001)
        count += 1

    return step


if __name__ == "__main__":
    main()
