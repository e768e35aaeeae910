"""Rewind: a run gone through epoch by epoch."""
