"""Folders of pictures: what is in them, and one array made of them."""

from gan_engine.data.diagnosis import diagnose, safe_fixes
from gan_engine.data.exclusion import left_out
from gan_engine.data.finding import Finding
from gan_engine.data.inspection import Inspection, InspectProgress, inspect_folder
from gan_engine.data.pairs import Pairing, pairs_in
from gan_engine.data.prepare import Prepared, PrepareProgress, prepare, space_problem
from gan_engine.data.preview import Preview, preview
from gan_engine.data.scan import BadFile, DatasetReport, ScanNames, ScanProgress, scan_folder
from gan_engine.data.spread import Histogram, Spread, Suggestion, size_for, spread_of, suggest_size
from gan_engine.data.store import PreparedSet, clean_prepared, prepared_sets, remove_prepared

__all__ = [
    "BadFile",
    "DatasetReport",
    "Finding",
    "Histogram",
    "InspectProgress",
    "Inspection",
    "Pairing",
    "PrepareProgress",
    "Prepared",
    "PreparedSet",
    "Preview",
    "ScanNames",
    "ScanProgress",
    "Spread",
    "Suggestion",
    "clean_prepared",
    "diagnose",
    "inspect_folder",
    "left_out",
    "pairs_in",
    "prepare",
    "prepared_sets",
    "preview",
    "remove_prepared",
    "safe_fixes",
    "scan_folder",
    "size_for",
    "space_problem",
    "spread_of",
    "suggest_size",
]
