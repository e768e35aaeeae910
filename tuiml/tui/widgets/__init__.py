"""Widgets, one file each: a reactive in, one watcher that paints."""
