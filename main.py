"""Make the environment GAN Studio needs, then start the studio, or the engine without a window.

python3 main.py                 open the studio
python3 main.py --demo          open it and train the built-in images
python3 main.py train --help    train without a window; so too resume, follow, tell, sample,
                                export, scan, check and presets
python3 main.py test            run the tests; what follows is handed to pytest
"""

from __future__ import annotations

import ctypes
import difflib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "gan-studio.json"
UNFINISHED = VENV / "gan-studio.unfinished"
LOCK = HERE / ".venv.lock"
ENGINE = ("train", "resume", "follow", "tell", "sample", "export", "scan", "check", "presets")
DEMO_SECONDS = "60"

# What Qt loads, and the Debian package each comes in; the second table is for a real X11 window.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
}
# What pip takes of torch on Linux, where nobody asks for another build.
BUILD_ON_LINUX = "cu130"
# Megabytes on disk with what they bring along; what is not named is small.
MEGABYTES = {"torch": 860, "pyside6-essentials": 240, "numpy": 75, "scipy": 145, "mypy": 35}


class CannotStartError(Exception):
    """What is missing, and the one act that mends it."""


def main(argv: list[str]) -> int:
    """Start what `argv` asks for and return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 (nothing else has looked yet)
        print(
            "GAN Studio needs Python 3.11 or newer; this is",
            sys.version.split()[0],
            file=sys.stderr,
        )
        return 1
    if argv[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if argv == ["--version"]:
        from gan_engine import __version__

        print(__version__)
        return 0
    try:
        mode = mode_of(argv)
        extras = ["test"] if mode == "test" else []
        if not has_display() and mode == "studio" and "--demo" not in argv:
            raise CannotStartError(
                "There is no display to open a window on. Try “python3 main.py --demo”, which needs"
                " none, or train without a window: “python3 main.py train --help”."
            )
        here = is_ready(extras)
        venv = here or is_stamped(extras)
        check_packages({} if mode == "engine" else libraries(), needs_venv=not venv)
        if not venv:
            with alone():
                if not is_stamped(extras):  # another start may have made it meanwhile
                    install(extras)
        if not here:
            return become([str(venv_python()), str(HERE / "main.py"), *argv])
        return launch(mode, argv)
    except CannotStartError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def mode_of(argv: list[str]) -> str:
    """Return "engine", "test" or "studio"."""
    word = argv[0] if argv else ""
    if word in ENGINE:
        return "engine"
    if word == "test":
        return "test"
    if word and not word.startswith("-") and not Path(word).exists():
        close = difflib.get_close_matches(word, (*ENGINE, "test"), n=1)
        hint = f"Did you mean “{close[0]}”?" if close else "See “python3 main.py --help”."
        raise CannotStartError(f"There is no command and no file “{word}”. {hint}")
    return "studio"


# --- the machine -------------------------------------------------------------------------------


def has_display() -> bool:
    """Return whether a window can appear; without one Qt would abort the process."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def libraries() -> dict[str, str]:
    """Return the shared libraries that Qt will load here, with their Debian packages."""
    if not sys.platform.startswith("linux"):
        return {}
    x11 = os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")
    x11 = x11 and os.environ.get("QT_QPA_PLATFORM", "xcb") == "xcb"
    return {**LIBRARIES, **X11_LIBRARIES} if x11 else dict(LIBRARIES)


def check_packages(needed: dict[str, str], *, needs_venv: bool) -> None:
    """Raise with the one line that installs every system package that is missing."""
    absent = [package for name, package in needed.items() if not can_load(name)]
    if needs_venv and importlib.util.find_spec("ensurepip") is None:
        absent.append("python3-venv")
    if absent:
        sudo = "" if os.name == "nt" or os.geteuid() == 0 else "sudo "
        raise CannotStartError(
            "Some system libraries are missing. Install them, then run this again:\n"
            f"    {sudo}apt-get install -y {' '.join(absent)}"
        )


def can_load(library: str) -> bool:
    """Return whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


# --- the environment ---------------------------------------------------------------------------


def requirements(extras: list[str]) -> list[str]:
    """Return what pyproject.toml asks for."""
    import tomllib

    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: list[str] = list(project["dependencies"])
    for extra in extras:
        found += project["optional-dependencies"][extra]
    return found


def satisfies(version: str, specifier: str) -> bool:
    """Return whether a release satisfies a list like ">=6.10,!=6.11.0,<6.12"."""

    def numbers(text: str) -> list[int]:
        release = re.match(r"[0-9.]*", text.strip())
        parts = [int(part) for part in (release[0] if release else "").split(".") if part]
        return parts + [0] * (6 - len(parts))

    have = numbers(version)
    tests = {
        ">=": lambda want: have >= want,
        "<=": lambda want: have <= want,
        "==": lambda want: have == want,
        "!=": lambda want: have != want,
        "<": lambda want: have < want,
        ">": lambda want: have > want,
    }
    clauses = re.findall(r"(>=|<=|==|!=|<|>)\s*([0-9.]+)", specifier)
    return all(tests[sign](numbers(want)) for sign, want in clauses)


def lacking(wanted: list[str], places: list[str]) -> list[str]:
    """Return the requirements that the packages in `places` do not satisfy."""
    from importlib.metadata import distributions

    missing = []
    for requirement in wanted:
        name, specifier = re.findall(r"^([A-Za-z0-9._-]+)(.*)$", requirement)[0]
        versions = [found.version for found in distributions(name=name, path=places)]
        if not versions or not satisfies(versions[0], specifier):
            missing.append(requirement)
    return missing


def is_ready(extras: list[str]) -> bool:
    """Return whether the interpreter that runs this has everything."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return is_stamped(extras) and read_stamp().get("python") == list(sys.version_info[:2])
    return not lacking(requirements(extras), sys.path)


