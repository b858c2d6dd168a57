"""Every menu entry, toolbar button and shortcut, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal[
    "always",
    "loaded",
    "undo",
    "redo",
    "start",
    "pause",
    "active",
    "following",
    "training",
    "run",
    "source",
    "resting",
    "chosen",
    "openable",
    "continuable",
    "settled",
    "several",
    "queued",
    "queue",
]
"""What must hold for an action to be on; the window knows which of these do."""


@dataclass(frozen=True)
class ActionSpec:
    """One thing the user can do; `menu` is empty for what only a button or key reaches."""

    key: str
    text: str
    menu: Literal["File", "Edit", "View", "Run", "Export", "Help", ""]
    tip: str = ""
    shortcut: str = ""
    icon: str = ""
    when: When = "loaded"
    toolbar: bool = False
    group: str = ""
    divider: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "open_folder",
        "Open images…",
        "File",
        "Choose a folder of pictures to learn from.",
        "Ctrl+O",
        "folder",
    ),
    ActionSpec(
        "open_archive",
        "Open an archive…",
        "File",
        "Learn from the pictures in a zip, a tar or an array of images; nothing is unpacked.",
    ),
    ActionSpec(
        "open_builtin",
        "Use the built-in images",
        "File",
        "Learn from the pictures that come with the program.",
    ),
    ActionSpec(
        "open_run",
        "Open run…",
        "File",
        "Look at an earlier run.",
        "Ctrl+Shift+O",
        "runs",
        divider=True,
    ),
    ActionSpec("open_weights", "Open checkpoint…", "File", "See what a saved generator makes."),
    ActionSpec("open_settings_file", "Open settings…", "File", "Read a run.toml or a preset."),
    ActionSpec(
        "save_settings",
        "Save settings as…",
        "File",
        "Write the settings to a file.",
        "Ctrl+S",
        "save",
        divider=True,
    ),
    ActionSpec(
        "save_preset", "Save as preset…", "File", "Keep the settings under a name of your own."
    ),
    ActionSpec(
        "reveal_run",
        "Show run folder",
        "File",
        "Open the run's folder in the file manager.",
        when="run",
        divider=True,
    ),
    ActionSpec(
        "quit",
        "Quit",
        "File",
        "Save what is training and leave.",
        "Ctrl+Q",
        when="always",
        divider=True,
    ),
    ActionSpec(
        "undo", "Undo", "Edit", "Take the last change of a setting back.", "Ctrl+Z", "undo", "undo"
    ),
    ActionSpec("redo", "Redo", "Edit", "Make the change again.", "Ctrl+Shift+Z", "redo", "redo"),
    ActionSpec(
        "show_preferences",
        "Preferences…",
        "Edit",
        "Language, looks and habits.",
        "Ctrl+,",
        "settings",
        divider=True,
    ),
    ActionSpec(
        "show_start", "Start page", "View", "Pictures to learn from, and recent runs.", "Ctrl+0"
    ),
    ActionSpec(
        "show_dataset", "Dataset", "View", "The images and how they are prepared.", "Ctrl+1"
    ),
    ActionSpec(
        "show_design", "Design", "View", "The two networks and what they play for.", "Ctrl+2"
    ),
    ActionSpec("show_train", "Train", "View", "Samples and curves.", "Ctrl+3"),
    ActionSpec(
        "show_explore", "Explore", "View", "Any samples of what was learned, and a walk.", "Ctrl+4"
    ),
    ActionSpec("show_compare", "Compare", "View", "Runs side by side.", "Ctrl+5"),
    ActionSpec(
        "find_setting",
        "Find a setting",
        "View",
        "Search the settings.",
        "Ctrl+F",
        "search",
        divider=True,
    ),
    ActionSpec(
        "palette",
        "Search everything",
        "View",
        "Find a command, setting, preset or run by a few letters.",
        "Ctrl+K",
    ),
    ActionSpec(
        "theme_system", "Follow the system", "View", when="always", group="theme", divider=True
    ),
    ActionSpec("theme_light", "Light", "View", when="always", group="theme"),
    ActionSpec("theme_dark", "Dark", "View", when="always", group="theme"),
    ActionSpec(
        "reset_layout", "Reset layout", "View", "Put every panel back where it was.", divider=True
    ),
    ActionSpec(
        "start",
        "Start",
        "Run",
        "Train a new run with these settings.",
        "F5",
        "start",
        "start",
        toolbar=True,
    ),
    ActionSpec(
        "start_from",
        "Start from weights…",
        "Run",
        "Train a new run that begins with somebody's weights, where they fit these settings.",
        when="start",
    ),
    ActionSpec(
        "start_several",
        "Start on several GPUs…",
        "Run",
        "Train one run with a process on each GPU, and watch it.",
        when="start",
    ),
    ActionSpec(
        "measure",
        "Measure the speed",
        "Run",
        "Do a few real updates on images of nothing, to see how fast a run would be.",
        when="start",
    ),
    ActionSpec(
        "pause",
        "Pause",
        "Run",
        "Wait, keeping everything in memory.",
        "F6",
        "pause",
        "pause",
        toolbar=True,
    ),
    ActionSpec(
        "stop", "Stop", "Run", "Save and end the run.", "Shift+F5", "stop", "active", toolbar=True
    ),
    ActionSpec(
        "leave_run",
        "Stop watching",
        "Run",
        "Follow the run on the screen no longer; it goes on where it is trained.",
        when="following",
    ),
    ActionSpec(
        "sample_now",
        "Sample now",
        "Run",
        "Draw the sample grid now.",
        "F7",
        "sample",
        "training",
        True,
        divider=True,
    ),
    ActionSpec(
        "save_now", "Save now", "Run", "Write a checkpoint now.", "F8", "save", "training", True
    ),
    ActionSpec(
        "evaluate",
        "Evaluate",
        "Run",
        "Measure the samples of this moment now.",
        "F9",
        "chart",
        "training",
        True,
    ),
    ActionSpec(
        "branch",
        "Branch from here",
        "Run",
        "Begin a new run that goes on from the newest save up to the samples on the screen.",
        when="run",
    ),
    ActionSpec(
        "keep_save",
        "Keep this save",
        "Run",
        "Let the newest save up to the samples on the screen stay when newer ones are written;"
        " once more lets it go.",
        when="run",
    ),
    ActionSpec(
        "show_left_out", "Pictures left out…", "Run", "What a run does not see.", when="run"
    ),
    ActionSpec(
        "train_more",
        "Train more",
        "Run",
        "Go on with the run on the screen.",
        "",
        "more",
        "resting",
        divider=True,
    ),
    ActionSpec(
        "queue_add",
        "Add to the queue",
        "Run",
        "Let a run with these settings wait for its turn.",
        "Ctrl+Shift+Q",
        "plus",
        divider=True,
    ),
    ActionSpec(
        "queue_start",
        "Start the queue",
        "Run",
        "Train what waits, one run after the other.",
        when="queued",
    ),
    ActionSpec(
        "queue_rest",
        "Let the queue rest",
        "Run",
        "Begin no further run; the one that is going goes on.",
        when="queue",
    ),
    ActionSpec(
        "open_chosen",
        "Open the chosen run",
        "Run",
        "Look at the samples, curves and settings of the run chosen in the list of runs.",
        when="openable",
        divider=True,
    ),
    ActionSpec(
        "continue_chosen",
        "Continue the chosen run",
        "Run",
        "Train the run chosen in the list of runs on from its last save.",
        when="continuable",
    ),
    ActionSpec(
        "compare_runs",
        "Compare the chosen runs",
        "Run",
        "Settings, curves and samples side by side, of the runs chosen in the list of runs.",
        when="several",
    ),
    ActionSpec(
        "clone_run",
        "Use the chosen run's settings",
        "Run",
        "Begin a new run from the settings of the one chosen in the list of runs.",
        when="chosen",
    ),
    ActionSpec(
        "rename_run",
        "Rename the chosen run…",
        "Run",
        "Give the run chosen in the list of runs a title of your own.",
        when="chosen",
    ),
    ActionSpec(
        "reveal_chosen",
        "Show the chosen run's folder",
        "Run",
        "Open the folder of the run chosen in the list of runs in the file manager.",
        when="chosen",
    ),
    ActionSpec(
        "discard_runs",
        "Move the chosen runs to the trash",
        "Run",
        "They can be put back from there; a run that is being trained stays.",
        when="settled",
    ),
    ActionSpec(
        "export",
        "Export…",
        "Export",
        "Take the generator or its images away.",
        "Ctrl+E",
        "export",
        "source",
    ),
    ActionSpec("show_guide", "Guide", "Help", "How it works, page by page.", "F1"),
    ActionSpec("show_tour", "Take the tour", "Help", "Six callouts that show you around."),
    ActionSpec(
        "explain",
        "What does this do?",
        "Help",
        "Open the guide at the setting that has the keyboard.",
        "Shift+F1",
    ),
    ActionSpec(
        "show_shortcuts",
        "Keyboard shortcuts",
        "Help",
        "Every action with its keys.",
        "Ctrl+/",
        when="always",
    ),
    ActionSpec(
        "show_log", "Show log", "Help", "Open the folder with the program's log.", when="always"
    ),
    ActionSpec(
        "save_report",
        "Save a report…",
        "Help",
        "Write an archive that helps to find a fault: settings, curves and log, without pictures,"
        " names or folders.",
    ),
    ActionSpec("about", "About GAN Studio", "Help", when="always", divider=True),
)

MENUS = tuple(dict.fromkeys(spec.menu for spec in ACTIONS if spec.menu))
