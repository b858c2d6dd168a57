"""Folders of pictures: what is in them, and one array made of them."""

from gan_engine.data.prepare import Prepared, PrepareProgress, prepare
from gan_engine.data.scan import BadFile, DatasetReport, ScanProgress, scan_folder

__all__ = [
    "BadFile",
    "DatasetReport",
    "PrepareProgress",
    "Prepared",
    "ScanProgress",
    "prepare",
    "scan_folder",
]