def is_stamped(extras: list[str]) -> bool:
    """Return whether `.venv` was finished for this pyproject.toml."""
    stamp = read_stamp()
    whole = stamp.get("key") == stamp_key() and set(extras) <= set(stamp.get("extras", []))
    return whole and venv_python().exists() and not UNFINISHED.exists()


def stamp_key() -> str:
    """Return what changes when something else has to be installed."""
    files = ("pyproject.toml", "constraints.txt")
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in files)).hexdigest()


def read_stamp() -> dict[str, Any]:
    """Return what the last finished installation noted, or nothing."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def venv_python() -> Path:
    """Return the interpreter of `.venv`, whether it is there or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@contextmanager
def alone() -> Iterator[None]:
    """Let one start at a time install; the system takes the lock back from one that was killed."""
    try:
        file = LOCK.open("a", encoding="utf-8")
    except OSError as error:
        raise CannotStartError(
            f"{VENV} cannot be made ({error.strerror}). Move this folder to where you may write."
        ) from error
    with file:
        if not holds(file):
            say("Another start is installing; this one waits for it.")
            while not holds(file):
                time.sleep(0.5)
        yield


def holds(file: TextIO) -> bool:
    """Take the system's lock on an open file, if there are any; False while somebody else has it."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # on Windows the latter
        return False
    except OSError:
        return True  # a disk that knows no locks: nobody can be waited for
    return True


def install(extras: list[str]) -> None:
    """Make `.venv` if needed and install what is missing; a second try goes on after a first."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # pip ends with us
    extras = sorted({*extras, *read_stamp().get("extras", [])})  # one kept is not lost
    wanted = requirements(extras)
    fresh = UNFINISHED.exists() or not runs([str(venv_python()), "-m", "pip", "--version"])
    places = (*VENV.glob("lib/*/site-packages"), VENV / "Lib/site-packages")
    missing = lacking(wanted, [] if fresh else [str(place) for place in places])
    names = [re.split(r"[<>=!]", requirement)[0] for requirement in missing]
    size = sum(MEGABYTES.get(name.lower(), 8) for name in names)
    if missing:
        say(f"GAN Studio needs: {', '.join(names)}.")
        say(
            f"They go into {VENV}: about {size:,} MB, more where torch comes with a GPU's libraries."
        )
    if shutil.disk_usage(HERE).free < size * 10**6:
        raise CannotStartError(
            f"The disk has too little space; make {size:,} MB free and try again."
        )
    if fresh:
        base = getattr(sys, "_base_executable", sys.executable)
        if not runs([base, "-m", "venv", "--clear", str(VENV)], quiet=False):
            raise CannotStartError(
                f"{VENV} cannot be made. Remove it, or move this folder elsewhere."
            )
    UNFINISHED.touch()
    pip = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip += [] if missing else ["-q"]
    if "torch" in names:
        install_torch_for_card(pip)
    if not runs([*pip, "-c", str(HERE / "constraints.txt"), *wanted], quiet=False):
        raise CannotStartError(
            "pip could not install that. Check the network, then run this again."
        )
    version = [str(venv_python()), "-c", "import sys; print(*sys.version_info[:2])"]
    python = [int(word) for word in subprocess.check_output(version, text=True).split()]
    STAMP.write_text(
        json.dumps({"key": stamp_key(), "extras": extras, "python": python}), encoding="utf-8"
    )
    UNFINISHED.unlink()
    say("Everything is there.")


def install_torch_for_card(pip: list[str]) -> None:
    """Install the build of torch that uses this computer's NVIDIA card, where pip alone takes another.

    On Windows it takes one for CPUs, on Linux one that newer cards and drivers alone can use.
    """
    from gan_engine import cards

    driver = cards.read_driver()
    build = cards.build_for(driver) if driver else ""
    if driver is None or build == ("" if os.name == "nt" else BUILD_ON_LINUX):
        return
    name = driver.cards[0].name
    if not build:
        say(
            f"The driver of {name} is too old for torch: the CPU will train. Update it, and try again."
        )
        return
    pinned = re.findall(
        r"^torch==([0-9.]+)", (HERE / "constraints.txt").read_text(encoding="utf-8"), re.M
    )[0]
    say(f"torch comes in the build for {name}: {build}.")
    if not runs([*pip, *cards.requirement(pinned, build)], quiet=False):
        say(
            "That could not be had. The usual torch is taken; the studio says how to change it later."
        )


def runs(command: list[str], *, quiet: bool = True) -> bool:
    """Run a command and return whether it succeeded."""
    sink = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(command, stdout=sink, stderr=sink, check=False).returncode == 0
    except OSError:
        return False


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    print(text, flush=True)


# --- starting ----------------------------------------------------------------------------------


def become(command: list[str]) -> int:
    """Go on as another program; return its exit code where a process cannot be replaced."""
    sys.stdout.flush()
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    os.execv(command[0], command)


def launch(mode: str, argv: list[str]) -> int:
    """Start the studio, the engine or the tests in this interpreter."""
    if mode == "engine":
        from gan_engine.cli import main as engine

        sys.argv = ["gan-engine", *argv]
        engine()
        return 0
    if mode == "test":
        os.chdir(HERE)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        split = [] if {"-n", "--pdb"} & set(argv) else ["-n", "2", "--dist", "worksteal"]
        return become([sys.executable, "-m", "pytest", *split, *argv[1:]])
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if "--demo-seconds" not in argv:
            argv = [*argv, "--demo-seconds", DEMO_SECONDS]
    from studio.app import main as studio

    return studio(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
