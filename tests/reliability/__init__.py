"""The promises about work and about strangers' files, kept under fire; which test holds which.

1 kills while saving: test_killed. 2 failing file calls: test_failing_calls, test_killed. 3 damage:
test_damage. 4 exact resume: tests/gan_engine/training/test_run.py, test_exact. 5 full disks:
test_disks, and disks that go away: test_gone, test_images_gone. 6 numbers that are none: test_no_numbers. 7 leaving
at any instant: test_leaving. 8 killed windows: test_leaving, tests/journeys. 9 races for a run:
test_killed. 10 hostile weights: test_strangers, and hostile settings: test_places. 11 mutated
images, 12 hostile folders: tests/hard_folders. 13 what pixels mean:
tests/gan_engine/test_colour.py, test_imaging. 14 many files: tests/hard_folders/test_many_files,
test_many, tests/benchmarks/data.py. 15 files that go or change: test_sources_change,
tests/hard_folders. 16 long runs: test_endurance. 17 many runs: test_endurance, test_windows_endure.
18 nothing is run: test_nothing_is_run. 19 no sockets: test_quiet. Memory that runs out:
test_short_of_memory. Another user's permissions: test_disks.
"""
