"""The window: shows a run, edits its settings; trains nothing itself."""
