"""A whole session, without a window and in one, under an audit of every socket; one line of JSON lists what reached out.

`python -m tests.reliability.quiet FOLDER IMAGES`
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

REACHED: list[str] = []
WATCHED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request", "http.client.connect",
    "ftplib.connect", "smtplib.connect",
)  # fmt: skip


def listen(event: str, args: tuple[Any, ...]) -> None:
    local = bool(args) and getattr(args[0], "family", None) == socket.AF_UNIX
    if event in WATCHED and not local:
        REACHED.append(f"{event} {args[1:] or args}")


def session(folder: Path, images: Path) -> None:
    """Scan, train, resume, sample, export; by the front door and by the command line."""
    import gan_engine
    from gan_engine import cli
    from gan_engine.export import EXPORTERS, export
    from tests.reliability.helpers import tiny

    list(gan_engine.scan_folder(images))
    gan_engine.summarize(tiny(images))
    list(gan_engine.train(tiny(images), folder=folder / "run"))
    list(gan_engine.resume(folder / "run", images=40))
    gan_engine.open_sampler(folder / "run").grid(2, 2)
    newest = max((folder / "run" / "checkpoints").iterdir())
    for exporter in (one for one in EXPORTERS if one.needs not in ("styles", "pictures")):
        list(
            export(
                newest if exporter.needs != "run" else folder / "run",
                exporter(),
                folder / f"out-{exporter().kind}",
            )
        )
    gan_engine.list_runs(folder)
    for words in (["presets"], ["scan", str(images)], ["check", str(folder / "run" / "run.toml")]):
        sys.argv = ["gan-engine", *words]
        try:
            cli.main()
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"{words} ended with {end.code}") from end


def window(folder: Path, images: Path) -> None:
    """The same in a whole window: scan, train, sample, save, look, leave."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from gan_engine import put
    from studio import app as program
    from tests.reliability.helpers import tiny

    draft = put(tiny(images).draft(), "data.folder", str(images))
    done = []

    def filled(self: program.App, device: str) -> None:
        plain(self, device)
        studio = self.window._studio
        assert studio is not None
        studio.document.load(draft)
        studio.jobs.scan(images)
        studio.run.finished.connect(done.append)
        studio.run.finished.connect(
            lambda _: QTimer.singleShot(500, self.window, self.window.close)
        )
        for key in ("show_design", "show_dataset", "about", "start"):
            self.window.acts[key].trigger()

    plain, program.App._fill = program.App._fill, filled  # type: ignore[method-assign]
    QApplication(["quiet"])
    if program.main([]) or not done:
        raise RuntimeError("the window's session did not come to its end")


def main() -> None:
    sys.addaudithook(listen)
    out, folder = sys.stdout, Path(sys.argv[1])
    if "--self-test" in sys.argv:
        with socket.socket() as probe:
            probe.connect_ex(("127.0.0.1", 9))
    else:
        images = Path(sys.argv[2])
        session(folder, images)
        window(folder, images)
    out.write("\n" + json.dumps({"reached": REACHED}) + "\n")


if __name__ == "__main__":
    main()
