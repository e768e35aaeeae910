"""Runs: every run on disk, and what one does with them."""
