"""Live: one run as its folder tells it, with its curves, and what one can ask of it."""
