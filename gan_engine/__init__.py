"""The front door: every name outsiders may use, loaded when first asked for.

Importing this package imports neither torch nor numpy, so that a window can be on screen first.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

# torch reads these when it is loaded. Threads that idle leave a window its core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# What torch cannot do on an Apple GPU yet, the CPU does.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

__version__ = "0.1.0"

_HOME = {
    "schema": "Message Part Ramp Setting chosen option settings_of value_at walk",
    "drafts": "Draft asked_grid differences drop escape get merge put read_value unescape whole",
    "problems": "Problem part_of",
    "errors": (
        "BrokenOffError BusyError DamagedFileError DataError DeviceError DivergedError EngineError FileError ForeignFileError"
        " ImagesChangedError MemoryFullError MismatchError NothingToDoError OlderSaveError RankLostError SettingsError SpaceError"
    ),
    "events": "Changed Event Finished Heard Notice Paused Pixels Preparing Resumed SampleGrid Saved Scalars ScoreCounts Started Statistics",
    "commands": "Change Command Evaluate Inbox Leave Pause Resume SampleNow SaveNow StepOnce Stop",
    "durable": "lock_holder write_durably",
    "device": "DeviceInfo UnusedCard available_devices describe_device gpus unused_card",
    "imaging": "GAP ImageHeader ImageShape decode read_header read_png read_png_text thumbnail write_png",
    "pictures": "suffixes",
    "archives": "is_archive unread_archive",
    "augment": "AUGMENTATIONS Augmentation",
    "data_settings": "DataSettings",
    "config": "RunConfig check default_draft image_settings live_paths parse",
    "rules": "obstacles",
    "configfile": "Preset find_preset preset_file read_draft read_given read_presets save_preset to_toml with_preset without_beyond write_draft",
    "summary": "LayerRow NetworkSummary summarize",
    "costs": "Cost Relief cost_of reliefs_of",
    "score_curves": "LossCurve LossCurves loss_curves",
    "history": "History",
    "sampling": "Grid Sampler open_sampler",
    "route": "spots_in",
    "spot": "Spot spot_in",
    "exploring": "Exploration Explored Sight compare_saves explore look_for spots_of",
    "projection": "Projection project",
    "foreign": "Match match_weights read_weights weights_that_fit",
    "data": (
        "BadFile DatasetReport Finding Histogram Inspection InspectProgress Prepared PreparedSet PrepareProgress Preview ScanNames ScanProgress Spread Suggestion"
        " clean_prepared diagnose inspect_folder left_out pairs_in prepare prepared_sets preview remove_prepared safe_fixes scan_folder size_for space_problem spread_of suggest_size"
    ),
    "export": "EXPORTERS Exporter ExportProgress",
    "health": "Facts Remedy Verdict examine",
    "suiting": "Pictures Suit first_draft pictures_of recommended suit",
    "metrics": "METRICS Metric nearest",
    "words": "size_of",
    "training.recorder": "notice_of",
    "training.originals": "Learned learned prepared_uses",
    "training": (
        "Neighbour Neighbours Pin RunInfo RunNotes Shelf Trial branch follow keep kept_of let_go list_runs"
        " nearest_batch new_folder read_notes"
        " read_pins read_run read_saves resume save_in saves_of score_edges train try_out write_notes write_pins"
    ),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = ["__version__", "paths", *sorted(_MODULE_OF)]


if TYPE_CHECKING:  # the same names again, for those who read types: a test compares
    # fmt: off
    from gan_engine import paths
    from gan_engine.schema import Message, Part, Ramp, Setting, chosen, option, settings_of, value_at, walk
    from gan_engine.drafts import (
        Draft, asked_grid, differences, drop, escape, get, merge, put, read_value, unescape, whole,
    )
    from gan_engine.problems import Problem, part_of
    from gan_engine.errors import (
        BrokenOffError, BusyError, DamagedFileError, DataError, DeviceError, DivergedError, EngineError,
        FileError, ForeignFileError, ImagesChangedError, MemoryFullError, MismatchError, NothingToDoError,
        OlderSaveError, RankLostError, SettingsError, SpaceError,
    )
    from gan_engine.events import (
        Changed, Event, Finished, Heard, Notice, Paused, Pixels, Preparing, Resumed, SampleGrid, Saved,
        Scalars, ScoreCounts, Started, Statistics,
    )
    from gan_engine.commands import (
        Change, Command, Evaluate, Inbox, Leave, Pause, Resume, SampleNow, SaveNow, StepOnce, Stop,
    )
    from gan_engine.durable import lock_holder, write_durably
    from gan_engine.device import DeviceInfo, UnusedCard, available_devices, describe_device, gpus, unused_card
    from gan_engine.imaging import (
        GAP, ImageHeader, ImageShape, decode, read_header, read_png, read_png_text, thumbnail, write_png,
    )
    from gan_engine.pictures import suffixes
    from gan_engine.archives import is_archive, unread_archive
    from gan_engine.augment import AUGMENTATIONS, Augmentation
    from gan_engine.data_settings import DataSettings
    from gan_engine.config import RunConfig, check, default_draft, image_settings, live_paths, parse
    from gan_engine.rules import obstacles
    from gan_engine.configfile import (
        Preset, find_preset, preset_file, read_draft, read_given, read_presets, save_preset, to_toml, with_preset,
        without_beyond, write_draft,
    )
    from gan_engine.summary import LayerRow, NetworkSummary, summarize
    from gan_engine.costs import Cost, Relief, cost_of, reliefs_of
    from gan_engine.score_curves import LossCurve, LossCurves, loss_curves
    from gan_engine.history import History
    from gan_engine.sampling import Grid, Sampler, open_sampler
    from gan_engine.route import spots_in
    from gan_engine.spot import Spot, spot_in
    from gan_engine.exploring import Exploration, Explored, Sight, compare_saves, explore, look_for, spots_of
    from gan_engine.projection import Projection, project
    from gan_engine.foreign import Match, match_weights, read_weights, weights_that_fit
    from gan_engine.data import (
        BadFile, DatasetReport, Finding, Histogram, InspectProgress, Inspection, PrepareProgress, Prepared,
        PreparedSet, Preview, ScanNames, ScanProgress, Spread, Suggestion, clean_prepared, diagnose,
        inspect_folder, left_out, pairs_in, prepared_sets, remove_prepared, safe_fixes, scan_folder,
        size_for, space_problem, spread_of, suggest_size,
    )
    from gan_engine.data.prepare import prepare
    from gan_engine.data.preview import preview
    from gan_engine.export import EXPORTERS, ExportProgress, Exporter
    from gan_engine.health import Facts, Remedy, Verdict, examine
    from gan_engine.suiting import Pictures, Suit, first_draft, pictures_of, recommended, suit
    from gan_engine.metrics import METRICS, Metric, nearest
    from gan_engine.words import size_of
    from gan_engine.training.recorder import notice_of
    from gan_engine.training.originals import Learned, learned, prepared_uses
    from gan_engine.training import (
        Neighbour, Neighbours, Pin, RunInfo, RunNotes, Shelf, Trial, branch, follow, keep, kept_of, let_go, list_runs,
        nearest_batch, new_folder, read_notes, read_pins, read_run, read_saves, resume, save_in, saves_of, score_edges, train,
        try_out, write_notes, write_pins,
    )
    # fmt: on
else:

    def __getattr__(name: str) -> Any:
        if name == "paths":
            return importlib.import_module("gan_engine.paths")
        if name not in _MODULE_OF:
            raise AttributeError(f"gan_engine has no public name {name!r}")
        value = getattr(importlib.import_module(f"gan_engine.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
