"""Which processor, how much memory, which precision."""

from __future__ import annotations

import contextlib
import os
import warnings
from dataclasses import dataclass

import psutil
import torch

from gan_engine import cards
from gan_engine.errors import DeviceError
from gan_engine.extras import pip_install
from gan_engine.schema import Message
from gan_engine.usable import usable_cores


def available_devices() -> tuple[str, ...]:
    """Return the processors that torch can use here, the fastest first."""
    found = []
    if _uses_cuda():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def gpus() -> int:
    """Return how many CUDA GPUs torch can use here."""
    return torch.cuda.device_count() if _uses_cuda() else 0


def _uses_cuda() -> bool:
    """Return whether torch sees a GPU that it was built for; without its kernels the first step fails."""
    if not torch.cuda.is_available():
        return False
    built, driver = torch.cuda.get_arch_list(), cards.read_driver()
    # With AMD's GPUs there is nothing to compare.
    if torch.version.cuda is None or driver is None or not built:
        return True
    return cards.runs_on(built, driver.cards[0].capability)


@dataclass(frozen=True)
class UnusedCard:
    """Why torch does not use the NVIDIA card of this computer, what mends it, and the command for that."""

    text: Message
    hint: Message
    command: str = ""


def unused_card() -> UnusedCard | None:
    """Return what is known of an NVIDIA card that stands idle; None where there is none."""
    driver = None if _uses_cuda() else cards.read_driver()
    if driver is None:
        return None
    card, wanted, has = driver.cards[0], cards.build_for(driver), torch.version.cuda
    name = card.name
    if card.capability < cards.OLDEST:
        return UnusedCard(
            Message("“{card}” is not used: it is too old for PyTorch.", card=name),
            Message("The CPU trains instead."),
        )
    if not wanted:
        return UnusedCard(
            Message("“{card}” is not used: its driver is too old.", card=name),
            Message("Update NVIDIA's driver, then start again."),
        )
    if has and wanted == f"cu{has.replace('.', '')}":
        return UnusedCard(
            Message("“{card}” is not used: PyTorch does not find it.", card=name),
            Message("Restart the computer; if that does not help, update NVIDIA's driver."),
        )
    command = pip_install(cards.requirement(torch.__version__, wanted))
    text = (
        Message("“{card}” is not used: this PyTorch, for CUDA {cuda}, cannot.", card=name, cuda=has)
        if has
        else Message("“{card}” is not used: this PyTorch is for CPUs.", card=name)
    )
    how = Message("Close GAN Studio, then install the one for it: {command}", command=command)
    return UnusedCard(text, how, command)


def choose(wanted: str) -> torch.device:
    """Return the device that `training.device` asks for.

    Raises:
        DeviceError: It is not there.
    """
    names = available_devices()
    name = names[0] if wanted == "auto" else wanted
    if name not in names:
        raise DeviceError(
            "There is no “{name}” that torch can use here.", hint="Choose “auto”.", name=name
        )
    return torch.device(name)


@dataclass(frozen=True)
class DeviceInfo:
    """A processor as a person knows it; memory in bytes."""

    key: str
    name: str
    memory_total: int
    memory_free: int


def describe_device(wanted: str = "auto") -> DeviceInfo:
    """Return what `training.device` stands for on this machine."""
    device = choose(wanted)
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return DeviceInfo("cuda", torch.cuda.get_device_name(device), total, free)
    memory = psutil.virtual_memory()
    name = (
        "Apple GPU"
        if device.type == "mps"
        else Message("CPU, {count} cores", count=os.cpu_count() or 1)
    )
    return DeviceInfo(device.type, name, memory.total, memory.available)


def memory_used(device: torch.device) -> int:
    """Return the bytes this program holds: on the GPU, or of main memory on a CPU."""
    if device.type == "cuda":
        # Not what is allocated: between updates that is next to nothing, and a graph's memory is no part of it.
        return torch.cuda.memory_reserved(device)
    if device.type == "mps":
        return torch.mps.current_allocated_memory()
    return int(psutil.Process().memory_info().rss)


def give_back() -> None:
    """Let other programs have what of a GPU's memory nothing here needs any more."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        with contextlib.suppress(RuntimeError):  # a device that failed says so again
            torch.cuda.empty_cache()


def out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out, on any device and in any library."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    # Not every allocator of torch has an exception of its own.
    words = ("out of memory", "not enough memory", "can't allocate memory", "_ALLOC_FAILED")
    return isinstance(error, RuntimeError) and any(word in str(error) for word in words)


def cores() -> int:
    """Return how many cores of a CPU this process may use: `OMP_NUM_THREADS` at most, where it is set.

    Two threads of one core count once.
    """
    usable = usable_cores()
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    wanted = int(asked) if asked.isdecimal() and int(asked) else usable
    return min(wanted, usable, psutil.cpu_count(logical=False) or usable)


def settle(device: torch.device, threads: int = 0, processes: int = 1) -> None:
    """Set what makes this device fast, for this process: threads, denormals, tf32.

    Args:
        threads: Of a CPU; 0 is one a core. Never more than there are cores: threads that wait for
            each other's turn cost more than they compute.
        processes: So many share them.
    """
    if device.type == "cpu":
        there = cores()
        torch.set_num_threads(max(1, min(threads or there, there) // processes))
        torch.set_flush_denormal(True)
    elif device.type == "cuda":
        with warnings.catch_warnings():  # of a newer way to say it that torch's compiler refuses
            warnings.simplefilter("ignore", UserWarning)
            torch.set_float32_matmul_precision("high")  # convolutions take tf32 by default
        torch.backends.cudnn.benchmark = True


def autocast_type(precision: str, device: torch.device) -> torch.dtype | None:
    """Return what matrix products are done in, or None for fp32.

    Processors that only play at bf16, at a fraction of their speed, do not get it unless asked.
    """
    if precision == "bf16" or (precision == "auto" and multiplies_bf16(device)):
        return torch.bfloat16
    return None


def multiplies_bf16(device: torch.device) -> bool:
    """Return whether a processor multiplies numbers in bf16 itself: GPUs since Ampere, some CPUs."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not torch.backends.cpu.get_cpu_capability().startswith("AVX512"):
        return False
    # Older versions of torch cannot say it.
    found = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


@dataclass(frozen=True)
class Formats:
    """How a run is computed; the same for all of it.

    In what matrix products are done, how maps lie in memory, and by how many threads of a CPU; 0 is
    one a core.
    """

    precision: str
    channels_last: bool
    threads: int = 0

    @property
    def autocast(self) -> torch.dtype | None:
        """What matrix products are done in, or None for fp32."""
        return torch.bfloat16 if self.precision == "bf16" else None

    @property
    def layout(self) -> torch.memory_format:
        """How weights and maps of four dimensions lie in memory."""
        return torch.channels_last if self.channels_last else torch.contiguous_format


def usual_formats(precision: str, memory_format: str, device: torch.device) -> Formats:
    """Return what the settings say, and where they leave it open what is mostly fastest on `device`."""
    bf16 = autocast_type(precision, device) is not None
    last = memory_format == "channels_last"
    if memory_format == "auto":
        last = device.type == "cuda" or (device.type == "cpu" and bf16)
    return Formats("bf16" if bf16 else "fp32", last)
