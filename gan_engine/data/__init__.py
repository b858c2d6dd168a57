"""Folders of pictures: what is in them, and one array made of them."""

from gan_engine.data.diagnosis import Finding, Suggestion, diagnose, safe_fixes, suggest_size
from gan_engine.data.inspection import Inspection, InspectProgress, inspect_folder
from gan_engine.data.prepare import Prepared, PrepareProgress, prepare
from gan_engine.data.scan import BadFile, DatasetReport, ScanProgress, scan_folder
from gan_engine.data.store import PreparedSet, clean_prepared, prepared_sets

__all__ = [
    "BadFile",
    "DatasetReport",
    "Finding",
    "InspectProgress",
    "Inspection",
    "PrepareProgress",
    "Prepared",
    "PreparedSet",
    "ScanProgress",
    "Suggestion",
    "clean_prepared",
    "diagnose",
    "inspect_folder",
    "prepare",
    "prepared_sets",
    "safe_fixes",
    "scan_folder",
    "suggest_size",
]
