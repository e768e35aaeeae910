"""Run folders: what a run leaves on disk, and how others find, read and steer it."""
